"""What the lists alone tell: quick for a monitor that looks every minute, and all there is where no worker answers."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from cases.ordering import happens
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.reading import REPORTED_PROBLEMS
from gateway.doctor.seen import Row
from states.authorization import AUTHORIZATION
from workflows.names import NEXT_EVENT, NEXT_EVENT_AT, UNREACHABLE

LATE = timedelta(hours=1)
"""Lists lag, and a case that is due is not done at once."""
_OF_AUTHORIZATIONS = {moment.trigger.value for moments in AUTHORIZATION.moments.values() for moment in moments}
"""A customer shows the next events of its authorizations too, which are theirs."""


def examine(rows: Iterable[Row], now: datetime) -> list[Finding]:
    """Stuck, unreachable and late cases."""
    every = list(rows)
    unreachable = {row.customer for row in every if row.customer and row.attributes.get(UNREACHABLE)}
    return [finding for row in every for finding in _of(row, now, row.workflow_id in unreachable)]


def _of(row: Row, now: datetime, by_its_authorization: bool) -> Iterator[Finding]:
    if problems := row.attributes.get(REPORTED_PROBLEMS):
        yield Finding(Code.STUCK, row.workflow_id, "its tasks fail: " + ", ".join(sorted(problems)))
    if row.attributes.get(UNREACHABLE) and not by_its_authorization:
        yield Finding(Code.UNREACHABLE, row.workflow_id, "a letter could not be delivered; its journal tells which")
    event, at = row.attributes.get(NEXT_EVENT), row.attributes.get(NEXT_EVENT_AT)
    if event is None or at is None or (row.customer is None and event in _OF_AUTHORIZATIONS):
        return
    if at < now - LATE:
        yield Finding(Code.OVERDUE_TIMER, row.workflow_id, f"{event} was due on {happens(at)}")
