"""What one case says of itself, held against the rules, the core, its letters and the lists."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from temporalio.common import SearchAttributeKey

from cases.authorization import AuthorizationCase
from cases.case import RESOLUTION, Case
from cases.customer import CustomerCase
from cases.journal import Kind, Outcome
from cases.ordering import happens
from gateway.doctor import reliving
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.journals import against_the_rules
from gateway.doctor.seen import Seen
from states.authorization import State, deactivation_day, overdue_starts
from states.calendar import start_of_day
from states.facts import AuthorizationFacts, Reader
from states.policy import Policy
from workflows.names import ORGANIZATION
from workflows.visibility import Attributes, authorization_attributes, customer_attributes

LATE = timedelta(minutes=10)
"""A timer that is later than that does not only wait for a busy worker."""
LONG = timedelta(hours=1)
"""A letter that has been under way for longer is not only being sent."""
_LOST = (Outcome.UNDELIVERED, Outcome.BOUNCED)


def examine(
    seen: Seen[CustomerCase] | Seen[AuthorizationCase], unusable: Collection[str] = frozenset()
) -> list[Finding]:
    """Everything that is wrong with this case alone. `unusable` search attributes are not looked at."""
    if seen.why is not None:
        return [seen.why]
    if seen.case is None:
        return []
    case = seen.case
    # What contradicts itself has no lists and no next moment that could be right.
    found = list(_contradictions(case)) or [*_lists(seen, case, unusable), *_late(seen, case)]
    found += _letters(seen, case)
    return [Finding(code, seen.workflow_id, what) for code, what in found]


def _contradictions(case: CustomerCase | AuthorizationCase) -> Iterator[tuple[Code, str]]:
    """The first kind that is found: what is wrong in a journal is wrong in what follows from it too."""
    if wrong := list(against_the_rules(case)):
        yield Code.JOURNAL_AGAINST_THE_RULES, _first(wrong)
        return
    customer = isinstance(case, CustomerCase)
    against = reliving.of_customer(case) if customer else reliving.of_authorization(case)  # type: ignore[arg-type]
    if against.journal:
        yield Code.JOURNAL_AGAINST_THE_FACTS, _first(against.journal)
    elif against.state:
        yield Code.STATE_AGAINST_THE_FACTS, _first(against.state)


def _first(wrong: list[str]) -> str:
    return wrong[0] if len(wrong) == 1 else f"{wrong[0]} (and {len(wrong) - 1} more)"


def _late(seen: Seen[Any], case: Case) -> Iterator[tuple[Code, str]]:
    upcoming = case.upcoming()
    if upcoming is not None and upcoming[1].at < seen.now - LATE:
        at, it_is = happens(upcoming[1].at), happens(seen.now.replace(microsecond=0))
        yield Code.OVERDUE_TIMER, f"{upcoming[1].trigger} was due on {at}, and it is {it_is}"


# --- letters


def _letters(seen: Seen[Any], case: Case) -> Iterator[tuple[Code, str]]:
    for reader in sorted({*case.unreachable, *case.stopped}):
        yield Code.UNREACHABLE, _undelivered(case, reader)
    waiting = [item for item in case.outbox if item.handed_over_at and item.handed_over_at < seen.now - LONG]
    for item in waiting:
        since = f"since {happens(item.handed_over_at)}" + (f", tried {seen.attempts} times" if seen.attempts else "")
        yield Code.LETTER_WAITS, f"{item.letter} to the {_plain(item.reader)} {since}"


def _undelivered(case: Case, reader: Reader) -> str:
    for entry in reversed(case.journal):
        if entry.kind is Kind.LETTER and entry.reader == reader and entry.outcome in _LOST:
            return f"{entry.letter} to the {_plain(reader)} on {happens(entry.processed_at)}: {entry.reason}"
    why = case.unreachable.get(reader, "its address takes no mail")
    return f"a letter to the {_plain(reader)}, longer ago than its journal tells: {why}"


def _plain(reader: str) -> str:
    return reader.replace("_", " ")


# --- lists


def _lists(
    seen: Seen[Any], case: CustomerCase | AuthorizationCase, unusable: Collection[str]
) -> Iterator[tuple[Code, str]]:
    """Its search attributes as the core would write them, now or before a deadline that only passed by."""
    differing: list[str] = []
    for at in moments(case):
        wrong = [one for one in _written(case, at).items() if not _same(seen, *one)]
        differing = [f"{key.name} is {_shown(seen, key)}, must be {_word(value)}" for key, value in wrong
                     if key.name not in unusable and key != ORGANIZATION]  # fmt: skip
        if not differing:
            return
    yield Code.LISTS_DISAGREE, _first(differing)


def _written(case: CustomerCase | AuthorizationCase, at: datetime) -> Attributes:
    if isinstance(case, CustomerCase):
        return customer_attributes(case, at, show_organization=False)
    return authorization_attributes(case, at, show_organization=False)


def moments(case: CustomerCase | AuthorizationCase) -> Iterator[datetime]:
    """When what is shown may have been written last: passing deadlines of neighbours alone don't write it anew."""
    facts = [one.facts for one in case.open_authorizations()] if isinstance(case, CustomerCase) else []
    if isinstance(case, AuthorizationCase) and case.state is State.OVERDUE:
        facts.append(case.facts)  # its planned day passes by in silence while no warning gets out
    passed = [at - RESOLUTION for one in facts for at in _deadlines(one, case.policy) if at <= case.cursor]
    return iter([*sorted(passed), case.cursor][::-1])


def _deadlines(facts: AuthorizationFacts, policy: Policy) -> tuple[datetime, datetime]:
    return overdue_starts(facts, policy), start_of_day(deactivation_day(facts, policy), policy.time_zone)


def _same(seen: Seen[Any], key: SearchAttributeKey[Any], value: Any) -> bool:
    shown = seen.attributes.get(key)
    if isinstance(value, list):
        return sorted(shown or ()) == sorted(value)
    return bool(shown == value)


def _shown(seen: Seen[Any], key: SearchAttributeKey[Any]) -> str:
    return _word(seen.attributes.get(key))


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return str(happens(value))
    return "absent" if value is None else ", ".join(value) or "empty" if isinstance(value, list) else str(value)
