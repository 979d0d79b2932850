"""The UI as the local stack shows it: Temporal's own, without resets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from temporalio.client import Client, WorkflowExecutionStatus

from local import ui
from local.ports import ANY
from local.server import serving
from local.views import COLUMNS, VIEWS, managed_by
from worker import register_search_attributes
from workflows.names import SEARCH_ATTRIBUTES

HOME = "http://vip"
CASE = "/api/v1/namespaces/default/workflows/customer%3AA"
IDENTITY = {"workflowExecution": {"workflowId": "customer:A"}, "requestId": "1", "reason": "tried by a test"}


@dataclass
class Shown:
    """Temporal's own UI, ours, and the server behind both."""

    theirs: httpx2.AsyncClient
    ours: httpx2.AsyncClient
    temporal: Client

    async def post(self, path: str, body: dict[str, object]) -> httpx2.Response:
        """As a browser does: with the token that the UI has set as a cookie."""
        await self.ours.get("/api/v1/settings")
        return await self.ours.post(path, json=body, headers={"X-CSRF-Token": self.ours.cookies["_csrf"]})

    async def run_id(self) -> str:
        return (await self.temporal.get_workflow_handle("customer:A").describe()).run_id


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    ports = ANY.free()
    async with serving(port=ports.temporal, ui_port=ports.ui_behind, log=tmp_path / "log") as temporal:
        behind = f"http://127.0.0.1:{ports.ui_behind}"
        application = ui.app(behind, PlainTextResponse("decoded"), tmp_path / "mail")
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(base_url=behind) as theirs,
            httpx2.AsyncClient(base_url=HOME, transport=httpx2.ASGITransport(application)) as ours,
        ):
            async with asyncio.timeout(20):
                while (await theirs.get("/api/v1/namespaces")).status_code != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)  # the UI looks for its server about once a second
            await temporal.start_workflow("Customer", id="customer:A", task_queue="nobody-works")
            yield Shown(theirs, ours, temporal)


async def test_the_ui_offers_no_reset_and_no_cancel_request_and_nothing_else_differs(shown: Shown) -> None:
    theirs = (await shown.theirs.get("/api/v1/settings")).json()
    ours = (await shown.ours.get("/api/v1/settings")).json()
    assert theirs["WorkflowResetDisabled"] is False
    assert ours == theirs | {"WorkflowResetDisabled": True, "WorkflowCancelDisabled": True}
    page = await shown.theirs.get("/")
    assert (await shown.ours.get("/")).content == page.content
    assert "script" in page.text
    listed = await shown.ours.get("/api/v1/namespaces/default/workflows", params={"query": 'WorkflowId="customer:A"'})
    assert [each["execution"]["workflowId"] for each in listed.json()["executions"]] == ["customer:A"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{CASE}/reset", IDENTITY),
        (f"{CASE}/%72eset", IDENTITY),
        ("/api/v1/namespaces/default/batch-operations/1", {"resetOperation": {"resetType": 1}}),
        ("/api/v1/namespaces/default/batch-operations/1", {"reset_operation": {"resetType": 1}}),
    ],
)
async def test_a_reset_is_refused_and_changes_nothing(shown: Shown, path: str, body: dict[str, object]) -> None:
    before = await shown.run_id()
    answer = await shown.post(path, body)
    assert (answer.status_code, answer.json()["message"]) == (403, ui.REFUSAL)
    assert await shown.run_id() == before


async def test_what_is_no_reset_reaches_the_server(shown: Shown) -> None:
    ended = await shown.post(f"{CASE}/terminate", {"reason": "tried by a test"})
    assert ended.status_code == 200
    status = (await shown.temporal.get_workflow_handle("customer:A").describe()).status
    assert status is WorkflowExecutionStatus.TERMINATED
    batch = await shown.post("/api/v1/namespaces/default/batch-operations/1", {"terminationOperation": {}})
    assert "must provide required parameters" in batch.json()["message"]
    nonsense = await shown.ours.post(
        "/api/v1/namespaces/default/batch-operations/1",
        content=b"[",
        headers={"X-CSRF-Token": shown.ours.cookies["_csrf"]},
    )
    assert nonsense.status_code == 400
    # Its next attempt comes at once; there is no such activity here.
    activity = await shown.post("/api/v1/namespaces/default/workflows/customer%3AA/activities/1/reset", {})
    assert activity.status_code != 403


async def test_one_browser_never_gets_the_token_of_another(shown: Shown) -> None:
    await shown.post(f"{CASE}/signal/roll_over", {})
    async with httpx2.AsyncClient(base_url=HOME, transport=shown.ours._transport) as another:
        assert (await another.post(f"{CASE}/terminate", json={})).status_code == 400


async def test_a_ui_that_does_not_answer_is_said_to_be_silent(tmp_path: Path) -> None:
    behind = f"http://127.0.0.1:{ANY.free().ui_behind}"
    transport = httpx2.ASGITransport(ui.app(behind, PlainTextResponse("decoded"), tmp_path))
    async with httpx2.AsyncClient(base_url=HOME, transport=transport) as browser:
        for path in ("/", "/api/v1/settings"):
            answer = await browser.get(path)
            assert (answer.status_code, "does not answer" in answer.text) == (502, True)


async def test_every_view_leads_to_a_list_that_temporal_understands(shown: Shown) -> None:
    await register_search_attributes(shown.temporal)
    overview = (await shown.ours.get("/views")).text
    paths = {view.path: view for view in VIEWS} | {"/views/managed-by": managed_by("am-1")}
    for path, view in paths.items():
        assert f'"{path}"' in overview
        opened = await shown.ours.get(path, params={"id": "am-1"})
        target = f"/namespaces/default/workflows?{urlencode({'query': view.query}, quote_via=quote)}"
        assert (opened.status_code, target in opened.text) == (200, True)
        await shown.temporal.count_workflows(view.query)
    for manager in ("", 'a" OR "', "x" * 65):
        assert (await shown.ours.get("/views/managed-by", params={"id": manager})).status_code == 400


def test_the_columns_are_search_attributes_that_exist() -> None:
    assert set(COLUMNS) - {key.name for key in SEARCH_ATTRIBUTES} == {"Workflow ID"}
