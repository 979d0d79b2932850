"""What is compared with: workflows that do the same calls to the server as ours, and decide nothing."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.workflow import ParentClosePolicy

STATE = SearchAttributeKey.for_keyword("CustomerState")
NEXT = SearchAttributeKey.for_keyword("NextEvent")


async def send(letter: dict[str, Any]) -> None:
    await workflow.execute_activity(
        "send_letter",
        letter,
        task_queue=workflow.info().task_queue + "-mail",
        start_to_close_timeout=timedelta(minutes=5),
        summary="a letter",
    )


def show(state: str, event: str) -> None:
    workflow.upsert_search_attributes([STATE.value_set(state), NEXT.value_set(event)])


class _Timer:
    """One timer, set anew when an earlier moment comes up."""

    def __init__(self) -> None:
        self.days = 0
        self.over = False

    async def live(self) -> None:
        while not self.over:
            days = self.days
            try:
                await workflow.wait_condition(
                    lambda days=days: self.over or self.days < days,  # type: ignore[misc]
                    timeout=timedelta(days=days),
                    timeout_summary="wait",
                )
            except TimeoutError:
                self.over = True


@workflow.defn
class BareCustomer:
    """Invited, accepted, authorizes: five letters with its authorization, and a search attribute for each change."""

    def __init__(self) -> None:
        self._timer, self._letter, self._told = _Timer(), dict[str, Any](), 0
        self._tasks: set[asyncio.Task[None]] = set()

    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        self._letter = start["letter"]
        await workflow.execute_local_activity("open_case", start_to_close_timeout=timedelta(seconds=10))
        show("invited", "invitation_expires")
        workflow.upsert_memo({"organization": "Aarhus Design ApS"})
        self._post()
        self._timer.days = 30
        await self._timer.live()

    @workflow.update
    async def accept_invitation(self, body: dict[str, Any]) -> dict[str, Any]:
        await workflow.wait_condition(lambda: self._timer.days > 0)
        self._post()
        self._post()
        show("accepted", "")
        return {"state": "accepted", **body}

    @workflow.update
    async def authorize_purchase(self, body: dict[str, Any]) -> dict[str, Any]:
        await workflow.wait_condition(lambda: self._timer.days > 0)
        number = workflow.uuid4().hex[:20].upper()
        show("pending", "order_due")
        self._timer.days = 15
        handle = await workflow.start_child_workflow(
            BareAuthorization.run,
            {"letter": self._letter, "customer": workflow.info().workflow_id},
            id=f"authorization:{number}",
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=None,
            static_summary="an authorization",
        )
        self._keep(handle)
        return {"authorization_number": number, **body}

    @workflow.signal
    def authorization_changed(self, news: dict[str, Any]) -> None:
        self._told += 1
        show("ordered", "renewal_upcoming")

    def _post(self) -> None:
        self._keep(asyncio.ensure_future(send(self._letter)))

    def _keep(self, task: Any) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@workflow.defn
class BareAuthorization:
    """Requested, ordered: a letter each, and its customer is told."""

    def __init__(self) -> None:
        self._timer, self._letter, self._customer = _Timer(), dict[str, Any](), ""
        self._tasks: set[asyncio.Task[None]] = set()

    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        self._letter, self._customer = start["letter"], start["customer"]
        self._post()
        self._timer.days = 7
        await self._timer.live()

    @workflow.update
    async def place_order(self, body: dict[str, Any]) -> dict[str, Any]:
        await workflow.wait_condition(lambda: self._timer.days > 0)
        self._post()
        show("ordered", "return_window_ends")
        await workflow.get_external_workflow_handle(self._customer).signal("authorization_changed", body)
        return {"state": "ordered", **body}

    def _post(self) -> None:
        task = asyncio.ensure_future(send(self._letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
