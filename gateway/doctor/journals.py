"""A case's journal beside the tables: each step is a row of its machine, in order, up to where the case stands."""

from collections.abc import Iterator
from datetime import datetime

from cases.authorization import LETTERS_OF_A_LIFE
from cases.carrying import JOURNAL_KEPT
from cases.case import Case
from cases.journal import Entry, Kind, Outcome
from gateway.doctor.comparing import lost_once
from states.authorization import Trigger as AuthorizationTrigger
from states.facts import Reader
from states.lifecycle import Lifecycle


def against_the_rules(case: Case) -> Iterator[str]:
    """What can't be so, entry by entry. An older part of the journal may have been left behind with an earlier run."""
    yield from _out_of_order(case)
    for machine, lifecycle in case.machines.items():
        entries = [entry for entry in case.journal if entry.machine == machine and entry.trigger is not None]
        yield from _no_rows(entries, lifecycle)
        yield from _broken(case, machine, entries)


def _out_of_order(case: Case) -> Iterator[str]:
    before: Entry | None = None
    begins = (1, LETTERS_OF_A_LIFE + 1)  # rebuilt by its customer, it goes on far behind what its first life wrote
    if case.journal and case.journal[0].sequence not in begins and len(case.journal) < JOURNAL_KEPT:
        yield f"it begins with entry {case.journal[0].sequence}"
    for entry in case.journal:
        if before is not None and entry.sequence != before.sequence + 1:
            yield f"entry {entry.sequence} follows on entry {before.sequence}"
        if before is not None and entry.processed_at < before.processed_at:
            yield f"entry {entry.sequence} was processed before the one before it"
        if entry.effective_at > entry.processed_at:
            yield f"entry {entry.sequence} takes effect after it was processed"
        if entry.kind is Kind.LETTER and not _tells_of_a_letter(entry):
            yield f"entry {entry.sequence} tells of a letter and names none, no reader or no outcome"
        before = entry
    last = 0 if before is None else before.sequence
    if last != case.sequence:
        yield f"its last entry is {last}, and {case.sequence} were written"


def _tells_of_a_letter(entry: Entry) -> bool:
    step = entry.machine, entry.trigger, entry.source, entry.target
    return step == (None,) * 4 and bool(entry.letter) and entry.reader in set(Reader) and entry.outcome in set(Outcome)


def _no_rows(entries: list[Entry], lifecycle: Lifecycle[object]) -> Iterator[str]:
    rows = {(row.source, row.trigger.value, row.target.value) for row in lifecycle.rows}
    for entry in entries:
        if (entry.source, entry.trigger, entry.target) not in rows:
            yield f"entry {entry.sequence}: {lifecycle.name} has no row {_step(entry)}"
        if (entry.kind is Kind.TRANSITION) != (entry.source != entry.target):
            yield f"entry {entry.sequence}: {_step(entry)} is noted as a {entry.kind.value}"


def _broken(case: Case, machine: str, entries: list[Entry]) -> Iterator[str]:
    track = case.track(machine)
    # What was given up for lost had counted as overdue by then, whatever it was, and may have begun anew with it.
    given_up = AuthorizationTrigger.WRITE_OFF if lost_once(case.deeds) else None
    state: str | None = case.machines[machine].initial
    since: datetime | None = None
    known = bool(case.journal) and case.journal[0].sequence == 1
    for entry in entries:
        if known and entry.source != state and entry.trigger != given_up:
            yield f"entry {entry.sequence}: {_step(entry)}, but {machine} was {state or 'not begun'}"
        if since is not None and entry.effective_at < since:
            yield f"entry {entry.sequence} takes effect before the change of state that came before it"
        if entry.source != entry.target:
            since = entry.effective_at
        state, known = entry.target, True
    if known and state != track.state:
        yield f"{machine} is {track.state}, its journal leads to {state or 'nothing'}"
    elif since is not None and since != track.since:
        yield f"{machine} is {track.state} since {_at(track.since)}, its journal says {_at(since)}"


def _step(entry: Entry) -> str:
    return f"{entry.source or 'nothing'} -> {entry.trigger} -> {entry.target or 'nothing'}"


def _at(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
