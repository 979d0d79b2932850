"""How a customer or an authorization stands, and what a customer may add."""

from typing import NotRequired, final

from typing_extensions import TypedDict

from gateway.answers.reasons import ReasonAgainst
from gateway.bodies import History, Line, Person
from gateway.vocabulary import (
    AuthorizationState,
    CustomerList,
    MarketSegment,
    MembershipState,
    OfferType,
    Reader,
    RenewalState,
    RequestedBy,
)


class NextEvent(TypedDict):
    """The next change of state by itself, such as `order_due`, `deactivation`, `window_opens`."""

    name: str
    at: str


class AccountManager(TypedDict):
    id: str
    name: str
    email: str
    language: NotRequired[str]


# --- authorizations


class AuthorizedLine(TypedDict):
    product: str
    name: str
    quantity: int
    ordered: int
    returned: int


class Order(TypedDict):
    order_reference: str
    lines: list[Line]
    ordered_at: str


class Preview(TypedDict):
    """What authorizing would answer: an authorization that has no number, since there is none."""

    vip_number: str
    state: AuthorizationState
    requested_by: RequestedBy
    requested_at: str
    lines: list[AuthorizedLine]
    purchase_order: NotRequired[str]
    orders: list[Order]
    order_due_by: NotRequired[str]
    """This and the three after it: while something is not ordered."""
    overdue_on: NotRequired[str]
    last_warning_on: NotRequired[str]
    deactivated_on: NotRequired[str]
    order_from: str
    months_to_order: int
    provisional: bool
    """Its anniversary is not fixed yet, so what is to be ordered may change."""
    return_until: NotRequired[str]
    next_event: NotRequired[NextEvent]


@final
class Authorization(Preview):
    authorization_number: str


# --- customers


class Product(TypedDict):
    """How many licences of a product are held, still to be ordered, deactivated, renewed and not renewed."""

    product: str
    name: str
    held: int
    open: int
    deactivated: int
    renewed: int
    declined: int


class Customer(TypedDict):
    """A customer, as what changed it answers."""

    vip_number: str
    external_id: NotRequired[str]
    state: MembershipState
    console_access: bool
    organization: str
    market_segment: MarketSegment
    offer_types: list[OfferType]
    region: str
    address: str
    postal_code: str
    contact: Person
    account_manager: AccountManager
    language: str
    invited_at: str
    accept_by: NotRequired[str]
    accepted_at: NotRequired[str]
    anniversary_date: NotRequired[str]
    renewal_state: RenewalState
    lists: list[CustomerList]
    next_event: NotRequired[NextEvent]
    unreachable: bool
    letters_stopped: NotRequired[list[Reader]]
    policy_version: str
    time_zone: str
    invitation: int
    """Number of the contact's invitation; handing over begins the next."""
    products: list[Product]


@final
class WholeCustomer(Customer):
    """A customer with every authorization, and its past as `invite` would take it over."""

    open_authorizations: list[Authorization]
    authorizations: list[Authorization]
    custom_anniversary_date: NotRequired[str]
    history: History


class Addable(TypedDict):
    """A product of the catalogue, and why this customer may not add it; without reasons it may."""

    product: str
    name: str
    reasons: list[ReasonAgainst]


class Addables(TypedDict):
    """Every product."""

    items: list[Addable]
