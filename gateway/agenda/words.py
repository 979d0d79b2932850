"""What an agenda can say: a closed list of words, each with its sentence and the one command that settles it."""

import sys
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    HAPPENS = "happens"
    """By itself, on its day."""
    WAITS = "waits"
    """For the account manager."""


class What(StrEnum):
    """Once released, a word is never changed, only added to."""

    # waits for a person
    ORDER_TO_PLACE = "order_to_place"
    ORDER_OVERDUE = "order_overdue"
    LAST_WARNING = "last_warning"
    DEACTIVATION_HELD = "deactivation_held"
    ORDER_DEACTIVATED = "order_deactivated"
    AUTHORIZATION_LOST = "authorization_lost"
    RETURN_TO_CONFIRM = "return_to_confirm"
    INVITATION_UNANSWERED = "invitation_unanswered"
    INVITATION_EXPIRED = "invitation_expired"
    NO_PRODUCTS = "no_products"
    RENEWAL_READY = "renewal_ready"
    RENEWAL_PAST_DUE = "renewal_past_due"
    CONTACT_UNREACHABLE = "contact_unreachable"
    MANAGER_UNREACHABLE = "manager_unreachable"
    INVITATION_UNDELIVERED = "invitation_undelivered"
    LETTER_UNDELIVERED = "letter_undelivered"
    # happens by itself: the next events of the rules
    INVITATION_EXPIRES = "invitation_expires"
    ORDER_DUE = "order_due"
    DEACTIVATION = "deactivation"
    RETURN_WINDOW_ENDS = "return_window_ends"
    RENEWAL_UPCOMING = "renewal_upcoming"
    WINDOW_OPENS = "window_opens"
    ANNIVERSARY = "anniversary"
    LICENCES_EXPIRE = "licences_expire"
    NEXT_TERM = "next_term"


class Words(NamedTuple):
    kind: Kind
    text: str
    command: str | None = None
    """What stands in capitals a person decides."""


_H, _W = Kind.HAPPENS, Kind.WAITS
_ORDER = "vip order {number} ORDER-REFERENCE"
_ANOTHER_CONTACT = "vip contact {vip} --name NEW-NAME --email NEW-ADDRESS --reason WHY"

WORDS = {
    What.ORDER_TO_PLACE: Words(_W, "order {lines} by {on}; overdue on {overdue_on}", _ORDER),
    What.ORDER_OVERDUE: Words(
        _W, "overdue since {on}: order {lines}, or write it off; deactivated on {deactivated_on}", _ORDER
    ),
    What.LAST_WARNING: Words(
        _W, "last warning: order {lines}, or write it off; deactivated on {deactivated_on}", _ORDER
    ),
    What.DEACTIVATION_HELD: Words(
        _W,
        "its last day is over, and no warning got out: deactivate it, order {lines}, or write it off",
        "vip deactivate {number} --reason WHY",
    ),
    What.ORDER_DEACTIVATED: Words(_W, "deactivated on {on}: order {lines}, or write it off", _ORDER),
    What.AUTHORIZATION_LOST: Words(
        _W, "its workflow is gone, and it counts as overdue: write it off", "vip write-off {number} --reason WHY"
    ),
    What.RETURN_TO_CONFIRM: Words(
        _W, "confirm or decline the return of {lines} of {reference}", "vip return {number} --confirm"
    ),
    What.INVITATION_UNANSWERED: Words(
        _W,
        "{contact} has not answered the invitation of {invited}, and can until {on}; vip resend sends it again",
        "vip accept {vip} --name WHO-ACCEPTED",
    ),
    What.INVITATION_EXPIRED: Words(
        _W, "the invitation of {on} expired without an answer: send it again, or withdraw it", "vip resend {vip}"
    ),
    What.NO_PRODUCTS: Words(_W, "accepted on {on}, and has no products", "vip authorize {vip} PRODUCT=QUANTITY"),
    What.RENEWAL_READY: Words(_W, "renew or decline {lines} before {on}", "vip renew {vip} ORDER-REFERENCE {products}"),
    What.RENEWAL_PAST_DUE: Words(
        _W,
        "past due since {on}: renew or decline {lines}; removed on {then}",
        "vip renew {vip} ORDER-REFERENCE {products}",
    ),
    What.CONTACT_UNREACHABLE: Words(
        _W,
        "no letters go to {contact} <{contact_email}>: name another, or vip lift-address if mail arrives again",
        _ANOTHER_CONTACT,
    ),
    What.MANAGER_UNREACHABLE: Words(
        _W,
        "letters do not reach {manager} <{manager_email}>: give another address, or another account manager",
        "vip assign {vip} --to {manager_id} --name {manager} --email NEW-ADDRESS",
    ),
    What.INVITATION_UNDELIVERED: Words(
        _W, "the last letter to {contact} did not get out: send the invitation again", "vip resend {vip}"
    ),
    What.LETTER_UNDELIVERED: Words(
        _W,
        "the last letter to {contact} <{contact_email}> did not get out (vip journal tells why): name another address",
        _ANOTHER_CONTACT,
    ),
    What.INVITATION_EXPIRES: Words(_H, "the invitation expires"),
    What.ORDER_DUE: Words(_H, "an authorization becomes overdue"),
    What.DEACTIVATION: Words(_H, "what is overdue is deactivated"),
    What.RETURN_WINDOW_ENDS: Words(_H, "{lines} can be returned until the day before"),
    What.RENEWAL_UPCOMING: Words(_H, "the renewal of {anniversary} is announced"),
    What.WINDOW_OPENS: Words(_H, "renewal orders are taken from then on; all must be renewed before {anniversary}"),
    What.ANNIVERSARY: Words(_H, "the renewal is past due"),
    What.LICENCES_EXPIRE: Words(_H, "what was not renewed is removed"),
    What.NEXT_TERM: Words(_H, "the next year begins, with what was renewed"),
}


def table() -> str:
    """Every word for docs/operations.md; `python -m gateway.agenda.words` prints it."""
    rows = [f"| `{what}` | {one.kind} | {one.text} | {_code(one.command)} |" for what, one in WORDS.items()]
    return "\n".join(["| word | kind | says | is settled by |", "|---|---|---|---|", *rows, ""])


def _code(command: str | None) -> str:
    return "" if command is None else f"`{command}`"


if __name__ == "__main__":
    sys.stdout.write(table())
