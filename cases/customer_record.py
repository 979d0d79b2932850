"""What is recorded of a customer: who it is, where it stands, and what it knows of its authorizations."""

from dataclasses import dataclass, field
from operator import is_
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from cases.authorization import AuthorizationCase, Snapshot
from cases.case import Case
from cases.ledger import References
from cases.record import Track
from states.facts import (
    AccountManager,
    Contact,
    CustomerView,
    Fact,
    Instant,
    MarketSegment,
    MembershipFacts,
    OfferTypes,
    RenewalFacts,
)
from states.lifecycle import Lifecycle
from states.membership import MEMBERSHIP, State, invitation_ends
from states.renewal import RENEWAL
from states.renewal import State as RenewalState


@dataclass(slots=True)
class MembershipTrack(Track):
    state: State | None
    since: Instant
    facts: MembershipFacts


@dataclass(slots=True)
class RenewalTrack(Track):
    state: RenewalState
    since: Instant
    facts: RenewalFacts


class Profile(Fact):
    """What was asked for at the invitation; none of it can be edited later (section 3)."""

    vip_number: str
    organization: str
    market_segment: MarketSegment
    region: str
    address: str
    postal_code: str
    external_id: str | None = None


@dataclass(slots=True, kw_only=True)
class CustomerRecord(Case):
    machines: ClassVar[dict[str, Lifecycle[Any]]] = {"membership": MEMBERSHIP, "renewal": RENEWAL}

    profile: Profile
    contact: Contact
    account_manager: AccountManager
    language: str
    offer_types: OfferTypes
    first_invited_at: Instant
    membership: MembershipTrack
    renewal: RenewalTrack
    known: dict[str, Snapshot] = field(default_factory=dict)
    """Every authorization ever, by its number."""
    lost: dict[str, Instant] = field(default_factory=dict)
    """Authorizations whose workflow vanished, and since when."""
    references: References = field(default_factory=References)
    """Direct and renewal orders by their reference, for life."""
    told: CustomerView | None = None
    """What the open authorizations were told last."""
    told_of: int = 0
    """The news that had been counted then."""
    viewed: Annotated[tuple[Any, CustomerView] | None, Field(exclude=True)] = field(
        default=None, compare=False, repr=False
    )
    """What `view` made last, and from what."""
    to_start: list[AuthorizationCase] = field(default_factory=list)
    """Authorizations that were decided and whose workflow is still to be started."""

    @property
    def state(self) -> State:
        if self.membership.state is None:
            raise ValueError("the membership has not begun")
        return self.membership.state

    @property
    def number(self) -> str:
        return self.profile.vip_number

    @property
    def vip_number(self) -> str:
        return self.profile.vip_number

    def trial(self) -> Self:
        other = Case.trial(self)
        other.known, other.lost = dict(self.known), dict(self.lost)
        other.references, other.to_start = self.references.copy(), list(self.to_start)
        return other

    def view(self) -> CustomerView:
        """What open authorizations know of their customer; made anew when something of it has changed."""
        facts, renewal = self.membership.facts, self.renewal.facts
        people = (self.contact, self.account_manager, self.language, self.stopped)
        basis = (self.policy, self.membership.state, facts, renewal, *people, self.told)
        if self.viewed is not None and all(map(is_, self.viewed[0], basis)):
            return self.viewed[1]
        ends = invitation_ends(facts, self.policy) if self.state is State.INVITED else None
        view = CustomerView(
            news=0 if self.told is None else self.told.news,
            organization=self.profile.organization,
            contact=self.contact,
            account_manager=self.account_manager,
            language=self.language,
            stopped=tuple(sorted(self.stopped)),
            accepted=self.state is State.ACCEPTED,
            invitation=facts.invitation,
            invitation_ends=ends,
            custom_anniversary=renewal.custom_anniversary,
            anchor=renewal.anchor,
            anniversary=renewal.anniversary,
            term_start=renewal.term_start,
        )
        self.viewed = basis, view
        return view
