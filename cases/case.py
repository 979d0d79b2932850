"""A case: machines, what is due by itself, the journal and the outbox. Customer and authorization build on it."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar

from pydantic import Field

from cases.journal import Entry, Kind, Outcome, Why
from cases.ledger import Ledger
from cases.outbox import SHELF_LIFE, Item, Review, earliest, review
from states.calendar import local_date, start_of_day
from states.facts import Instant, Reader, RenewalFacts
from states.letters import LETTERS, MANAGER, Letter, LetterUndeliverable
from states.lifecycle import Lifecycle, Moment, Row, Send
from states.policy import Policy

T = TypeVar("T")
RESOLUTION = timedelta(microseconds=1)
"""The smallest step of time."""


@lru_cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def copied(original: T) -> T:
    """A shallow copy; the standard library's asks a dataclass with slots for its state first, at ten times the cost."""
    other = object.__new__(type(original))
    for name in _names(type(original)):
        setattr(other, name, getattr(original, name))
    return other


class Foreseen(NamedTuple):
    """What happens next by itself, and from what that was computed: it holds as long as those are the same."""

    state: Any
    facts: Any
    policy: Any
    moment: Any


@dataclass(slots=True)
class Track:
    """Where a case stands in one machine. Subclasses say which states and facts."""

    state: Any
    since: Instant
    """Effective time of the last change of state; nothing later takes effect before it."""
    facts: Any
    foreseen: Annotated[Foreseen | None, Field(exclude=True)] = field(default=None, compare=False, repr=False)


class Act(StrEnum):
    """What caused a step."""

    TIME = "time"
    PERSON = "person"


@dataclass(slots=True, kw_only=True)
class Case:
    """Everything a case knows. It decides; whoever holds it waits, sends and tells."""

    machines: ClassVar[dict[str, Lifecycle[Any]]]
    """Its machines by the name of the field that holds their track."""

    policy: Policy
    cursor: Instant
    """Everything due up to here has happened."""
    quiet_until: Instant | None = None
    """Taking over: what is processed before, its past, causes no letter (section 10)."""
    journal: list[Entry] = field(default_factory=list)
    sequence: int = 0
    outbox: list[Item] = field(default_factory=list)
    letters: int = 0
    changed_on: dict[str, date] = field(default_factory=dict)
    """Local day on which a lane last told of a change of state."""
    unreachable: dict[Reader, str] = field(default_factory=dict)
    """Readers whose last letter could not be delivered, and why (section 8)."""
    news: int = 0
    """Counts what the neighbours have to know."""
    ledger: Ledger = field(default_factory=Ledger)
    """Answers by update ID: a repeated update gets the first one."""

    @property
    def number(self) -> str:
        """Its VIP number or authorization number."""
        raise NotImplementedError

    def track(self, machine: str) -> Track:
        track: Track = getattr(self, machine)
        return track

    def trial(self) -> Self:
        """A copy to try a request on: facts are frozen, so only what is replaced is copied."""
        other = copied(self)
        for machine in self.machines:
            setattr(other, machine, copied(self.track(machine)))
        other.outbox, other.journal = list(self.outbox), list(self.journal)
        other.changed_on, other.unreachable = dict(self.changed_on), dict(self.unreachable)
        return other

    def become(self, trial: Self) -> None:
        """Take over what a trial came to."""
        for name in _names(type(self)):
            setattr(self, name, getattr(trial, name))

    def upcoming(self) -> tuple[str, Moment] | None:
        """What happens next by itself, and in which machine."""
        best: tuple[str, Moment] | None = None
        for machine in self.machines:
            moment = self.foreseen(machine)
            if moment is None:
                continue
            if (
                best is None
                or moment.at < best[1].at
                or (moment.at == best[1].at and moment.deadline > best[1].deadline)
            ):
                best = machine, moment
        return best

    def foreseen(self, machine: str) -> Moment | None:
        """What happens next by itself in one machine."""
        track, policy = self.track(machine), self.policy
        known = track.foreseen
        if (
            known is None
            or known.facts is not track.facts
            or known.state is not track.state
            or known.policy is not policy
            or (known.moment is not None and known.moment.at <= self.cursor)
        ):
            moment = self.machines[machine].upcoming(track.state, track.facts, policy, self.cursor)
            known = track.foreseen = Foreseen(track.state, track.facts, policy, moment)
        found: Moment | None = known.moment
        return found

    def advance(self, to: datetime, now: datetime, *, events_first: bool = False) -> None:
        """Let everything happen that is due up to `to`, in order, each at its own time.

        With `events_first` what is due at the very instant waits: an event that says when it happened wins (section 2).
        """
        if events_first:
            to -= RESOLUTION
        while (first := self.upcoming()) is not None and first[1].at <= to:
            at = first[1].at
            # The cursor passes an instant once all that is due at it has happened: several reminders may be.
            self.cursor = max(self.cursor, at - RESOLUTION)
            for machine, trigger in self._together(*first):
                self.fire(machine, trigger, max(at, self.track(machine).since), now, Act.TIME)
            if not first[1].deadline:
                self.cursor = max(self.cursor, at)
        self.cursor = max(self.cursor, to)

    def _together(self, machine: str, moment: Moment) -> list[tuple[str, StrEnum]]:
        """A deadline alone, since it may change what follows; of reminders every one of the same instant."""
        if moment.deadline:
            return [(machine, moment.trigger)]
        moments = [(name, self.foreseen(name)) for name in self.machines]
        together = [(name, one) for name, one in moments if one is not None and one.at == moment.at]
        return [(name, trigger) for name, one in together for trigger in (one.trigger, *one.also)]

    def arrive(self, told: datetime | None, now: datetime) -> datetime:
        """Come to the moment of an event: what was due before counts as done. Returns when it happened.

        A clock that runs ahead within the tolerance says "now": nothing takes effect in the future.
        """
        if told is None or told > now:
            self.advance(now, now)
            return now
        self.advance(told, now, events_first=True)
        return told

    def effective(self, machine: str, at: datetime, now: datetime) -> datetime:
        """When an event takes effect: as it happened, or from now on if a deadline after it has been processed."""
        return at if at >= self.track(machine).since else now

    def fire(
        self,
        machine: str,
        trigger: StrEnum,
        effective: datetime,
        now: datetime,
        act: Act = Act.PERSON,
        *,
        actor: str | None = None,
        reason: str | None = None,
        about: dict[str, Any] | None = None,
        facts: Any = None,
    ) -> Row[Any]:
        """One step of one machine: the new state, one journal entry, and what follows.

        With `facts`, those are what the step decides on and what is known from then on. Raises `TransitionRefused`,
        and then nothing has changed.
        """
        track = self.track(machine)
        facts = track.facts if facts is None else facts
        row = self.machines[machine].step(track.state, trigger, facts, self.policy)
        track.facts = facts
        changes = row.target is not row.source
        source, track.state = track.state, row.target
        if changes:
            track.since = effective
        if changes or act is Act.PERSON:
            self.news += 1
            kind = Kind.TRANSITION if changes else Kind.FACT
            self.enter(kind, effective, now, machine, trigger, source, row.target, reason=reason, actor=actor)
        for effect in row.then:
            if isinstance(effect, Send):
                if effect.when(track.facts, self.policy):
                    self.post(effect.letter, effect.readers, machine, effective, now, act, changes, about)
            else:
                track.facts = effect.then(track.facts, self.policy, now)
        return row

    def enter(
        self,
        kind: Kind,
        effective: datetime,
        now: datetime,
        machine: str | None = None,
        trigger: str | None = None,
        source: str | None = None,
        target: str | None = None,
        **more: str | None,
    ) -> None:
        """One journal entry."""
        self.sequence += 1
        self.journal.append(Entry(self.sequence, effective, now, kind, machine, trigger, source, target, **more))

    def post(
        self,
        letter: type[Letter],
        readers: tuple[Reader, ...],
        machine: str,
        effective: datetime,
        now: datetime,
        act: Act,
        changes: bool,
        about: dict[str, Any] | None = None,
    ) -> None:
        """Put a letter into the outbox, once for each reader."""
        if self.quiet_until is not None and now < self.quiet_until:
            return
        not_before = earliest(effective, now, self.policy) if act is Act.TIME else now
        track = self.track(machine)
        told, renewal = about or {}, self.remember(letter)
        for reader in self.readers_of(letter, readers):
            self.letters += 1
            self.outbox.append(
                Item(
                    self.letters,
                    letter.name,
                    reader,
                    self.thread(letter),
                    machine,
                    track.state,
                    track.since,
                    effective,
                    not_before,
                    changes and not letter.reminder,
                    told,
                    renewal=renewal,
                )
            )

    def review(self, now: datetime) -> Review:
        """Which letters go now, which are given up, and when to look again."""
        if not self.outbox:
            return Review([], [], None)
        return review(self.outbox, now, self.policy, self.changed_on, self.doubt)

    def doubt(self, item: Item) -> Why | None:
        """Why a letter is no longer to be sent, if so."""
        if item.letter == LetterUndeliverable.name:
            return None if Reader.CONTACT in self.unreachable else Why.REASON_GONE
        if not LETTERS[item.letter].outlives_its_state and not self._still(item):
            return Why.REASON_GONE
        return Why.NOTHING_LEFT_TO_SAY if self.nothing_left_to_say(item) else None

    def _still(self, item: Item) -> bool:
        """The state that the letter speaks of has not been left."""
        track = self.track(item.machine)
        if (track.state, track.since) == (item.state, item.since):
            return True
        return self.machines[item.machine].continues.get(track.state) == item.state

    def handed_over(self, item: Item, now: datetime) -> dict[str, Any]:
        """The letter as it goes to the activity; the same for every attempt."""
        if item.written is not None:
            return item.written
        letter = self.write(item, now)
        written = {"letter": letter.name, **letter.model_dump(mode="json", exclude_none=True)}
        day = letter.worthless_on()
        zone = self.policy.time_zone
        keeps_until = now + SHELF_LIFE if day is None else max(now, start_of_day(day, zone))
        marked = item._replace(handed_over_at=now, written=written, keeps_until=keeps_until)
        self.outbox = [marked if one.number == item.number else one for one in self.outbox]
        return written

    def letter_done(self, item: Item, outcome: Outcome, why: str | None, now: datetime) -> None:
        """What became of a letter: the journal says it, and *unreachable* is set or cleared (section 8)."""
        self.outbox = [one for one in self.outbox if one.number != item.number]
        self.sequence += 1
        self.journal.append(
            Entry(
                self.sequence,
                item.caused_at,
                now,
                Kind.LETTER,
                letter=item.letter,
                reader=item.reader,
                outcome=outcome,
                reason=why,
            )
        )
        if outcome is Outcome.SENT:
            if item.changes:
                self.changed_on[item.lane] = local_date(item.caused_at, self.policy.time_zone)
            if self.unreachable.pop(item.reader, None) is not None:
                self.news += 1
        elif outcome is Outcome.UNDELIVERED:
            self.unreachable[item.reader] = why or ""
            self.news += 1
            if item.reader is Reader.CONTACT:
                about = {"undelivered_letter": item.letter, "address": self.contact_address(), "reason": why or ""}
                act = Act.TIME if why == Why.SHELF_LIFE_OVER else Act.PERSON
                self.post(LetterUndeliverable, MANAGER, item.machine, now, now, act, False, about)

    def readers_of(self, _letter: type[Letter], readers: tuple[Reader, ...]) -> tuple[Reader, ...]:
        return readers

    def remember(self, _letter: type[Letter]) -> RenewalFacts | None:
        """What a letter tells of a renewal whose turn may be over when the letter's comes."""
        return None

    def contact_address(self) -> str:
        raise NotImplementedError

    def thread(self, letter: type[Letter]) -> str:
        raise NotImplementedError

    def write(self, item: Item, now: datetime) -> Letter:
        raise NotImplementedError

    def nothing_left_to_say(self, _item: Item) -> bool:
        return False
