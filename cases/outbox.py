"""Letters that wait for their turn, and what becomes of each when it comes (rules, sections 2 and 11)."""

import json
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from cases.journal import Outcome, Why
from states.calendar import at_hour, local_date
from states.facts import Instant, Reader, RenewalFacts
from states.letters import REMINDERS, key_of
from states.policy import Policy

SHELF_LIFE = timedelta(days=14)
"""From when a letter was handed over for sending; invitations and reminders keep until a date they name."""


class Item(NamedTuple):
    """One letter to one reader, from the change that caused it until it was sent or given up."""

    number: int
    letter: str
    reader: Reader
    thread: str
    machine: str
    state: str
    since: Instant
    """State of the machine, and since when: the letter's reason is gone once that has been left."""
    caused_at: Instant
    not_before: Instant
    changes: bool
    """It tells of a change of state; a reminder of the same day gives way to it."""
    about: dict[str, Any]
    """What the letter tells that is no longer known later (an order's reference, what was removed)."""
    renewal: RenewalFacts | None = None
    """The turn of the renewal that it tells of."""
    handed_over_at: Instant | None = None
    written: dict[str, Any] | None = None
    """The letter as it was handed over: every further attempt sends the same."""
    keeps_until: Instant | None = None
    """End of its shelf life: what was handed over and not delivered by then is undelivered (section 2)."""

    @property
    def lane(self) -> str:
        """Letters to one reader in one thread go one after the other."""
        return self.reader + " " + self.thread

    def key(self, case: str) -> str:
        """What makes it this letter and no other: which case, what it tells, to whom, and the moment that caused it.

        It holds whatever else happens to the case. One that is set back to a backup and goes another way comes to
        the letters of its clock under the same keys, and tells what is new under new ones: a count would not.
        """
        told = sha256(json.dumps(self.about, sort_keys=True).encode()).hexdigest()[:16]
        return key_of(case, self.letter, self.reader, self.caused_at, told)


class Verdict(NamedTuple):
    item: Item
    outcome: Outcome
    why: Why


class Review(NamedTuple):
    """What is to be done now: hand these over, give those up, and look again then."""

    ready: list[Item]
    given_up: list[Verdict]
    again_at: datetime | None


def earliest(effective: datetime, now: datetime, policy: Policy) -> datetime:
    """When a letter that is due by time may go: at its day's letter hour, and never between 00:00 and that hour."""
    hour = at_hour(local_date(effective, policy.time_zone), policy.letter_hour, policy.time_zone)
    if hour >= now:
        return hour
    return max(now, at_hour(local_date(now, policy.time_zone), policy.letter_hour, policy.time_zone))


def review(
    outbox: Collection[Item],
    now: datetime,
    policy: Policy,
    changed_on: dict[str, date],
    doubt: Callable[[Item], Why | None],
    stopped: Callable[[Reader], bool],
) -> Review:
    """Look through the outbox. `doubt` says whether a letter's reason is gone; `changed_on` when a lane last told of
    a change of state; `stopped` whether nothing goes to a reader's address."""
    ready: dict[str, Item] = {}
    given_up: list[Verdict] = []
    again: list[datetime] = []
    for item in outbox if len(outbox) == 1 else sorted(outbox, key=lambda one: (one.not_before, one.number)):
        if item.keeps_until is not None and item.keeps_until <= now:
            given_up.append(Verdict(item, Outcome.UNDELIVERED, Why.SHELF_LIFE_OVER))
            continue
        if (why := doubt(item)) is not None:
            given_up.append(Verdict(item, Outcome.SKIPPED, why))
            continue
        if item.not_before > now:
            again.append(item.not_before)
            continue
        lane = item.lane
        older = ready.get(lane)
        if item.letter in REMINDERS:
            today = local_date(item.caused_at, policy.time_zone)
            waits = older is not None and older.changes and local_date(older.caused_at, policy.time_zone) == today
            if waits or changed_on.get(lane) == today:
                given_up.append(Verdict(item, Outcome.SKIPPED, Why.SUPERSEDED))
                continue
        if item.keeps_until is not None:
            again.append(item.keeps_until)
        if older is not None:
            given_up.append(Verdict(older, Outcome.SKIPPED, Why.SUPERSEDED))
        ready[lane] = item
    nowhere = [one for one in ready.values() if stopped(one.reader)]
    given_up += [Verdict(one, Outcome.UNDELIVERED, Why.ADDRESS_STOPPED) for one in nowhere]
    return Review([one for one in ready.values() if one not in nowhere], given_up, min(again, default=None))
