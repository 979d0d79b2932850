"""One made-up letter for each letter and reader, and for each turn its words can take."""

from datetime import UTC, date, datetime
from typing import Any

from states.facts import AccountManager, Contact, LetterLine, Reader, RenewalLine, RequestedBy
from states.letters import LETTERS, AuthorizationLetter, InvitationLink, Letter, MembershipLetter, RenewalLetter

CONTACT = Contact(name="Søren Kjær", email="soren.kjaer@aarhusfilmskole.example")
MANAGER = AccountManager(id="mette.holm", name="Mette Holm", email="mette.holm@reseller.example", language="en")
VIP_NUMBER = "7QK2M9XW4RTB3ZHD6NPA"
NUMBER = "4F2A91C07D3B86E51A90"
LINK = InvitationLink(vip_number=VIP_NUMBER, invitation=1, expires_at=datetime(2027, 4, 1, 22, tzinfo=UTC))

PHOTOSHOP: dict[str, Any] = {"product": "photoshop-teams", "name": "Photoshop for teams"}
ACROBAT: dict[str, Any] = {"product": "acrobat-pro-teams", "name": "Acrobat Pro for teams"}
ALL_APPS: dict[str, Any] = {"product": "all-apps-enterprise", "name": "Creative Cloud All Apps for enterprise"}


def _lines(**quantities: tuple[int, int]) -> tuple[LetterLine, ...]:
    products = {"photoshop": PHOTOSHOP, "acrobat": ACROBAT, "all_apps": ALL_APPS}
    return tuple(
        LetterLine(**products[name], quantity=quantity, ordered=ordered, open=quantity - ordered)
        for name, (quantity, ordered) in quantities.items()
    )


OPEN = _lines(photoshop=(12, 0), acrobat=(3, 0))
PARTLY = _lines(photoshop=(12, 12), acrobat=(3, 0), all_apps=(1200, 400))
ORDERED = _lines(photoshop=(12, 12), acrobat=(3, 3))
GONE = tuple(line.model_copy(update={"open": 0}) for line in PARTLY)
RETURNED = (ORDERED[0].model_copy(update={"returned": 5}), ORDERED[1])
ONE = _lines(photoshop=(1, 0))
TO_RENEW = (
    RenewalLine(**PHOTOSHOP, held=12, to_renew=12),
    RenewalLine(**ACROBAT, held=3, to_renew=3),
)
PARTLY_RENEWED = (
    RenewalLine(**PHOTOSHOP, held=12, renewed=10, declined=2),
    RenewalLine(**ACROBAT, held=3, renewed=0, to_renew=3),
)
RENEWED = (
    RenewalLine(**PHOTOSHOP, held=12, renewed=12),
    RenewalLine(**ACROBAT, held=3, renewed=3),
)

OPEN_DATES = {
    "order_due_by": date(2027, 3, 16),
    "overdue_on": date(2027, 3, 17),
    "deactivated_on": date(2027, 5, 2),
}
NOTHING_OPEN: dict[str, Any] = {"order_due_by": None, "overdue_on": None, "deactivated_on": None}

WRITTEN_ON = {
    "invitation_reminder": date(2027, 3, 5),
    "invitation_expired": date(2027, 4, 2),
    "order_reminder": date(2027, 3, 14),
    "payment_overdue": date(2027, 3, 17),
    "overdue_reminder": date(2027, 3, 31),
    "deactivation_warning": date(2027, 4, 25),
    "licences_deactivated": date(2027, 5, 2),
    "licences_reactivated": date(2027, 5, 6),
    "renewal_upcoming": date(2028, 1, 3),
    "renewal_reminder": date(2028, 3, 4),
    "renewal_ready": date(2028, 2, 17),
    "renewal_received": date(2028, 2, 21),
    "renewal_past_due": date(2028, 3, 18),
    "renewal_last_chance": date(2028, 4, 10),
    "licences_expired": date(2028, 4, 18),
}
"""The day on which each letter would go out; 2 March 2027 where it does not matter."""

MEMBERSHIP = {"invited_on": date(2027, 3, 2), "expires_on": date(2027, 4, 1)}
AUTHORIZATION = {
    "authorization_number": NUMBER,
    "purchase_order": "PO-2027-114",
    "requested_by": RequestedBy.ACCOUNT_MANAGER,
    "requested_on": date(2027, 3, 2),
    "lines": OPEN,
    **OPEN_DATES,
    "order_from": date(2027, 3, 18),
    "months_to_order": 12,
    "provisional": True,
}
RENEWAL = {
    "anniversary_date": date(2028, 3, 18),
    "window_opens_on": date(2028, 2, 17),
    "expires_on": date(2028, 4, 18),
    "lines": TO_RENEW,
}
ORDER = {"order_reference": "SO-70011"}
RETURN = {**ORDER, "return_lines": _lines(photoshop=(5, 5)), **NOTHING_OPEN, "provisional": False}

ALSO: dict[str, dict[str, Any]] = {
    "invitation": {"link": LINK},
    "invitation_reminder": {"link": LINK},
    "invitation_withdrawn": {"reason": "The name of the organisation was misspelt; a new invitation follows."},
    "invitation_accepted": {"accepted_by": "Søren Kjær", "accepted_on": date(2027, 3, 4)},
    "products_added_by_member": {"requested_by": RequestedBy.MEMBER},
    "order_received": {**ORDER, "order_lines": ORDERED, "lines": ORDERED, **NOTHING_OPEN, "provisional": False},
    "authorization_cancelled": {
        "reason": "Ordered twice by mistake",
        "removed": OPEN,
        "lines": tuple(line.model_copy(update={"open": 0}) for line in OPEN),
        **NOTHING_OPEN,
    },
    "licences_reactivated": {**ORDER, "lines": ORDERED, **NOTHING_OPEN, "provisional": False},
    "return_requested": {**RETURN, "reason": "Two colleagues left", "lines": ORDERED},
    "return_completed": {**RETURN, "lines": RETURNED},
    "return_declined": {**RETURN, "reason": "The vendor counts from the invoice date", "lines": ORDERED},
    "renewal_reminder": {"window_is_open": True},
    "renewal_received": {"order_reference": "RN-70500", "order_lines": RENEWED, "lines": RENEWED},
    "licences_expired": {"removed": TO_RENEW},
    "letter_undeliverable": {
        "undelivered_letter": "deactivation_warning",
        "address": CONTACT.email,
        "reason": "recipient_refused",
        "authorization_number": NUMBER,
    },
}
"""What a letter tells beyond its family's fields."""

VARIANTS: dict[str, tuple[str, Reader, dict[str, Any]]] = {
    "welcome_handed_over": ("welcome", Reader.CONTACT, {"handed_over": True}),
    "products_added_accept_first": ("products_added", Reader.CONTACT, {"accept_link": LINK, "lines": ONE}),
    "products_added_by_member_one": (
        "products_added_by_member",
        Reader.ACCOUNT_MANAGER,
        {"lines": ONE, "purchase_order": None, "months_to_order": 1, "provisional": False},
    ),
    "order_received_partly": (
        "order_received",
        Reader.CONTACT,
        {"lines": PARTLY, "order_lines": _lines(photoshop=(12, 12), all_apps=(400, 400)), **OPEN_DATES},
    ),
    "order_received_partly_overdue": (
        "order_received",
        Reader.CONTACT,
        {
            "lines": PARTLY,
            "order_lines": _lines(photoshop=(12, 12)),
            **OPEN_DATES,
            "written_at": datetime(2027, 4, 1, 7, tzinfo=UTC),
        },
    ),
    "order_received_partly_deactivated": (
        "order_received",
        Reader.CONTACT,
        {
            "lines": PARTLY,
            "order_lines": _lines(photoshop=(12, 12)),
            **OPEN_DATES,
            "written_at": datetime(2027, 5, 10, 7, tzinfo=UTC),
        },
    ),
    "order_received_accept_first": ("order_received", Reader.CONTACT, {"accept_link": LINK}),
    "order_reminder_last_day": (
        "order_reminder",
        Reader.ACCOUNT_MANAGER,
        {"requested_by": RequestedBy.MEMBER, "lines": ONE, "written_at": datetime(2027, 3, 16, 7, tzinfo=UTC)},
    ),
    "authorization_cancelled_partly": (
        "authorization_cancelled",
        Reader.CONTACT,
        {"lines": GONE, "removed": _lines(acrobat=(3, 0), all_apps=(800, 0))},
    ),
    "written_off": (
        "authorization_cancelled",
        Reader.CONTACT,
        {"written_off": True, "removed": ONE, "reason": "The school closed its evening course"},
    ),
    "written_off_manager": ("authorization_cancelled", Reader.ACCOUNT_MANAGER, {"written_off": True}),
    "payment_overdue_accept_first": ("payment_overdue", Reader.CONTACT, {"accept_link": LINK}),
    "payment_overdue_four_products": (
        "payment_overdue",
        Reader.CONTACT,
        {"lines": (*OPEN, *_lines(all_apps=(7, 0)), LetterLine(product="x", name="Substance 3D", quantity=2, open=2))},
    ),
    "licences_reactivated_accept_first": ("licences_reactivated", Reader.CONTACT, {"accept_link": LINK}),
    "renewal_reminder_before_window": (
        "renewal_reminder",
        Reader.ACCOUNT_MANAGER,
        {"window_is_open": False, "written_at": datetime(2028, 2, 2, 7, tzinfo=UTC)},
    ),
    "renewal_received_partly": (
        "renewal_received",
        Reader.CONTACT,
        {"lines": PARTLY_RENEWED, "order_lines": (RenewalLine(**PHOTOSHOP, held=12, renewed=10),)},
    ),
    "renewal_received_late": (
        "renewal_received",
        Reader.CONTACT,
        {
            "lines": PARTLY_RENEWED,
            "order_lines": (RenewalLine(**PHOTOSHOP, held=12, renewed=10),),
            "written_at": datetime(2028, 3, 20, 7, tzinfo=UTC),
        },
    ),
    "licences_expired_partly": (
        "licences_expired",
        Reader.CONTACT,
        {"lines": PARTLY_RENEWED, "removed": (RenewalLine(**PHOTOSHOP, held=2), RenewalLine(**ACROBAT, held=3))},
    ),
}


DUTCH: dict[str, Any] = {
    "organization": "Grafisch Lyceum Domstad",
    "contact": Contact(name="Femke de Vries", email="f.devries@domstad.example"),
    "account_manager": AccountManager(
        id="daan.verhoef", name="Daan Verhoef", email="daan.verhoef@reseller.example", language="nl"
    ),
    "time_zone": "Europe/Amsterdam",
}
"""The people of a Dutch letter; the Danish ones read and write English too."""
REASONS = {
    "da": {
        "The name of the organisation was misspelt; a new invitation follows.": (
            "Organisationens navn var stavet forkert. I får en ny invitation."
        ),
        "Ordered twice by mistake": "Bestilt to gange ved en fejl",
        "The school closed its evening course": "Skolen har nedlagt sit aftenkursus",
        "Two colleagues left": "To kolleger er holdt op",
        "The vendor counts from the invoice date": "Leverandøren regner fra fakturadatoen",
    },
    "nl": {
        "The name of the organisation was misspelt; a new invitation follows.": (
            "De naam van de organisatie was verkeerd gespeld. U krijgt een nieuwe uitnodiging."
        ),
        "Ordered twice by mistake": "Per ongeluk twee keer besteld",
        "The school closed its evening course": "De school is gestopt met de avondcursus",
        "Two colleagues left": "Twee collega's zijn vertrokken",
        "The vendor counts from the invoice date": "De leverancier rekent vanaf de factuurdatum",
    },
}
"""What the account managers wrote, in their own languages."""


def sample(name: str, reader: Reader, **other: Any) -> Letter:
    """The sample of a letter for one reader; `other` fields replace the sample's own."""
    kind = LETTERS[name]
    family: dict[str, Any] = {}
    for parent, fields in (
        (MembershipLetter, MEMBERSHIP),
        (AuthorizationLetter, AUTHORIZATION),
        (RenewalLetter, RENEWAL),
    ):
        if issubclass(kind, parent):
            family = fields
    thread = NUMBER if issubclass(kind, AuthorizationLetter) else f"{VIP_NUMBER}.{name.partition('_')[0]}"
    day = WRITTEN_ON.get(name, date(2027, 3, 2))
    fields = {
        "key": f"{thread}.7.{reader}",
        "thread": thread,
        "written_at": datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC),
        "reader": reader,
        "contact": CONTACT,
        "account_manager": MANAGER,
        "language": "en",
        "organization": "Aarhus Filmskole",
        "vip_number": VIP_NUMBER,
        "time_zone": "Europe/Copenhagen",
        **family,
        **ALSO.get(name, {}),
        **other,
    }
    return kind.model_validate(fields)


def samples(language: str = "en") -> dict[str, Letter]:
    """Every letter for each of its readers, then the turns its words can take, in a language its people speak."""
    plain = {f"{name}.{reader}": sample(name, reader) for name, kind in LETTERS.items() for reader in kind.readers}
    turns = {f"{turn}.{reader}": sample(name, reader, **other) for turn, (name, reader, other) in VARIANTS.items()}
    return {name: _at_home(letter, language) for name, letter in (plain | turns).items()}


def _at_home(letter: Letter, language: str) -> Letter:
    told: dict[str, Any] = {
        "language": language,
        "account_manager": letter.account_manager.model_copy(update={"language": language}),
    }
    if language == "nl":
        told |= DUTCH
    if hasattr(letter, "accepted_by"):
        told["accepted_by"] = told.get("contact", letter.contact).name
    if getattr(letter, "address", None):
        told["address"] = told.get("contact", letter.contact).email
    if hasattr(letter, "reason"):
        told["reason"] = REASONS.get(language, {}).get(letter.reason, letter.reason)
    return letter.model_copy(update=told)
