"""What both workflows do: try and apply a command, wait for the next moment, hand out what follows, roll over.

Everything is decided in one uninterrupted piece; only afterwards a handler waits for what must be true before the
answer. So decisions never interleave and need no locks.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, Generic, NamedTuple, NoReturn, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from cases.case import Case
    from cases.journal import Kind
    from states.refusals import Refused, refuse
    from workflows.delivery import Delivery
    from workflows.details import timer_summary
    from workflows.names import ORGANIZATION
    from workflows.recording import Recording
    from workflows.traces import Traces
    from workflows.visibility import Attributes

C = TypeVar("C", bound=Case)
B = TypeVar("B", bound=Case, contravariant=True)
Answer = dict[str, Any]

PATIENCE = timedelta(seconds=10)
"""How long a run that is to end waits for a moment without updates; from then on it takes no new ones."""


class Trying(Enum):
    """What a decision is for."""

    ON_A_COPY = "the validator tries it; nothing may change, not even the workflow's random numbers"
    TRIED = "a validator has tried it"


class Wake(NamedTuple):
    """The one timer: when to look again, and what for."""

    at: datetime
    summary: str


def refusal(refused: Refused) -> ApplicationError:
    """A refusal as callers see it: its type is the first code, its details are all reasons."""
    reasons = [dict(reason) for reason in refused.reasons]
    return ApplicationError(str(refused), reasons, type=refused.code, non_retryable=True)


class Beside(Protocol[B]):
    """What runs beside a case: its neighbours are started and told."""

    def follow(self, case: B, now: datetime) -> None:
        """Hand out what follows from how the case stands."""

    def promise(self) -> Callable[[], bool]:
        """What must be true before the command just applied is answered."""

    def at_rest(self) -> bool:
        """Nothing is under way; what is still to be told can wait for the next run."""

    def all_told(self) -> bool:
        """Nothing is left to tell."""

    def look(self, case: B, now: datetime) -> Wake | None:
        """When to look again, for other reasons than the case's own."""


class Engine(Generic[C]):
    """Holds a case for its workflow, which gives it what is its own part.

    `decide` applies a command, `show` says what operators see, `provisional` is the case that will begin (or why none
    will).
    """

    def __init__(
        self,
        decide: Callable[[C, str, Any, datetime, Trying], Answer],
        show: Callable[[C, datetime], tuple[Attributes, dict[str, Any], str]],
        provisional: Callable[[datetime], C],
        beside: Beside[C],
    ) -> None:
        self._decide, self._show, self._provisional, self._beside = decide, show, provisional, beside
        self._case: C | None = None
        self._under_way: set[str] = set()
        self._wake: Wake | None = None
        self._memo: dict[str, Any] = {}
        self._details = ""
        self._winding_down_since: datetime | None = None
        self._asked_to_cancel = False
        self._published = -1
        self.traces = Traces()
        self.recording = Recording(lambda: self.case, self.traces)
        self._delivery = Delivery(lambda: self.case, partial(self.tick, only_letters=True), self.traces)

    @property
    def case(self) -> C:
        if self._case is None:
            raise ApplicationError("The case has not begun.", type="unavailable", non_retryable=True)
        return self._case

    @property
    def begun(self) -> bool:
        return self._case is not None

    def begin(self, case: C) -> None:
        """Take up a case, new or carried over from the run before; `live` sets it in motion."""
        self._case = case
        self._memo = dict(workflow.memo())

    @property
    def rolling(self) -> bool:
        """The run is about to end."""
        return self._winding_down_since is not None

    # --- commands

    def check(self, name: str, body: Any) -> None:
        """Refuse in the validator, on a copy: a refusal leaves nothing in the history."""
        update = workflow.current_update_info()
        if update is None:
            return
        now = workflow.now()
        try:
            if self._winding_down_since is not None and now - self._winding_down_since > PATIENCE:
                raise refuse("unavailable", "The case goes over into its next run; try again in a moment.")
            case = self._provisional(now) if self._case is None else self._case.trial()
            if update.id in self._under_way or case.ledger.find(update.id) is not None:
                return
            self._decide(case, name, body, now, Trying.ON_A_COPY)
        except Refused as refused:
            raise refusal(refused) from None

    async def handle(self, name: str, body: Any) -> Answer:
        """One effect for each update ID, for life; repeats wait for the first and get its answer."""
        update = workflow.current_update_info()
        update_id = "" if update is None else update.id
        await workflow.wait_condition(lambda: self.begun)
        while update_id in self._under_way:
            await workflow.wait_condition(lambda: update_id not in self._under_way)
        now = workflow.now()
        try:
            if (first := self.case.ledger.find(update_id)) is not None:
                return first
            changed = self.case.trial()
            answer = self._decide(changed, name, body, now, Trying.TRIED)
        except Refused as refused:
            raise refusal(refused) from None
        changed.ledger.keep(update_id, answer, now)
        self._case = changed
        self._under_way.add(update_id)
        try:
            promised = self._beside.promise()
            self.tick()
            await workflow.wait_condition(promised)
        finally:
            self._under_way.discard(update_id)
        return answer

    def hear(self, news: Callable[[C, datetime], None]) -> None:
        """News from a neighbour. What makes no sense is ignored and changes nothing: signals can't be refused."""
        heard, now = self.case.trial(), workflow.now()
        try:
            news(heard, now)
            self._show(heard, now)
        except Exception as error:  # anybody may send a signal, with anything in it
            workflow.logger.warning("ignored a signal that makes no sense: %s", type(error).__name__)
            self.traces.leave()
            return
        self._case = heard
        self.tick()
        self.traces.leave()

    # --- time

    def tick(self, *, only_letters: bool = False) -> None:
        """Let happen what is due, hand out what follows, and show how things stand. Never waits.

        Where `only_letters` went, what is shown is not worked out anew unless there is news.
        """
        if self._case is None:
            return
        case, now = self._case, workflow.now()
        case.advance(now, now)
        again = None if self.rolling else self._delivery.work(now)
        self._beside.follow(case, now)
        if not only_letters or case.news != self._published:
            self._publish(case, now)
        if not self.rolling:
            self.recording.follow(now)
        upcoming = case.upcoming()
        wakes = [] if again is None else [Wake(again, f"look at the letters again on {again:%Y-%m-%d %H:%M} UTC")]
        if upcoming is not None:
            at = upcoming[1].at
            wakes.append(Wake(at, timer_summary(upcoming[1].trigger, at, case.policy.time_zone)))
        if (own := self._beside.look(case, now)) is not None:
            wakes.append(own)
        self._wake = min(wakes, default=None)

    def next_wake(self) -> datetime | None:
        return None if self._wake is None else self._wake.at

    async def live(self, leave: Callable[[], bool]) -> None:
        """Wait for one moment after the other, until the workflow is to leave this run."""
        self.tick()
        while not leave():
            armed = self._wake
            if armed is None:
                await self._until(lambda: leave() or self._wake is not None)
                continue
            left = armed.at - workflow.now()
            if left <= timedelta(0):
                self.tick()
                continue
            try:
                await self._until(partial(self._disturbed, leave, armed), left, armed.summary)
            except TimeoutError:
                self.tick()

    def _disturbed(self, leave: Callable[[], bool], armed: Wake) -> bool:
        """A timer is billed when it is set: one that is too early wakes for nothing, and then the next is set."""
        return leave() or (self._wake is not None and self._wake.at < armed.at)

    async def wind_down(self) -> None:
        """Before a run ends: every handler answered, nothing under way to a neighbour or reader.

        A letter that waits for its next attempt is cancelled and goes on in the next run; an attempt under way is
        awaited.
        """
        self._winding_down_since = workflow.now()
        self._delivery.stop()
        while not self._may_end():
            await self._until(self._may_end)

    def _may_end(self) -> bool:
        return workflow.all_handlers_finished() and self._delivery.idle() and self._beside.at_rest()

    async def _until(
        self, condition: Callable[[], bool], at_most: timedelta | None = None, summary: str | None = None
    ) -> None:
        """Wait. A request to cancel the workflow is noted and not followed: a case ends by its own commands, and what
        it owes its neighbours and readers would be lost. Raises `TimeoutError`."""
        try:
            await workflow.wait_condition(condition, timeout=at_most, timeout_summary=summary)
        except asyncio.CancelledError:
            if self._asked_to_cancel or workflow.cancellation_reason() is None:
                raise  # the worker lets go of the workflow
            self._asked_to_cancel = True
            now = workflow.now()
            self.case.enter(Kind.FACT, now, now, reason="a request to cancel the workflow is not followed")

    def roll_over(self, carried: Answer) -> NoReturn:
        """Continue as new, with the memo: only what was given at the start would come back.

        A new run is of the version that is current by then, also where workers pin running ones to theirs.
        """
        workflow.continue_as_new(
            carried,
            memo=dict(workflow.memo()),
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE,
        )

    @property
    def quiet(self) -> bool:
        """No letter waits or is under way, and every neighbour was told, and the register."""
        told = self._beside.all_told() and self.recording.all_told()
        return told and not self.case.outbox and self._delivery.idle()

    def _publish(self, case: C, now: datetime) -> None:
        """Search attributes and memo where they changed: an upsert is billed, however many attributes it has."""
        self._published = case.news
        attributes, memo, details = self._show(case, now)
        known = workflow.info().typed_search_attributes
        updates: list[SearchAttributeUpdate[Any]] = []
        for key, value in attributes.items():
            before = known.get(key)
            if value is None and before is not None:
                updates.append(key.value_unset())
            elif value is not None and value != before and not (value == [] and before is None):
                updates.append(key.value_set(value))
        # The name comes and goes with a setting, which may have been another when this history was written.
        if any(one.key != ORGANIZATION for one in updates):
            workflow.upsert_search_attributes(updates)
            self.traces.left()
        if any(value != self._memo.get(name) for name, value in memo.items()):
            workflow.upsert_memo(memo)
            self._memo |= memo
            self.traces.left()
        if details != self._details:
            workflow.set_current_details(details)
            self._details = details
