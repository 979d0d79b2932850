"""Letters on their way: one activity for each, in order within a lane, with the table of timeouts and retries."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.mail import LONGEST_ATTEMPT, SILENCE, STOPS, UNCERTAIN
    from cases.case import Case
    from cases.journal import Outcome, Why
    from cases.outbox import Item, Verdict
    from workflows.names import SEND_LETTER
    from workflows.surroundings import here
    from workflows.traces import Traces

RETRIES = RetryPolicy(
    initial_interval=timedelta(minutes=1), backoff_coefficient=2.0, maximum_interval=timedelta(hours=4)
)
"""Like a mail server's: minutes first, hours later. A letter's shelf life ends it, not a count of attempts."""

REFUSED = {"RecipientRefused": Why.RECIPIENT_REFUSED, "MessageRefused": Why.MESSAGE_REFUSED}


class Delivery:
    """Hands over what the outbox says is ready; gives up what it no longer wants sent."""

    def __init__(self, case: Callable[[], Case], changed: Callable[[], None], traces: Traces) -> None:
        self._case, self._changed, self._traces = case, changed, traces
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: dict[int, ActivityHandle[Any]] = {}
        self._awaited: set[int] = set()
        self._cancel_soon: set[int] = set()
        self._lanes: set[str] = set()
        self._given_up: dict[int, Verdict] = {}

    def work(self, now: datetime) -> datetime | None:
        """Look through the outbox once; returns when to look again by itself."""
        case = self._case()
        review = case.review(now)
        while review.given_up:
            settled = False
            for verdict in review.given_up:
                number = verdict.item.number
                if number not in self._under_way:
                    case.letter_done(verdict.item, verdict.outcome, verdict.why, now)
                    settled = True
                elif number not in self._given_up:
                    self._given_up[number] = verdict
                    self._cancel(number)
            if not settled:
                break
            review = case.review(now)
        for item in review.ready:
            if item.number not in self._under_way and item.lane not in self._lanes:
                self._hand_over(item, now)
        # What was handed over only now has a shelf life from now on.
        return case.review(now).again_at if review.ready else review.again_at

    def stop(self) -> None:
        """Cancel what waits for its next attempt; it goes on in the next run."""
        for number in self._under_way:
            self._cancel(number)

    def _cancel(self, number: int) -> None:
        """An activity that was begun in this very step can't be cancelled yet: its end would never be heard of."""
        if number in self._awaited:
            self._under_way[number].cancel()
        else:
            self._cancel_soon.add(number)

    def idle(self) -> bool:
        return not self._under_way

    def _hand_over(self, item: Item, now: datetime) -> None:
        written = self._case().handed_over(item, now)
        handle = workflow.start_activity(
            SEND_LETTER,
            written,
            task_queue=here().mail_task_queue,
            start_to_close_timeout=LONGEST_ATTEMPT,
            heartbeat_timeout=SILENCE,
            retry_policy=RETRIES,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=f"{item.letter} to the {item.reader.replace('_', ' ')}",
        )
        self._traces.left()
        self._under_way[item.number] = handle
        self._lanes.add(item.lane)
        self._tasks.add(task := asyncio.ensure_future(self._await(item, handle)))
        task.add_done_callback(self._tasks.discard)

    async def _await(self, item: Item, handle: ActivityHandle[Any]) -> None:
        outcome: tuple[Outcome, str | None] | None = Outcome.SENT, None
        stops = False
        self._awaited.add(item.number)
        if item.number in self._cancel_soon:
            self._cancel_soon.discard(item.number)
            handle.cancel()
        try:
            told = await handle
            if told.get(UNCERTAIN):
                outcome = Outcome.SENT, Why.PERHAPS_TWICE
        except ActivityError as error:
            verdict = self._given_up.get(item.number)
            # An attempt that was under way at the cancellation, and failed, is not tried again either.
            if is_cancelled_exception(error) or error.retry_state is RetryState.CANCEL_REQUESTED:
                # Cancelled without a verdict: the run ends, and the letter goes on in the next.
                outcome = None if verdict is None else (verdict.outcome, verdict.why)
            else:
                kind = None
                if isinstance(error.cause, ApplicationError):
                    kind, stops = error.cause.type, STOPS in error.cause.details
                outcome = Outcome.UNDELIVERED, REFUSED.get(kind or "", Why.MESSAGE_REFUSED)
        self._given_up.pop(item.number, None)
        del self._under_way[item.number]
        self._awaited.discard(item.number)
        self._lanes.discard(item.lane)
        if outcome is not None:
            self._case().letter_done(item, outcome[0], outcome[1], workflow.now(), stops=stops)
        self._changed()
        self._traces.leave()
