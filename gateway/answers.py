"""What the gateway answers, as the contract names it (docs/contract.md, answers). Names are only ever added.

Instants are RFC 3339 in UTC, days ISO 8601. A field that may be missing is `NotRequired`; none is ever null. A test
holds real answers of cases in every state against them: no field is missing, none unknown.
"""

from typing import NotRequired, Required, final

from typing_extensions import TypedDict

from gateway.bodies import History, Line, Person
from gateway.vocabulary import (
    AgendaKind,
    AgendaWord,
    AuthorizationState,
    CustomerList,
    EntryKind,
    Machine,
    MarketSegment,
    MembershipState,
    OfferType,
    Outcome,
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


class ReasonAgainst(TypedDict):
    """Why something is refused: a stable code, a sentence, and what helps to make it legal."""

    code: str
    message: str
    field: NotRequired[str]
    """Where in the body it is; parts are joined with dots."""
    product: NotRequired[str]
    offer_type: NotRequired[OfferType]
    segments: NotRequired[list[MarketSegment]]
    largest: NotRequired[int]
    """The most that can be asked for."""
    open: NotRequired[int]
    """The most that can be ordered."""
    legal_quantities: NotRequired[dict[str, int]]
    recorded: NotRequired[dict[str, int]]
    """What this order was recorded with before."""
    authorizations: NotRequired[list[str]]
    """Those that are overdue, deactivated or lost."""
    state: NotRequired[str]
    days_left: NotRequired[int]
    possible_from: NotRequired[str]
    earliest: NotRequired[str]
    latest: NotRequired[str]
    opens: NotRequired[str]
    ended: NotRequired[str]
    after: NotRequired[str]
    last: NotRequired[str]
    limit: NotRequired[int]
    """Bytes."""


class Addable(TypedDict):
    """A product of the catalogue, and why this customer may not add it; without reasons it may."""

    product: str
    name: str
    reasons: list[ReasonAgainst]


class Addables(TypedDict):
    """Every product."""

    items: list[Addable]


# --- what happened

JournalEntry = TypedDict(
    "JournalEntry",
    {
        "sequence": Required[int],
        "effective_at": Required[str],
        "processed_at": Required[str],
        "kind": Required[EntryKind],
        "machine": Machine,
        "trigger": str,
        "from": str,
        "to": str,
        "letter": str,
        "reader": Reader,
        "outcome": Outcome,
        "reason": str,
        "actor": str,
    },
    total=False,
)
"""One thing that happened to a case: when it took effect, and when it was processed."""


class Journal(TypedDict):
    """What happened, in order."""

    items: list[JournalEntry]


# --- lists


class RowManager(TypedDict):
    id: str
    name: str
    email: str


class Row(TypedDict):
    """A customer in a list."""

    vip_number: str
    organization: str
    contact: Person
    anniversary_date: NotRequired[str]
    market_segment: MarketSegment
    account_manager: RowManager
    invitation_status: MembershipState
    renewal_state: RenewalState
    lists: list[CustomerList]
    next_event: NotRequired[NextEvent]
    unreachable: bool


class Page(TypedDict):
    """Some of a list. `next_cursor` asks for those after them; `total` counts the whole list."""

    items: list[Row]
    next_cursor: NotRequired[str]
    total: int


class Counts(TypedDict):
    """How many customers there are, and how many in each list."""

    all: int
    no_products: int
    pending_requests: int
    overdue_requests: int
    upcoming_renewals: int
    ready_for_renewal: int


class ToldLetter(JournalEntry):
    """What became of a letter, whose it is, and of whose customer."""

    vip_number: str
    authorization_number: NotRequired[str]
    organization: NotRequired[str]
    """This and the account manager: once the register knows the customer."""
    account_manager: NotRequired[RowManager]


class ManagedBy(TypedDict):
    id: str
    name: str


class AgendaItem(TypedDict):
    """Something that happens by itself (`at`), or waits for a person; `on` is the local date that it is about."""

    at: NotRequired[str]
    on: str
    kind: AgendaKind
    what: AgendaWord
    vip_number: str
    organization: str
    authorization_number: NotRequired[str]
    account_manager: ManagedBy
    text: str
    command: NotRequired[str]
    """The one `vip` command that settles it; what stands in capitals a person decides."""
    next_event: NotRequired[NextEvent]
    """Of what waits: what follows by itself if nobody acts."""


Agenda = TypedDict("Agenda", {"items": list[AgendaItem], "from": str, "until": str})
"""By date; the days are the first and the last that were looked at."""
