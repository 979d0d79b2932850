"""A lifecycle is a table: rows, moments and refusals. The only importer of `transitions`.

A row is a sentence: *while in this state, when this happens, and if this holds, then that state, and do these*.
Time belongs to the state: its moments are pure functions of facts and policy, so leaving a state ends them.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast

from transitions import Event, EventData, Machine, Transition

from states.facts import Reader
from states.letters import BOTH, CONTACT, MANAGER, Letter
from states.policy import Policy
from states.refusals import Reason, Refused

F = TypeVar("F")

# A step asks this logger whether it may speak, and again.
_log: Any = logging.getLogger("transitions.core")
_log.debug = _log.info = lambda *_said: None


def always(_facts: Any, _policy: Policy) -> bool:
    return True


class Send(NamedTuple):
    """What follows: a letter, to these readers, if there is something to say."""

    letter: type[Letter]
    readers: tuple[Reader, ...]
    when: Callable[[Any, Policy], bool] = always


def to_contact(letter: type[Letter], when: Callable[[Any, Policy], bool] = always) -> Send:
    return Send(letter, CONTACT, when)


def to_manager(letter: type[Letter], when: Callable[[Any, Policy], bool] = always) -> Send:
    return Send(letter, MANAGER, when)


def to_both(letter: type[Letter], when: Callable[[Any, Policy], bool] = always) -> Send:
    return Send(letter, BOTH, when)


class Change(NamedTuple, Generic[F]):
    """What follows: other facts. `then` gets the facts, the policy and the time of processing."""

    then: Callable[[F, Policy, datetime], F]


class Row(NamedTuple, Generic[F]):
    """One sentence of docs/rules.md, with its ID. No source: the row begins the lifecycle."""

    rule: str
    source: StrEnum | None
    trigger: StrEnum
    guard: Callable[[F, Policy], bool]
    target: StrEnum
    then: tuple["Send | Change[F]", ...] = ()


class At(NamedTuple, Generic[F]):
    """A deadline: the instant at which its trigger leaves the state; None while it cannot come by itself."""

    due: Callable[[F, Policy], datetime | None]
    trigger: StrEnum


class Remind(NamedTuple, Generic[F]):
    """A reminder: the next instant after the given one at which its trigger is due; the state stays."""

    next: Callable[[F, Policy, datetime], datetime | None]
    trigger: StrEnum


class Moment(NamedTuple):
    """Something that happens by itself, and when."""

    at: datetime
    trigger: StrEnum
    deadline: bool
    also: tuple[StrEnum, ...] = ()
    """Further reminders of the same instant; a deadline comes alone, since it may change what follows."""


class TransitionRefused(Refused):
    """The table has no row for this trigger in this state."""


class TableError(Exception):
    """A lifecycle's table contradicts itself; raised when the table is imported."""


_NOTHING = "nothing"
"""Where a lifecycle is before its first row."""


class _Cursor:
    """What `transitions` moves: a holder of its own for each step, so that steps never share anything."""

    __slots__ = ("row", "state")

    def __init__(self, state: str) -> None:
        self.state = state
        self.row: Row[Any] | None = None


class _Transition(Transition):
    """One row: if its guard holds, the cursor moves. What follows stands in the row; nothing is hooked to it here."""

    row: "Row[Any]"

    def execute(self, event_data: EventData) -> bool:
        if not self._eval_conditions(event_data):
            return False
        if self.dest is not None:
            event_data.machine.set_state(self.dest, event_data.model)
        cursor: Any = event_data.model
        cursor.row = self.row
        return True


class _Machine(Machine):
    transition_cls = _Transition


def _passes(guard: Callable[[Any, Policy], bool], event: EventData) -> bool:
    return guard(*event.args)


@dataclass(frozen=True)
class Lifecycle(Generic[F]):
    """A machine as data. `step` is the one door; `moments` say what time does."""

    name: str
    states: type[StrEnum]
    rows: tuple[Row[F], ...]
    moments: Mapping[StrEnum, tuple[At[F] | Remind[F], ...]]
    refusals: Mapping[Any, Mapping[Any, tuple[str, str]]] = field(default_factory=dict)
    """By trigger and state: the code of the refusal and its sentence."""
    initial: StrEnum | None = None
    """Where it begins, when no row of the rules begins it."""
    continues: Mapping[Any, StrEnum] = field(default_factory=dict)
    """By state: the one whose letters are still true in it, since time alone went on without a word."""
    _heard: Mapping[tuple[StrEnum | None, StrEnum], Event] = field(init=False, repr=False)
    _names: Mapping[StrEnum | None, str] = field(init=False, repr=False)
    _final: frozenset[StrEnum] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise TableError(f"{self.name}: " + "; ".join(problems))
        # Plain names, since looking at a member of an enumeration is half the cost of a step; where a row stays in
        # its state, nothing is left or entered.
        states = [_NOTHING, *(state.value for state in self.states)]
        machine = _Machine(model=None, states=states, initial=_NOTHING, auto_transitions=False, send_event=True)
        for row in self.rows:
            guards: list[Any] = [] if row.guard is always else [partial(_passes, row.guard)]
            source = _NOTHING if row.source is None else row.source.value
            target = None if row.target is row.source else row.target.value
            machine.add_transition(row.trigger.value, source, target, guards)
            cast(_Transition, machine.events[row.trigger.value].transitions[source][-1]).row = row
        heard = {(row.source, row.trigger): machine.events[row.trigger.value] for row in self.rows}
        object.__setattr__(self, "_heard", heard)
        object.__setattr__(self, "_names", {None: _NOTHING, **{state: state.value for state in self.states}})
        object.__setattr__(self, "_final", frozenset(self.states) - {row.source for row in self.rows})

    def step(self, state: StrEnum | None, trigger: StrEnum, facts: F, policy: Policy) -> Row[F]:
        """The row that fires; no state yet: the row that begins. Raises `TransitionRefused` where there is none."""
        row = self.row(state, trigger, facts, policy)
        if row is None:
            raise self.refusal(state, trigger)
        return row

    def row(self, state: StrEnum | None, trigger: StrEnum, facts: F, policy: Policy) -> Row[F] | None:
        """As `step`, but None where there is no such row."""
        event: Event | None = self._heard.get((state, trigger))
        if event is None:
            return None
        cursor = _Cursor(self._names[state])
        event.trigger(cursor, facts, policy)
        return cursor.row

    def refusal(self, state: StrEnum | None, trigger: StrEnum) -> TransitionRefused:
        """Why this trigger is refused in this state."""
        now = "nothing has begun" if state is None else state.value
        unheard = ("not_allowed", f"{trigger.value} is not possible while {now}")
        code, sentence = unheard if state is None else self.refusals.get(trigger, {}).get(state, unheard)
        return TransitionRefused([Reason(code, sentence, state=now)])

    def upcoming(self, state: StrEnum, facts: F, policy: Policy, after: datetime) -> Moment | None:
        """What happens next by itself: the earliest deadline, or the earliest reminder after `after`.

        At the same instant a deadline comes before a reminder, and the table's order decides among reminders.
        """
        first: datetime | None = None
        triggers: list[StrEnum] = []
        deadline = False
        for moment in self.moments.get(state, ()):
            comes = isinstance(moment, At)
            at = moment.due(facts, policy) if isinstance(moment, At) else moment.next(facts, policy, after)
            if at is None:
                continue
            if first is None or at < first or (at == first and comes and not deadline):
                first, triggers, deadline = at, [moment.trigger], comes
            elif at == first and not deadline:
                triggers.append(moment.trigger)
        return None if first is None else Moment(first, triggers[0], deadline, tuple(triggers[1:]))

    def deadline(self, state: StrEnum, facts: F, policy: Policy) -> Moment | None:
        """The next change of state by itself."""
        found = ((one.due(facts, policy), one.trigger) for one in self.moments.get(state, ()) if isinstance(one, At))
        return min((Moment(at, trigger, True) for at, trigger in found if at is not None), default=None)

    def final(self, state: StrEnum) -> bool:
        """No row leaves it."""
        return state in self._final

    def _problems(self) -> Iterator[str]:
        reached = {self.initial} if self.initial else set()
        while more := {row.target for row in self.rows if row.source is None or row.source in reached} - reached:
            reached |= more
        for state in self.states:
            if state not in reached:
                yield f"{state.name} is never reached"
        settled: set[tuple[StrEnum | None, StrEnum]] = set()
        for row in self.rows:
            if (row.source, row.trigger) in settled:
                yield f"{row.rule} ({row.source}, {row.trigger}) can never fire: a row above it always does"
            if row.guard is always:
                settled.add((row.source, row.trigger))
            if getattr(row.guard, "__name__", "<lambda>") == "<lambda>":
                yield f"{row.rule}: a guard needs a name"
        for state, moments in self.moments.items():
            for moment in moments:
                fired = [row for row in self.rows if row.source is state and row.trigger is moment.trigger]
                if not fired:
                    yield f"{state.name}: {moment.trigger.name} comes, but no row takes it"
                stays = [row.rule for row in fired if row.target is state]
                if type(moment) is At and stays:
                    yield f"{state.name}: the deadline {moment.trigger.name} does not leave the state ({stays})"
                if type(moment) is Remind and len(stays) != len(fired):
                    yield f"{state.name}: the reminder {moment.trigger.name} leaves the state"
        for trigger, states in self.refusals.items():
            for state in states:
                if (state, trigger) in settled:
                    yield f"{trigger.name} is refused in {state.name}, where a row always takes it"
