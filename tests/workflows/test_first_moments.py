"""A customer that is asked while it begins: whoever replays it later sees the same journal as who began it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowQueryFailedError

import worker
from activities.opening import OPEN_CASE, Opening
from local.mailbox import MailSink
from tests.workflows.histories import history, journal, of_type, until
from tests.workflows.lab import Lab, server, settings_for
from workflows.names import DETAILS, customer_id


class SlowOpening(Opening):
    """Takes until it is let."""

    may = asyncio.Event()

    @activity.defn(name=OPEN_CASE)
    async def open_case(self, asked_at: str | None = None) -> dict[str, Any]:
        await self.may.wait()
        return {**self._opening, "asked_at": asked_at}


async def test_a_question_that_comes_early_moves_no_entry_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question is answered by a task of its own, whose time a replay skips."""
    monkeypatch.setattr(worker, "Opening", SlowOpening)
    async with server(tmp_path) as client, MailSink() as sink:
        house = Lab(client, sink, settings_for(sink, "early"))
        async with worker.working(client, house.settings):
            vip = await house.invite()

            async def answered_by_a_task_of_its_own() -> bool:
                with pytest.raises(WorkflowQueryFailedError):
                    await house.customer(vip).query(DETAILS)
                found = (await history(client, customer_id(vip))).events
                return len(of_type(found, "WORKFLOW_TASK_STARTED")) > 1

            await until(answered_by_a_task_of_its_own)
            SlowOpening.may.set()

            async def out() -> bool:
                return (await journal_of(house, vip))[-1].get("letter") == "invitation"

            await until(out)
            before = await journal_of(house, vip)
        async with worker.working(client, house.settings):
            assert await journal_of(house, vip) == before


async def journal_of(house: Lab, vip: str) -> list[dict[str, Any]]:
    """Empty while it has not begun."""
    try:
        return await journal(house.customer(vip))
    except WorkflowQueryFailedError:
        return [{}]
