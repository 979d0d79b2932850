"""What a customer and an authorization have in common: machines moved by days, and letters that wait for their turn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.model.dates import LONG_AGO

if TYPE_CHECKING:
    from tests.model.world import World

SOON = timedelta(microseconds=1)
BOTH = ("contact", "account_manager")
REMINDERS = {
    "invitation_reminder", "order_reminder", "overdue_reminder", "deactivation_warning", "renewal_reminder",
    "renewal_last_chance",
}  # fmt: skip
OF_WHAT_WAS_LOST = {"licences_expired", "licences_deactivated"}
STILL = {"settled": "ordered", "in_term": "renewed"}
"""States that are left in name only (11.3)."""


class No(Exception):
    """Refused, with its codes."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        super().__init__(*codes)


@dataclass
class Machine:
    state: str | None
    since: datetime
    rung: datetime = LONG_AGO
    """Reminders up to here have rung."""


@dataclass
class Waiting:
    """A letter that has not been sent."""

    letter: str
    reader: str
    thread: str
    machine: str
    state: str | None
    since: datetime
    caused: datetime
    not_before: datetime
    changes: bool
    keeps_until: datetime | None = None
    handed_over: bool = False


@dataclass
class Box(ABC):
    """One case of the model."""

    world: World
    name: str
    done: datetime
    """Days have been walked through up to here."""
    machines: dict[str, Machine] = field(default_factory=dict)
    outbox: list[Waiting] = field(default_factory=list)
    told_on: dict[tuple[str, str], date] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    touched: bool = True

    # --- what subclasses say

    @abstractmethod
    def deadlines(self) -> list[tuple[datetime, str, str]]:
        """When which machine's state ends by itself, and by what."""

    @abstractmethod
    def reminders(self, day: date) -> list[tuple[str, str]]:
        """Of which machine, what rings at the letter hour of a day."""

    @abstractmethod
    def fire(self, trigger: str, effective: datetime, now: datetime) -> None:
        """A deadline has come; it names itself by its trigger."""

    @abstractmethod
    def remind(self, trigger: str, at: datetime, now: datetime) -> None:
        """A reminder rings at this instant."""

    @abstractmethod
    def keeps(self, letter: str, now: datetime) -> date | None:
        """The day on which a letter handed over now has become worthless; None: 14 days."""

    def nothing_to_say(self, _letter: str) -> bool:
        return False

    # --- time

    def advance(self, to: datetime, now: datetime) -> None:
        """Walk through the days up to an instant."""
        self.touched = True
        self._deadlines(min(self.done, to), now)
        calendar = self.world.calendar
        while (at := calendar.next_instant(self.done)) <= to:
            self.done = at
            self._deadlines(at, now)
            if at == calendar.letter_hour(calendar.day(at)):
                ringing = [one for one in self.reminders(calendar.day(at)) if self.machines[one[0]].rung < at]
                for machine, trigger in ringing:
                    self.remind(trigger, at, now)
                    self.machines[machine].rung = at
        self.done = max(self.done, to)

    def _deadlines(self, to: datetime, now: datetime) -> None:
        while due := sorted(one for one in self.deadlines() if one[0] <= to):
            at, machine, trigger = due[0]
            self.fire(trigger, max(at, self.machines[machine].since), now)

    def arrive(self, told: datetime | None, now: datetime) -> datetime:
        """Before an event: what was due before it."""
        if told is None or told > now:
            self.advance(now, now)
            return now
        self.advance(told - SOON, now)
        return told

    def change(self, machine: str, state: str, at: datetime, now: datetime) -> None:
        """Go into a state; an event told after a processed deadline takes effect now."""
        one = self.machines[machine]
        if one.state != state:
            effective = at if at >= one.since else now
            one.state, one.since = state, effective
            self.step(machine, effective)
            self.world.changes.append((self.name, machine, state, effective, now))

    def step(self, machine: str, at: datetime) -> None:
        """Something was done, perhaps in the past: what comes after it rings, and nothing before."""
        self.machines[machine].rung = max(self.machines[machine].rung, at - SOON)
        self.done = min(self.done, at - SOON)

    # --- letters

    def post(
        self, letter: str, readers: tuple[str, ...], machine: str, thread: str, at: datetime, now: datetime,
        *, person: bool = False, changes: bool = False,
    ) -> None:  # fmt: skip
        calendar, one = self.world.calendar, self.machines[machine]
        hour = calendar.letter_hour(calendar.day(at))
        if person:
            not_before = now
        elif hour >= now:
            not_before = hour
        else:
            not_before = max(now, calendar.letter_hour(calendar.day(now)))
        for reader in readers:
            self.outbox.append(Waiting(letter, reader, thread, machine, one.state, one.since, at, not_before, changes))

    def deliver(self, now: datetime) -> None:
        """Until nothing more can be done now."""
        while self._deliver_once(now):
            pass

    def _deliver_once(self, now: datetime) -> bool:
        lanes: dict[tuple[str, str], Waiting] = {}
        dropped: list[tuple[Waiting, str, str]] = []
        for letter in sorted(self.outbox, key=lambda one: one.not_before):
            lane = letter.reader, letter.thread
            today = self.world.calendar.day(letter.caused)
            before = lanes.get(lane)
            if letter.keeps_until is not None and letter.keeps_until <= now:
                dropped.append((letter, "undelivered", "shelf_life_over"))
            elif why := self._doubt(letter):
                dropped.append((letter, "skipped", why))
            elif letter.not_before > now:
                continue
            elif letter.letter in REMINDERS and (
                self.told_on.get(lane) == today
                or (before is not None and before.changes and self.world.calendar.day(before.caused) == today)
            ):
                dropped.append((letter, "skipped", "superseded"))
            else:
                if before is not None:
                    dropped.append((before, "skipped", "superseded"))
                lanes[lane] = letter
        for letter, outcome, why in dropped:
            self.letter_done(letter, outcome, why, now)
        return self._send(list(lanes.values()), now) or bool(dropped)

    def _send(self, letters: list[Waiting], now: datetime) -> bool:
        went = False
        for letter in letters:
            if letter.reader in self.world.stopped:
                went = True
                self.letter_done(letter, "undelivered", "address_stopped", now)
                continue
            if not letter.handed_over:
                letter.handed_over = True
                day = self.keeps(letter.letter, now)
                letter.keeps_until = now + timedelta(days=14) if day is None else self.world.calendar.midnight(day)
            if self.world.mail_is_down(now):
                continue
            went = True
            if letter.reader in self.world.refusing:
                self.world.stopped.add(letter.reader)
                self.letter_done(letter, "undelivered", "recipient_refused", now)
            else:
                self.letter_done(letter, "sent", None, now)
        return went

    def _doubt(self, letter: Waiting) -> str | None:
        if letter.letter == "letter_undeliverable":
            return None if "contact" in self.unreachable else "reason_gone"
        one = self.machines[letter.machine]
        left = (one.state, one.since) != (letter.state, letter.since) and STILL.get(str(one.state)) != letter.state
        if left and letter.letter not in OF_WHAT_WAS_LOST:
            return "reason_gone"
        return "nothing_left_to_say" if self.nothing_to_say(letter.letter) else None

    def letter_done(self, letter: Waiting, outcome: str, why: str | None, now: datetime) -> None:
        """What became of a letter."""
        self.outbox = [one for one in self.outbox if one is not letter]
        self.world.letters.append((self.name, letter.letter, letter.reader, letter.caused, now, outcome, why))
        if outcome == "sent":
            self.unreachable.discard(letter.reader)
            if letter.changes:
                self.told_on[letter.reader, letter.thread] = self.world.calendar.day(letter.caused)
        if outcome == "undelivered":
            self.unreachable.add(letter.reader)
            if letter.reader == "contact":
                person = why != "shelf_life_over"
                self.post("letter_undeliverable", BOTH[1:], letter.machine, "undeliverable", now, now, person=person)


def plus(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return {p: left.get(p, 0) + right.get(p, 0) for p in {*left, *right} if left.get(p, 0) + right.get(p, 0)}


def minus(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return {p: n - right.get(p, 0) for p, n in left.items() if n > right.get(p, 0)}


def figure(world: World, section: str, name: str) -> Any:
    return world.figures[section][name]


def check_told(told: datetime | None, now: datetime, earliest: datetime) -> None:
    if told is not None and not earliest <= told <= now + timedelta(minutes=5):
        raise No("happened_out_of_range")
