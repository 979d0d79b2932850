"""What there is to know of every letter, taken from its class, the tables that send it and the policies' figures."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

from cases.outbox import SHELF_LIFE
from states.authorization import AUTHORIZATION
from states.calendar import local_date
from states.diagram import LIFECYCLES
from states.facts import AuthorizationFacts, MembershipFacts, Order, Reader, RenewalFacts, RequestedBy
from states.letters import (
    LETTERS,
    AuthorizationLetter,
    Letter,
    LetterUndeliverable,
    MembershipLetter,
    RenewalLetter,
)
from states.lifecycle import At, Lifecycle, Send, always
from states.membership import MEMBERSHIP
from states.policy import Policy
from states.renewal import RENEWAL

_DAY = timedelta(days=1)
_BEGIN = datetime(2027, 3, 1, 12, tzinfo=UTC)
_ANNIVERSARY = date(2028, 3, 1)
_FACTS: dict[str, Any] = {
    MEMBERSHIP.name: MembershipFacts(invited_at=_BEGIN),
    AUTHORIZATION.name: AuthorizationFacts(
        requested_at=_BEGIN,
        requested_by=RequestedBy.ACCOUNT_MANAGER,
        lines={"any": 1},
        orders=(Order(order_reference="none", lines={}, ordered_at=_BEGIN, recorded_at=_BEGIN),),
        warned_at=_BEGIN,
    ),
    RENEWAL.name: RenewalFacts(anniversary=_ANNIVERSARY, term_start=_BEGIN.date(), turn=1, ending={"any": 1}),
}
"""A life in which nobody does anything; what is counted from its days holds for every other."""
_COUNTED_FROM = {MEMBERSHIP.name: _BEGIN.date(), AUTHORIZATION.name: _BEGIN.date(), RENEWAL.name: _ANNIVERSARY}

THREADS: dict[type[Letter], tuple[str, str]] = {
    MembershipLetter: ("the invitation", "day 0 is the day of the invitation"),
    AuthorizationLetter: ("the authorization", "day 0 is the day of the request"),
    RenewalLetter: ("one renewal", "A is the anniversary date"),
    LetterUndeliverable: ("what could not be delivered", ""),
}
"""By the family of a letter: the thread it belongs to, and what its days are counted from."""


@dataclass(frozen=True)
class Occasion:
    """What sends a letter: rows with the same rule. `days` are those on which time alone brings it, by policy; what a
    person does has none."""

    rule: str
    states: tuple[str, ...]
    trigger: str
    condition: str
    readers: tuple[Reader, ...]
    days: dict[str, tuple[int, ...]]

    @property
    def words(self) -> str:
        """`M4 resend invitation while expired`."""
        state = f" while {_plain(' or '.join(self.states))}" if self.states else ""
        condition = f", if {_plain(self.condition)}" if self.condition else ""
        return f"{self.rule} {_plain(self.trigger)}{state}{condition}"


@dataclass(frozen=True)
class Described:
    """Everything about one letter but its words."""

    name: str
    family: type[Letter]
    readers: tuple[Reader, ...]
    says: str
    reminder: bool
    occasions: tuple[Occasion, ...]
    dates: tuple[str, ...]
    """Names of the dates that it tells."""
    kept: str
    """How long it is worth sending."""

    @property
    def thread(self) -> str:
        return THREADS[self.family][0]

    @property
    def to(self) -> str:
        return " and ".join(_plain(reader) for reader in self.readers)


def describe(policies: dict[str, Policy]) -> list[Described]:
    """Every letter, in the order of its class. Days are counted under each of these policies."""
    rows = list(_occasions(policies))
    return [
        Described(
            name=name,
            family=next(one for one in THREADS if issubclass(kind, one)),
            readers=kind.readers,
            says=_says(kind),
            reminder=kind.reminder,
            occasions=tuple(_together(occasion for letter, occasion in rows if letter is kind)),
            dates=tuple(_plain(name) for name in _dates(kind)),
            kept=_kept(kind),
        )
        for name, kind in LETTERS.items()
    ]


def days(numbers: tuple[int, ...], family: type[Letter]) -> str:
    """`day 15`, `days 7, 12, 14`, or `A - 14, A - 7`."""
    if family is RenewalLetter:
        return ", ".join("A" if one == 0 else f"A {'+' if one > 0 else '-'} {abs(one)}" for one in numbers)
    return f"{'day' if len(numbers) == 1 else 'days'} {', '.join(map(str, numbers))}" if numbers else "never"


# --- when it goes out


def _occasions(policies: dict[str, Policy]) -> Iterator[tuple[type[Letter], Occasion]]:
    for lifecycle in LIFECYCLES:
        for row in lifecycle.rows:
            for send in (effect for effect in row.then if isinstance(effect, Send)):
                condition = row.guard if row.guard is not always else send.when
                yield (
                    send.letter,
                    Occasion(
                        rule=row.rule,
                        states=(row.source.value,) if row.source else (),
                        trigger=row.trigger.value,
                        condition="" if condition is always else condition.__name__,
                        readers=send.readers,
                        days={
                            name: tuple(_days(lifecycle, row.source, row.trigger, policy))
                            for name, policy in policies.items()
                        },
                    ),
                )


def _together(occasions: Iterable[Occasion]) -> Iterator[Occasion]:
    """What differs in its state alone is told once."""
    found: dict[Any, Occasion] = {}
    for one in occasions:
        key = (one.rule, one.trigger, one.condition, one.readers, *one.days.values())
        found[key] = replace(one, states=found[key].states + one.states) if key in found else one
    return iter(found.values())


def _days(lifecycle: Lifecycle[Any], state: Any, trigger: Any, policy: Policy) -> Iterator[int]:
    """The days on which this comes by itself while nobody does anything, counted from the thread's first day."""
    facts, begin = _FACTS[lifecycle.name], _COUNTED_FROM[lifecycle.name]
    moments = [one for one in lifecycle.moments.get(state, ()) if one.trigger is trigger]
    deadline = lifecycle.deadline(state, facts, policy) if state else None
    for moment in moments:
        at = moment.due(facts, policy) if isinstance(moment, At) else moment.next(facts, policy, _BEGIN)
        while at is not None and (deadline is None or at <= deadline.at):
            yield (local_date(at, policy.time_zone) - begin).days
            at = None if isinstance(moment, At) else moment.next(facts, policy, at)


# --- what it tells, and how long that is worth telling


def _says(kind: type[Letter]) -> str:
    """The sentence of its class, without the rules' IDs."""
    words = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    sentence = re.sub(r"^(?:[MAR]\d+|Section \d+)[^:]*: ", "", words).rstrip(".")
    return sentence[:1].upper() + sentence[1:] + "."


def _dates(kind: type[Letter]) -> list[str]:
    hints = get_type_hints(kind)
    own = (name for name in kind.model_fields if name not in Letter.model_fields)
    return [name for name in own if hints[name] in (date, date | None)]


def _kept(kind: type[Letter]) -> str:
    """Which of its dates ends its shelf life, found by asking a letter whose dates all differ."""
    told = {name: _ANNIVERSARY + 10 * place * _DAY for place, name in enumerate(_dates(kind))}
    found = []
    for opened in (False, True) if "window_is_open" in kind.model_fields else (False,):
        fields: dict[str, Any] = {**told, "window_is_open": opened}
        ends = kind.model_construct(**fields).worthless_on()
        if ends is None:
            return f"{SHELF_LIFE.days} days"
        name, after = next((name, ends - at) for name, at in told.items() if _DAY * 0 <= ends - at <= _DAY)
        found.append(f"{'through' if after else 'until'} *{_plain(name)}*")
    return ", then ".join(dict.fromkeys(found))


def _plain(name: str) -> str:
    return name.replace("_", " ")
