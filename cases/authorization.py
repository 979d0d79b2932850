"""A purchase authorization as a case: what it carries, what it tells its customer, what its letters say."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import Field

from cases.authorization_letters import write
from cases.case import RESOLUTION, Case
from cases.journal import Outcome, Why
from cases.outbox import Item
from cases.record import Deed, Track
from states.authorization import AUTHORIZATION, State, Trigger, deactivation_day
from states.calendar import start_of_day
from states.facts import AuthorizationFacts, CustomerView, Fact, Instant, Reader
from states.letters import DeactivationWarning, Letter, LetterUndeliverable
from states.lifecycle import Lifecycle
from states.policy import Policy

LETTERS_OF_A_LIFE = 1_000_000
"""Letters of a rebuilt authorization are counted from here, so that no key is used twice."""


@dataclass(slots=True)
class AuthorizationTrack(Track):
    state: State | None
    since: Instant
    facts: AuthorizationFacts


class Snapshot(Fact):
    """What a customer knows of an authorization, for life; newer news wins."""

    authorization_number: str
    news: int
    state: State
    since: Instant
    facts: AuthorizationFacts
    unreachable: bool = False
    undelivered_to: tuple[Reader, ...] = ()
    stopped: dict[Reader, str] = Field(default_factory=dict)
    """Readers to whom it found that no letter can go, and at which address."""
    deeds: tuple[Deed, ...] = ()


@dataclass(slots=True, kw_only=True)
class AuthorizationCase(Case):
    machines: ClassVar[dict[str, Lifecycle[Any]]] = {"authorization": AUTHORIZATION}

    authorization_number: str
    vip_number: str
    view: CustomerView
    authorization: AuthorizationTrack
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """First answers by order reference, for life."""

    def trial(self) -> Self:
        other = Case.trial(self)
        other.answers = dict(self.answers)
        return other

    @property
    def number(self) -> str:
        return self.authorization_number

    @property
    def facts(self) -> AuthorizationFacts:
        return self.authorization.facts

    @property
    def final(self) -> bool:
        return AUTHORIZATION.final(self.state)

    @property
    def state(self) -> State:
        if self.authorization.state is None:
            raise ValueError("the authorization has not begun")
        return self.authorization.state

    def learn(self, **changes: Any) -> None:
        """Other facts, which the customer has to know."""
        self.authorization.facts = self.facts.model_copy(update=changes)
        self.news += 1

    def snapshot(self) -> Snapshot:
        return Snapshot(
            authorization_number=self.authorization_number,
            news=self.news,
            state=self.state,
            since=self.authorization.since,
            facts=self.facts,
            unreachable=bool(self.unreachable),
            undelivered_to=tuple(sorted(self.unreachable)),
            stopped=self.stopped,
            deeds=tuple(self.deeds),
        )

    def hear(self, view: CustomerView, now: datetime) -> None:
        """News from the customer: another contact, account manager, anniversary; newer wins."""
        if view.news <= self.view.news:
            return
        self.advance(now, now)  # what was due before was due to those before
        self.authorization.rang(now)
        changed = set(self.view.stopped) - set(view.stopped)
        if view.contact != self.view.contact or view.invitation != self.view.invitation:
            changed.add(Reader.CONTACT)
        if view.account_manager != self.view.account_manager:
            changed.add(Reader.ACCOUNT_MANAGER)
        self.view = view
        self.reach_again(changed)

    def reach_again(self, readers: set[Reader]) -> None:
        """Another person reads from now on, or letters go there again: what could not be delivered is past."""
        for reader in sorted(readers):
            self.lift(reader)
        if readers & set(self.facts.warnings_refused):
            self.learn(warnings_refused=tuple(one for one in self.facts.warnings_refused if one not in readers))

    @classmethod
    def begin(
        cls,
        number: str,
        vip_number: str,
        view: CustomerView,
        facts: AuthorizationFacts,
        policy: Policy,
        now: datetime,
        *,
        actor: str | None = None,
        quiet_until: datetime | None = None,
    ) -> Self:
        """A1, A2, A3: a request, or a direct order. It takes up its life where it stands."""
        at = facts.requested_at
        track = AuthorizationTrack(None, at, facts)
        case = cls(
            policy=policy, cursor=at, quiet_until=quiet_until,
            authorization_number=number, vip_number=vip_number, view=view, authorization=track,
        )  # fmt: skip
        if facts.direct:
            order = facts.orders[0]
            about = {"order_reference": order.order_reference, "order": order.lines}
            case.fire("authorization", Trigger.RECORD_ORDER, at, now, actor=actor, about=about)
        else:
            case.fire("authorization", Trigger.AUTHORIZE, at, now, actor=actor)
        return case

    @classmethod
    def rebuilt(cls, known: Snapshot, view: CustomerView, vip_number: str, policy: Policy, now: datetime) -> Self:
        """A lost authorization from what its customer knows of it; it counts as overdue (section 4)."""
        state = State.DEACTIVATED if known.state is State.DEACTIVATED else State.OVERDUE
        return cls(
            policy=policy, cursor=now, news=known.news, letters=LETTERS_OF_A_LIFE, deeds=list(known.deeds),
            sequence=LETTERS_OF_A_LIFE,
            authorization_number=known.authorization_number, vip_number=vip_number, view=view,
            authorization=AuthorizationTrack(state, known.since, known.facts),
        )  # fmt: skip

    def take(
        self,
        trigger: Trigger,
        at: datetime,
        now: datetime,
        actor: str | None = None,
        reason: str | None = None,
        about: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """One step of a person's, with what changes in the facts."""
        facts = self.facts.model_copy(update=changes)
        self.take_step("authorization", trigger, at, now, actor=actor, reason=reason, about=about, facts=facts)

    def letter_done(self, item: Item, outcome: Outcome, why: str | None, now: datetime, *, stops: bool = True) -> None:
        Case.letter_done(self, item, outcome, why, now, stops=stops)
        if item.letter != DeactivationWarning.name and item.reader not in self.facts.warnings_refused:
            return
        warning, refused = item.letter == DeactivationWarning.name, self.facts.warnings_refused
        if outcome is Outcome.SENT and item.reader in refused:
            self.authorization.rang(now - RESOLUTION)  # fresh warnings are those of days to come
            self.learn(warnings_refused=tuple(one for one in refused if one is not item.reader))
        # What was too late to be delivered, nobody has refused.
        if outcome is Outcome.UNDELIVERED and why != Why.SHELF_LIFE_OVER and warning and item.reader not in refused:
            self.learn(warnings_refused=(*refused, item.reader))
        if outcome is Outcome.SENT and warning and self.facts.warned_at is None:
            self.learn(warned_at=now)

    def address_of(self, reader: Reader) -> str:
        return self.view.contact.email if reader is Reader.CONTACT else self.view.account_manager.email

    def stops(self, reader: Reader) -> bool:
        return reader in self.stopped or reader in self.view.stopped

    def thread(self, letter: type[Letter], machine: str) -> str:
        if letter is LetterUndeliverable:
            return f"undeliverable:{self.authorization_number}"
        return f"authorization:{self.authorization_number}"

    def write(self, item: Item, now: datetime) -> Letter:
        return write(item, self.authorization_number, self.vip_number, self.facts, self.view, self.policy, now)


def next_event(state: State, facts: AuthorizationFacts, policy: Policy, now: datetime) -> tuple[str, datetime] | None:
    """The next change of state by itself, as lists tell it (section 11, next events)."""
    moment = AUTHORIZATION.deadline(state, facts, policy)
    if moment is not None:
        return moment.trigger.value, moment.at
    if state is State.OVERDUE:
        planned = start_of_day(deactivation_day(facts, policy), policy.time_zone)
        return (Trigger.DEACTIVATION.value, planned) if planned > now else None
    return None
