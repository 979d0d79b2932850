"""Customer and authorizations are workflows of their own: they start, watch and miss each other, and tell the news."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ChildWorkflowError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from cases.authorization import LETTERS_OF_A_LIFE, AuthorizationCase, next_event
    from cases.customer import CustomerCase
    from states.authorization import AUTHORIZATION as LIFECYCLE
    from states.facts import CustomerView
    from workflows.engine import Engine, Wake
    from workflows.names import AUTHORIZATION, AUTHORIZATION_CHANGED, CUSTOMER_CHANGED, authorization_id, customer_id
    from workflows.running import child
    from workflows.surroundings import here
    from workflows.visibility import authorization_attributes, authorization_memo

MISSED = timedelta(hours=12)
"""How long after an authorization's deadline its news is missed; then the customer asks whether it still lives."""


class Authorizations:
    """What runs beside the customer on behalf of its case."""

    def __init__(self) -> None:
        self.engine: Engine[CustomerCase]
        self._watched: set[str] = set()
        self._asked: dict[str, datetime] = {}
        self._news: dict[str, CustomerView] = {}
        self._telling: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None

    def resume(self, untold: Iterable[str]) -> None:
        """The run before ended before these were told the latest."""
        self._news = dict.fromkeys(untold, self.engine.case.view())

    def untold(self) -> list[str]:
        return sorted(self._news)

    def follow(self, case: CustomerCase, _now: datetime) -> None:
        """Start what was decided, tell what has changed."""
        if case.to_start and not _under_way(self._starting):
            self._starting = asyncio.ensure_future(self._start())
        if (news := case.news_for_authorizations()) is not None:
            self._news.update(dict.fromkeys(news[1], news[0]))
        self._tell_if_needed()

    def promise(self) -> Callable[[], bool]:
        """A handler answers once the authorizations run that it has begun."""
        begun = self.engine.case.to_start
        return lambda: not any(one is other for one in begun for other in self.engine.case.to_start)

    def at_rest(self) -> bool:
        return not (self.engine.case.to_start or _under_way(self._telling))

    def all_told(self) -> bool:
        return self.at_rest() and not self._news

    def look(self, case: CustomerCase, now: datetime) -> Wake | None:
        """Authorizations of earlier runs are not watched: ask when their news is missed for half a day."""
        wakes = []
        near = self._watched | {begun.authorization_number for begun in case.to_start}
        for number, known in case.known.items():
            if number in near or number in case.lost or LIFECYCLE.final(known.state):
                continue
            event = next_event(known.state, known.facts, case.policy, known.since)
            if event is None:
                continue
            due = max(event[1] + MISSED, self._asked.get(number, event[1]) + 2 * MISSED)
            if due <= now:
                self._asked[number] = now
                self._news.setdefault(number, case.view())
                due = now + 2 * MISSED
            wakes.append(Wake(due, f"is authorization {number} still there?"))
        self._tell_if_needed()
        return min(wakes, default=None)

    async def _start(self) -> None:
        while self.engine.case.to_start:
            begun = self.engine.case.to_start[0]
            try:
                await self._start_one(begun)
            except WorkflowAlreadyStartedError:
                # Its number is taken, by itself or by a stranger; whether it lives shows when it is told something.
                self._lose(begun.authorization_number)
            self.engine.case.to_start = [one for one in self.engine.case.to_start if one is not begun]
        self.engine.traces.leave()

    async def _start_one(self, begun: AuthorizationCase) -> None:
        number = begun.authorization_number
        shown = authorization_attributes(begun, workflow.now(), here().show_organization)
        rebuilt = begun.letters >= LETTERS_OF_A_LIFE
        handle = await workflow.start_child_workflow(
            AUTHORIZATION,
            child(self.engine, begun),
            id=authorization_id(number),
            parent_close_policy=ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE
            if rebuilt
            else WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(key, value) for key, value in shown.items() if value is not None]
            ),
            memo=authorization_memo(begun),
            static_summary=f"authorization {number}",
        )
        self._watched.add(number)
        asyncio.ensure_future(self._watch(number, handle))  # noqa: RUF006

    async def _watch(self, number: str, handle: Any) -> None:
        """An authorization that ends otherwise than by itself is lost at once."""
        try:
            await handle
        except ChildWorkflowError:
            self._lose(number)
        self._watched.discard(number)
        self.engine.traces.leave()

    def _tell_if_needed(self) -> None:
        if self._news and not self.engine.rolling and not _under_way(self._telling):
            self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        # No handler waits for this, so the end of the run need not either: the next run goes on.
        while self._news and not self.engine.rolling:
            if self.engine.case.to_start:
                # One that is still being started would not be found, and be taken for lost.
                await workflow.wait_condition(lambda: not self.engine.case.to_start)
                continue
            number, view = next(iter(self._news.items()))
            authorization = workflow.get_external_workflow_handle(authorization_id(number))
            try:
                await authorization.signal(CUSTOMER_CHANGED, view.model_dump(mode="json", exclude_defaults=True))
            except ApplicationError:
                self._lose(number)
            if self._news.get(number) is view:
                del self._news[number]
        self.engine.traces.leave()

    def _lose(self, number: str) -> None:
        case = self.engine.case
        if number in case.known and not LIFECYCLE.final(case.known[number].state):
            case.mark_lost(number, workflow.now())
            self.engine.tick()


class ItsCustomer:
    """What runs beside an authorization: its customer is told of every change."""

    def __init__(self) -> None:
        self.engine: Engine[AuthorizationCase]
        self.told = 0
        self._telling: asyncio.Task[None] | None = None

    def follow(self, case: AuthorizationCase, _now: datetime) -> None:
        if self.told < case.news and not _under_way(self._telling):
            self._telling = asyncio.ensure_future(self._tell())

    def promise(self) -> Callable[[], bool]:
        """A handler answers once the customer knows what it did; later news is no concern of it."""
        news = self.engine.case.news
        return lambda: self.told >= news

    def at_rest(self) -> bool:
        return not _under_way(self._telling)

    def all_told(self) -> bool:
        return self.told >= self.engine.case.news

    def look(self, _case: AuthorizationCase, _now: datetime) -> None:
        """It waits for nothing but its own moments."""

    async def _tell(self) -> None:
        while self.told < (news := self.engine.case.news):
            snapshot = self.engine.case.snapshot()
            customer = workflow.get_external_workflow_handle(customer_id(self.engine.case.vip_number))
            try:
                await customer.signal(AUTHORIZATION_CHANGED, snapshot.model_dump(mode="json", exclude_defaults=True))
            except ApplicationError:
                workflow.logger.warning("the customer of this authorization is not running; it was not told")
            self.told = news
        self.engine.traces.leave()


def _under_way(task: asyncio.Task[None] | None) -> bool:
    return task is not None and not task.done()
