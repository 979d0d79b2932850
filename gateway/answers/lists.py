"""What the register tells: lists of customers, letters, and the agenda."""

from typing import NotRequired

from typing_extensions import TypedDict

from gateway.answers.cases import NextEvent
from gateway.answers.happened import JournalEntry
from gateway.bodies import Person
from gateway.vocabulary import AgendaKind, AgendaWord, CustomerList, MarketSegment, MembershipState, RenewalState


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
