"""What is known about a customer and its authorizations: frozen facts that guards and deadlines read.

Instants are aware and UTC; anniversary dates are dates; quantities are whole licences by product.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

Instant = AwareDatetime
"""A moment; UTC, since whatever comes in from outside is turned to it at the door."""
Quantities = dict[str, int]
"""Licences by product; a product with nothing is left out."""


class MarketSegment(StrEnum):
    """What kind of organisation buys (rules, section 1)."""

    COMMERCIAL = "commercial"
    GOVERNMENT = "government"
    EDUCATION = "education"


class OfferType(StrEnum):
    """Which line of products a customer may buy (rules, section 1)."""

    TEAM = "team"
    ENTERPRISE = "enterprise"


OfferTypes = Annotated[frozenset[OfferType], PlainSerializer(sorted)]
"""A customer's offer types; written in the same order on every machine."""


class Reader(StrEnum):
    """Who gets a letter (rules, section 1)."""

    CONTACT = "contact"
    ACCOUNT_MANAGER = "account_manager"


class RequestedBy(StrEnum):
    """Who asked for an authorization; the member's line is limited (rules, section 4)."""

    ACCOUNT_MANAGER = "account_manager"
    MEMBER = "member"


class Fact(BaseModel):
    """A frozen record; changing one means making another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Another record with some of it changed. Nothing in a frozen record has to be copied, so this is quick."""
        if deep:
            return super().model_copy(update=update, deep=True)
        other = self.__class__.__new__(self.__class__)
        changes = update or {}
        object.__setattr__(other, "__dict__", {**self.__dict__, **changes})
        object.__setattr__(other, "__pydantic_fields_set__", self.__pydantic_fields_set__ | changes.keys())
        object.__setattr__(other, "__pydantic_extra__", None)
        object.__setattr__(other, "__pydantic_private__", None)
        return other


class Contact(Fact):
    """The customer's primary contact."""

    name: str
    email: str


class AccountManager(Fact):
    """The person at the reseller who manages the customer."""

    id: str
    name: str
    email: str
    language: str | None = None


class Acceptance(Fact):
    """Who accepted the membership, when, through which door, and which version of the terms (section 3)."""

    name: str
    identity: str | None = None
    terms_version: str
    accepted_at: Instant
    door: str | None = None


class MembershipFacts(Fact):
    """What the membership machine reads (section 3)."""

    invited_at: Instant
    """Start of the running invitation: reminders and expiry count from its local day."""
    invitation: int = 1
    """Number of the contact's invitation; handing over starts the next, which ends the links of the one before."""
    resent_on: date | None = None
    resent_times: int = 0
    """Resends on the local day `resent_on`, the first invitation not among them (M4)."""
    something_authorized: bool = False
    acceptance: Acceptance | None = None


class Order(Fact):
    """An order placed with the vendor, and what of it was returned since."""

    order_reference: str
    lines: Quantities
    ordered_at: Instant
    recorded_at: Instant
    term: int = 0
    """The customer's term in which it was told of this order (`RenewalFacts.term`)."""
    returned: Quantities = Field(default_factory=dict)


class Return(Fact):
    """A return that was asked for and is neither confirmed nor declined yet."""

    order_reference: str
    lines: Quantities
    reason: str


class FrozenDuration(Fact):
    """What was to be ordered when everything had been ordered; it no longer changes (section 11, durations)."""

    order_from: date
    months: int


class AuthorizationFacts(Fact):
    """What the authorization machine reads (section 4)."""

    requested_at: Instant
    requested_by: RequestedBy
    lines: Quantities
    purchase_order: str | None = None
    direct: bool = False
    """Ordered without an authorization before it (A3)."""
    orders: tuple[Order, ...] = ()
    dropped: Quantities = Field(default_factory=dict)
    """The open quantity that a cancellation or a write-off took away (A7, A14)."""
    extension_days: int = 0
    warned_at: Instant | None = None
    """When the mail relay first accepted a deactivation warning for a reader (A12)."""
    warnings_refused: tuple[Reader, ...] = ()
    """Readers to whom a warning can't be delivered; when it is all of them, the account manager decides (A19)."""
    return_open: Return | None = None
    duration: FrozenDuration | None = None


class RenewalFacts(Fact):
    """What the renewal machine reads (section 5)."""

    custom_anniversary: date | None = None
    anchor: date | None = None
    """What the anniversaries are counted from: the day of the first order, or the custom date."""
    anniversary: date | None = None
    term_start: date | None = None
    """The running term's first day: that of the first order, later the last anniversary."""
    counted_from: date | None = None
    term: int = 0
    """Counts the terms that ended. The running one counts orders placed from `counted_from` on, or told in it."""
    turn: int = 0
    carried: Quantities = Field(default_factory=dict)
    """What was renewed into this term."""
    ending: Quantities = Field(default_factory=dict)
    """Held and ordered before the anniversary: to be renewed (what was carried included)."""
    coming: Quantities = Field(default_factory=dict)
    """Ordered on the anniversary or later: belongs to the next term."""
    renewed: Quantities = Field(default_factory=dict)
    """Said by renewal orders of this turn; it counts from the anniversary on."""
    declined: Quantities = Field(default_factory=dict)


class CustomerView(Fact):
    """What an authorization knows of its customer; newer news wins."""

    news: int = 0
    organization: str
    contact: Contact
    account_manager: AccountManager
    language: str
    stopped: tuple[Reader, ...] = ()
    """Readers whose address takes no mail: no letter goes there until that is lifted (8.2)."""
    accepted: bool = False
    invitation: int = 1
    invitation_ends: Instant | None = None
    """Until when the invitation can be accepted; None when it cannot."""
    custom_anniversary: date | None = None
    anchor: date | None = None
    anniversary: date | None = None
    term_start: date | None = None


class LetterLine(Fact):
    """One product of an authorization, as a letter tells it."""

    product: str
    name: str
    quantity: int = Field(description="authorized")
    ordered: int = 0
    open: int = 0
    returned: int = 0


class RenewalLine(Fact):
    """One product of a renewal, as a letter tells it."""

    product: str
    name: str
    held: int
    renewed: int = 0
    declined: int = 0
    to_renew: int = 0


def plus(left: Quantities, right: Quantities) -> Quantities:
    """The sum by product."""
    total = dict(left)
    for product, quantity in right.items():
        total[product] = total.get(product, 0) + quantity
    return total


def minus(left: Quantities, right: Quantities) -> Quantities:
    """What of `left` remains without `right`; a product with nothing left is left out."""
    rest = {}
    for product, quantity in left.items():
        remaining = quantity - right.get(product, 0)
        if remaining > 0:
            rest[product] = remaining
    return rest


def ordered(facts: AuthorizationFacts) -> Quantities:
    """What orders covered, returns not taken off."""
    total: Quantities = {}
    for order in facts.orders:
        total = plus(total, order.lines)
    return total


def open_quantity(facts: AuthorizationFacts) -> Quantities:
    """Authorized minus ordered, by product (section 1); nothing after a cancellation or a write-off."""
    return minus(minus(facts.lines, ordered(facts)), facts.dropped)


def held(facts: AuthorizationFacts) -> Quantities:
    """What is paid for of this authorization: ordered minus returned, by product."""
    total: Quantities = {}
    for order in facts.orders:
        total = plus(total, minus(order.lines, order.returned))
    return total
