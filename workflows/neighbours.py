"""A customer's authorizations as workflows of their own: they are started, watched, told the news, and missed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ChildWorkflowError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from cases.authorization import LETTERS_OF_A_LIFE, AuthorizationCase, next_event
    from cases.carrying import carry
    from cases.customer import CustomerCase
    from states.authorization import AUTHORIZATION as LIFECYCLE
    from states.facts import CustomerView
    from workflows.engine import Engine, Wake
    from workflows.names import AUTHORIZATION, CUSTOMER_CHANGED, authorization_id
    from workflows.surroundings import here
    from workflows.visibility import authorization_attributes, authorization_memo

MISSED = timedelta(hours=12)
"""How long after an authorization's deadline its news is missed; then the customer asks whether it still lives."""


class Neighbours:
    """What runs beside the customer on behalf of its case."""

    def __init__(self) -> None:
        self.engine: Engine[CustomerCase]
        self._watched: set[str] = set()
        self._asked: dict[str, datetime] = {}
        self._news: dict[str, CustomerView] = {}
        self._telling: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None

    def all_started(self) -> bool:
        return not self.engine.case.to_start

    def all_told(self) -> bool:
        return self.all_started() and not self._news

    def follow(self, case: CustomerCase, _now: datetime) -> None:
        """Start what was decided, tell what has changed."""
        if case.to_start and (self._starting is None or self._starting.done()):
            self._starting = asyncio.ensure_future(self._start())
        if (news := case.news_for_authorizations()) is not None:
            self._news.update(dict.fromkeys(news[1], news[0]))
        self._tell_if_needed()

    def look_for_lost(self, case: CustomerCase, now: datetime) -> Wake | None:
        """Authorizations of earlier runs are not watched: ask when their news is missed for half a day."""
        wakes = []
        for number, known in case.known.items():
            if number in self._watched or number in case.lost or LIFECYCLE.final(known.state):
                continue
            event = next_event(known.state, known.facts, case.policy, known.since)
            if event is None:
                continue
            due = max(event[1] + MISSED, self._asked.get(number, event[1]) + 2 * MISSED)
            if due <= now:
                self._asked[number] = now
                self._news.setdefault(number, case.view())
                due = now + 2 * MISSED
            wakes.append(Wake(due, f"look after authorization {number} if no news has come"))
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

    async def _start_one(self, begun: AuthorizationCase) -> None:
        number = begun.authorization_number
        shown = authorization_attributes(begun, workflow.now(), here().show_organization)
        rebuilt = begun.letters >= LETTERS_OF_A_LIFE
        handle = await workflow.start_child_workflow(
            AUTHORIZATION,
            {"carried": carry(begun)},
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

    def _tell_if_needed(self) -> None:
        if self._news and (self._telling is None or self._telling.done()):
            self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        while self._news:
            if not self.all_started():
                # One that is still being started would not be found, and be taken for lost.
                await workflow.wait_condition(self.all_started)
            number, view = next(iter(self._news.items()))
            authorization = workflow.get_external_workflow_handle(authorization_id(number))
            try:
                await authorization.signal(CUSTOMER_CHANGED, view.model_dump(mode="json"))
            except ApplicationError:
                self._lose(number)
            if self._news.get(number) is view:
                del self._news[number]

    def _lose(self, number: str) -> None:
        case = self.engine.case
        if number in case.known and not LIFECYCLE.final(case.known[number].state):
            case.mark_lost(number, workflow.now())
            self.engine.tick()
