"""A customer as a case: its membership, its renewal, and what it knows of its authorizations."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from cases.authorization import AuthorizationCase, Snapshot, next_event
from cases.case import Act, Case, Track
from cases.customer_letters import write
from cases.holding import recounted
from cases.invitation import ASKED, check_anniversary
from cases.journal import Kind
from cases.ledger import References
from cases.messages import Invite
from cases.outbox import Item
from states.authorization import AUTHORIZATION, LATE, OPEN, overdue_starts
from states.authorization import State as AuthorizationState
from states.calendar import local_date
from states.facts import (
    AccountManager,
    Contact,
    CustomerView,
    Fact,
    Instant,
    MarketSegment,
    MembershipFacts,
    OfferTypes,
    Quantities,
    Reader,
    RenewalFacts,
    plus,
)
from states.letters import (
    LETTERS,
    Letter,
    LetterUndeliverable,
    LicencesExpired,
    RenewalLetter,
    RenewalReceived,
    RenewalUpcoming,
)
from states.lifecycle import Change, Lifecycle, Row, TransitionRefused
from states.membership import MEMBERSHIP, State, Trigger, invitation_ends
from states.policy import Policy
from states.renewal import RENEWAL, to_remove, to_renew
from states.renewal import State as RenewalState
from states.renewal import Trigger as Renewing
from states.standing import LOST, Buyer, CustomerList, lists_of


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
class CustomerCase(Case):
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
    to_start: list[AuthorizationCase] = field(default_factory=list)
    """Authorizations that were decided and whose workflow is still to be started."""

    @classmethod
    def begin(
        cls, vip_number: str, invite: Invite, policy: Policy, now: datetime, *, quiet_until: datetime | None = None
    ) -> Self:
        """M1: the invitation. Raises `anniversary_out_of_range` for a custom date that can't be chosen."""
        check_anniversary(invite, policy, now)
        contact = Contact(name=invite.contact.name, email=invite.contact.email)
        custom = invite.anniversary_date
        case = cls(
            policy=policy,
            cursor=now,
            quiet_until=quiet_until,
            profile=Profile(vip_number=vip_number, **{name: getattr(invite, name) for name in ASKED}),
            contact=contact,
            account_manager=AccountManager(**invite.account_manager.model_dump()),
            language=invite.language or policy.language_by_region.get(invite.region, policy.language),
            offer_types=invite.offer_types,
            first_invited_at=now,
            membership=MembershipTrack(None, now, MembershipFacts(invited_at=now)),
            renewal=RenewalTrack(RenewalState.NO_TERM, now, RenewalFacts(custom_anniversary=custom)),
        )
        case.fire("membership", Trigger.INVITE, now, now, actor=invite.actor)
        case.told = case.view()
        return case

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

    def fire(
        self, machine: str, trigger: StrEnum, effective: datetime, now: datetime, act: Act = Act.PERSON, **more: Any
    ) -> Row[Any]:
        row = Case.fire(self, machine, trigger, effective, now, act, **more)
        if any(isinstance(effect, Change) for effect in row.then):
            self.renewal.facts = recounted(self.renewal.facts, self.known.values(), self.policy)
            self.news += 1
        return row

    # --- what the authorizations tell

    def hear(self, snapshot: Snapshot, now: datetime) -> None:
        """News from an authorization; newer wins, and one that is unknown is taken in."""
        number = snapshot.authorization_number
        before = self.known.get(number)
        if before is not None and (
            snapshot.news < before.news or (snapshot.news == before.news and number not in self.lost)
        ):
            return
        if self.lost.pop(number, None) is not None:
            self.enter(Kind.FACT, now, now, reason=f"{number} is back")
        self.take_in(snapshot, now)

    def take_in(self, snapshot: Snapshot, now: datetime) -> None:
        """What an authorization's news means for the renewal: R1, R6, R9, R13, R14."""
        before = self.known.get(snapshot.authorization_number)
        heard = {order.order_reference: order for order in before.facts.orders} if before is not None else {}
        orders = snapshot.facts.orders
        new = [order.ordered_at for order in orders if order.order_reference not in heard]
        at = min([*new, now]) if new else min(snapshot.since, now)
        if new or any(heard[order.order_reference].returned != order.returned for order in orders):
            self.advance(at, now, events_first=True)
        # Whatever was told after a term had ended belongs to the next, whenever it was placed.
        terms = {reference: order.term for reference, order in heard.items()}
        told_in = [terms.get(order.order_reference, self.renewal.facts.term) for order in orders]
        orders = tuple(o.model_copy(update={"term": term}) for o, term in zip(orders, told_in, strict=True))
        facts = snapshot.facts.model_copy(update={"orders": orders})
        self.known[snapshot.authorization_number] = snapshot.model_copy(update={"facts": facts})
        self.news += 1
        if not self.membership.facts.something_authorized:
            self.membership.facts = self.membership.facts.model_copy(update={"something_authorized": True})
        self.licences_changed(at, now)
        self.advance(now, now)

    def licences_changed(self, at: datetime, now: datetime) -> None:
        """Count anew what is held, and let the renewal take notice where a row does."""
        facts = recounted(self.renewal.facts, self.known.values(), self.policy)
        if facts == self.renewal.facts:
            return
        if facts.anniversary is None and (facts.ending or facts.coming):
            facts = facts.model_copy(update={"term_start": local_date(at, self.policy.time_zone)})
        self.renewal.facts = facts
        try:
            self.fire("renewal", Renewing.LICENCES_CHANGED, self.effective("renewal", at, now), now)
        except TransitionRefused:
            return  # most changes of what is held change no state

    def mark_lost(self, number: str, now: datetime) -> None:
        """An authorization's workflow vanished: it counts as overdue, and can be written off (section 4)."""
        if number not in self.lost:
            self.lost[number] = now
            self.news += 1
            self.enter(Kind.FACT, now, now, "authorization", None, self.known[number].state, LOST, reason=number)

    # --- what others ask

    def state_of(self, number: str, now: datetime) -> str:
        """The state of an authorization as it counts at this moment: due counts as done."""
        known = self.known[number]
        if number in self.lost:
            return LOST
        if known.state is AuthorizationState.PENDING and overdue_starts(known.facts, self.policy) <= now:
            return AuthorizationState.OVERDUE.value
        return known.state.value

    def late(self, now: datetime) -> tuple[str, ...]:
        return tuple(n for n in self.known if self.state_of(n, now) in {*(s.value for s in LATE), LOST})

    def buyer(self, now: datetime) -> Buyer:
        return Buyer(
            membership=self.state,
            market_segment=self.profile.market_segment,
            offer_types=self.offer_types,
            late=self.late(now),
        )

    def is_unreachable(self) -> bool:
        """A letter of the customer, or of one of its running authorizations, could not be delivered."""
        running = (one for one in self.known.values() if not AUTHORIZATION.final(one.state))
        return bool(self.unreachable) or any(one.unreachable for one in running)

    def held(self) -> Quantities:
        return plus(self.renewal.facts.ending, self.renewal.facts.coming)

    def lists(self, now: datetime) -> tuple[CustomerList, ...]:
        states = {number: self.state_of(number, now) for number in self.known}
        return lists_of(self.state, self.renewal.state, self.held(), states)

    def open_authorizations(self) -> Iterable[Snapshot]:
        return (one for one in self.known.values() if one.state in OPEN and one.authorization_number not in self.lost)

    def next_event(self, now: datetime) -> tuple[str, datetime] | None:
        """The next change of state by itself, of the customer or of any of its open authorizations (section 6)."""
        found = []
        for machine, lifecycle in self.machines.items():
            track = self.track(machine)
            if (moment := lifecycle.deadline(track.state, track.facts, self.policy)) is not None:
                found.append((moment.at, moment.trigger.value))
        for one in self.open_authorizations():
            if (event := next_event(one.state, one.facts, self.policy, now)) is not None:
                found.append((event[1], event[0]))
        return min(((name, at) for at, name in sorted(found)), key=lambda event: event[1], default=None)

    def view(self) -> CustomerView:
        """What open authorizations know of their customer."""
        facts, renewal = self.membership.facts, self.renewal.facts
        ends = invitation_ends(facts, self.policy) if self.state is State.INVITED else None
        return CustomerView(
            news=0 if self.told is None else self.told.news,
            organization=self.profile.organization,
            contact=self.contact,
            account_manager=self.account_manager,
            language=self.language,
            accepted=self.state is State.ACCEPTED,
            invitation=facts.invitation,
            invitation_ends=ends,
            custom_anniversary=renewal.custom_anniversary,
            anchor=renewal.anchor,
            anniversary=renewal.anniversary,
            term_start=renewal.term_start,
        )

    def news_for_authorizations(self) -> tuple[CustomerView, tuple[str, ...]] | None:
        """What changed since the authorizations were told last, and who has to know.

        What is ordered no longer asks for the anniversary, so only people and the invitation are told to it.
        """
        view, before = self.view(), self.told
        if view == before or before is None:
            return None
        of_renewal = {"custom_anniversary", "anchor", "anniversary", "term_start"}
        people = view.model_dump(exclude=of_renewal) != before.model_dump(exclude=of_renewal)
        self.told = view.model_copy(update={"news": view.news + 1})
        running = (one for one in self.known.values() if people or one.state in OPEN)
        numbers = (one.authorization_number for one in running if not AUTHORIZATION.final(one.state))
        return self.told, tuple(number for number in numbers if number not in self.lost)

    # --- letters

    def readers_of(self, letter: type[Letter], readers: tuple[Reader, ...]) -> tuple[Reader, ...]:
        if letter is RenewalUpcoming and not self.policy.renewal.contact_hears_of_upcoming:
            return tuple(one for one in readers if one is not Reader.CONTACT)
        return readers

    def remember(self, letter: type[Letter]) -> dict[str, Any]:
        if not issubclass(letter, RenewalLetter):
            return {}
        facts = self.renewal.facts
        return {"renewal": facts.model_dump(mode="json", exclude_defaults=True), "removed": to_remove(facts)}

    def nothing_left_to_say(self, item: Item) -> bool:
        kind = LETTERS[item.letter]
        if not issubclass(kind, RenewalLetter) or kind in (RenewalReceived, LicencesExpired):
            return False
        return not to_renew(self.renewal.facts)

    def contact_address(self) -> str:
        return self.contact.email

    def thread(self, letter: type[Letter]) -> str:
        if letter is LetterUndeliverable:
            return f"undeliverable:{self.vip_number}"
        if issubclass(letter, RenewalLetter):
            return f"renewal:{self.vip_number}:{self.renewal.facts.turn}"
        return f"invitation:{self.vip_number}"

    def write(self, item: Item, now: datetime) -> Letter:
        return write(item, self, now)
