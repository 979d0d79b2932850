"""A case and its letters: they wait in its outbox, are looked at when their turn comes, and leave their trace."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from cases.journal import Entry, Kind, Outcome, Why
from cases.outbox import SHELF_LIFE, Item, Review, earliest, review
from cases.record import Act, Record, Track
from states.calendar import local_date, start_of_day
from states.facts import Reader, RenewalFacts
from states.letters import MANAGER, OUTLIVE_THEIR_STATE, Letter, LetterUndeliverable


@dataclass(slots=True, kw_only=True)
class Mailing(Record):
    """A record that writes letters. What they say, and to whom, its subclasses know."""

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
        track: Track = getattr(self, machine)
        told, renewal, thread = about or {}, self.remember(machine), self.thread(letter, machine)
        for reader in self.readers_of(letter, readers):
            self.letters += 1
            self.outbox.append(
                Item(
                    self.letters,
                    letter.name,
                    reader,
                    thread,
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
        return review(self.outbox, now, self.policy, self.changed_on, self.doubt, self.stops)

    def doubt(self, item: Item) -> Why | None:
        """Why a letter is no longer to be sent, if so."""
        if item.letter == LetterUndeliverable.name:
            return None if Reader.CONTACT in self.unreachable else Why.REASON_GONE
        if item.letter not in OUTLIVE_THEIR_STATE and not self._still(item):
            return Why.REASON_GONE
        return Why.NOTHING_LEFT_TO_SAY if self.nothing_left_to_say(item) else None

    def _still(self, item: Item) -> bool:
        """The state that the letter speaks of has not been left."""
        track: Track = getattr(self, item.machine)
        if track.state == item.state and track.since == item.since:
            return True
        return self.machines[item.machine].continues.get(track.state) == item.state

    def handed_over(self, item: Item, now: datetime) -> dict[str, Any]:
        """The letter as it goes to the activity; the same for every attempt."""
        if item.written is not None:
            return item.written
        letter = self.write(item, now)
        if earlier := self._twins(item):
            letter = letter.model_copy(update={"key": f"{letter.key}.{earlier}"})
        written = {"letter": letter.name, **letter.model_dump(mode="json", exclude_none=True)}
        day = letter.worthless_on()
        zone = self.policy.time_zone
        keeps_until = now + SHELF_LIFE if day is None else max(now, start_of_day(day, zone))
        marked = item._replace(handed_over_at=now, written=written, keeps_until=keeps_until)
        self.outbox = [marked if one.number == item.number else one for one in self.outbox]
        return written

    def _twins(self, item: Item) -> int:
        """How many letters like this one came before it: a person may do the same thing twice in one instant."""
        if item.not_before != item.caused_at:
            return 0
        same = (item.letter, item.reader, item.caused_at)
        since = takewhile(lambda entry: entry.processed_at >= item.caused_at, reversed(self.journal))
        done = sum((entry.letter, entry.reader, entry.effective_at) == same for entry in since)
        waiting = (one for one in self.outbox if one.number < item.number)
        return done + sum((one.letter, one.reader, one.caused_at) == same for one in waiting)

    def letter_done(self, item: Item, outcome: Outcome, why: str | None, now: datetime, *, stops: bool = True) -> None:
        """What became of a letter: the journal says it, and *unreachable* is set or cleared (section 8).

        A recipient who is refused for good gets no more letters, unless the refusal, made by an older release, does
        not say so (`stops`).
        """
        written = next((one.written for one in self.outbox if one.number == item.number), None)
        self.outbox = [one for one in self.outbox if one.number != item.number]
        self.tell_of(item.letter, item.reader, outcome, why, item.caused_at, now)
        if outcome is Outcome.SENT:
            if item.changes:
                self.changed_on[item.lane] = local_date(item.caused_at, self.policy.time_zone)
            if not self.stops(item.reader) and self.unreachable.pop(item.reader, None) is not None:
                self.news += 1
        elif outcome is Outcome.UNDELIVERED:
            if stops and why == Why.RECIPIENT_REFUSED:
                self.stop(item.reader, self.address_of(item.reader) if written is None else _address_in(written))
            self.could_not_deliver(item.letter, item.reader, why or "", item.machine, now)

    def tell_of(
        self, letter: str, reader: Reader, outcome: Outcome, why: str | None, effective: datetime, now: datetime
    ) -> None:
        """A journal entry about a letter."""
        self.sequence += 1
        told = (None, None, None, None, letter, reader, outcome, why)
        self.journal.append(Entry(self.sequence, effective, now, Kind.LETTER, *told))

    def could_not_deliver(self, letter: str, reader: Reader, why: str, machine: str, now: datetime) -> None:
        """*Unreachable* until a letter gets through; of a letter to the contact the account manager is told."""
        self.unreachable[reader] = why
        self.news += 1
        if reader is Reader.CONTACT:
            about = {"undelivered_letter": letter, "address": self.address_of(reader), "reason": why}
            act = Act.TIME if why == Why.SHELF_LIFE_OVER else Act.PERSON
            self.post(LetterUndeliverable, MANAGER, machine, now, now, act, False, about)

    # --- addresses that take no mail

    def stops(self, reader: Reader) -> bool:
        """Whether no letter goes to this reader's address until that is lifted."""
        return reader in self.stopped

    def stop(self, reader: Reader, address: str) -> None:
        """No more letters to that address, unless somebody with another one reads by now."""
        if address == self.address_of(reader) and reader not in self.stopped:
            self.stopped = {**self.stopped, reader: address}
            self.news += 1

    def lift(self, reader: Reader) -> None:
        """Letters go to this reader again; what could not be delivered is past."""
        if reader in self.stopped:
            self.stopped = {one: address for one, address in self.stopped.items() if one is not reader}
            self.news += 1
        if self.unreachable.pop(reader, None) is not None:
            self.news += 1

    @abstractmethod
    def address_of(self, reader: Reader) -> str:
        """Where a reader reads."""

    @abstractmethod
    def thread(self, letter: type[Letter], machine: str) -> str:
        """What a letter belongs to; of one thread and reader only the newest is sent."""

    @abstractmethod
    def write(self, item: Item, now: datetime) -> Letter:
        """The letter of an outbox item, complete in itself."""

    def readers_of(self, _letter: type[Letter], readers: tuple[Reader, ...]) -> tuple[Reader, ...]:
        return readers

    def remember(self, _machine: str) -> RenewalFacts | None:
        """What a letter tells of a renewal whose turn may be over when the letter's comes."""
        return None

    def nothing_left_to_say(self, _item: Item) -> bool:
        return False


def _address_in(written: dict[str, Any]) -> str:
    """To whom a letter was written."""
    return str(written["contact" if written["reader"] == Reader.CONTACT else "account_manager"]["email"])
