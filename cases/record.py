"""What every case records: its machines' tracks, its journal, its letters; and how it is tried on a copy."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar

from pydantic import Field

from cases.journal import Entry, Kind
from cases.ledger import Ledger
from cases.outbox import Item
from states.facts import Instant, Reader
from states.lifecycle import Lifecycle, Moment
from states.policy import Policy

T = TypeVar("T")


class Deed(NamedTuple):
    """What a person did: an update by its name, when it was told, and its body."""

    at: Instant
    name: str
    body: dict[str, Any]


class Act(StrEnum):
    """What caused a step."""

    TIME = "time"
    PERSON = "person"


class Foreseen(NamedTuple):
    """What happens next by itself, and from what that was computed."""

    state: Any
    facts: Any
    policy: Policy
    moment: Moment | None


@dataclass(slots=True)
class Track:
    """Where a case stands in one machine. Subclasses say which states and facts."""

    state: Any
    since: Instant
    """Effective time of the last change of state; nothing later takes effect before it."""
    facts: Any
    rung: Instant | None = None
    """Reminders up to here have rung, or were not due: what is told late still rings those that came after it."""
    foreseen: Annotated[Foreseen | None, Field(exclude=True)] = field(default=None, compare=False, repr=False)

    def rang(self, up_to: datetime) -> None:
        """No reminder up to here rings any more."""
        if self.rung is None or self.rung < up_to:
            self.rung = up_to


@dataclass(slots=True, kw_only=True)
class Record(ABC):
    """Everything that a case knows, whatever it is."""

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
    stopped: dict[Reader, str] = field(default_factory=dict)
    """Readers whose address takes no mail, and that address: no more letters go there until that is lifted (8.2).
    Never changed, always replaced."""
    news: int = 0
    """Counts what the neighbours have to know."""
    ledger: Ledger = field(default_factory=Ledger)
    """Answers by update ID: a repeated update gets the first one."""
    deeds: list[Deed] = field(default_factory=list)
    """What people did, as far as facts do not tell: for life, so that the case can move to another server."""

    @property
    @abstractmethod
    def number(self) -> str:
        """Its VIP number or authorization number."""

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
        other.deeds = list(self.deeds)
        return other

    def become(self, trial: Self) -> None:
        """Take over what a trial came to."""
        for name in _names(type(self)):
            setattr(self, name, getattr(trial, name))

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


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(one.name for one in fields(kind))
    return _NAMES[kind]


def copied(original: T) -> T:
    """A shallow copy; the standard library's takes ten times as long for a dataclass with slots."""
    other = object.__new__(type(original))
    for name in _names(type(original)):
        setattr(other, name, getattr(original, name))
    return other
