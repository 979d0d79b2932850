"""Moving the clocks of cases, on the real server."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from local import clock
from local.ports import ANY
from local.server import serving
from tests.local.waiting import Mailing, Waiting, never_gets_out

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with serving(port=ANY.free().temporal, log=tmp_path_factory.mktemp("server") / "server.log") as client:
        yield client


@asynccontextmanager
async def working(client: Client, queue: str) -> AsyncIterator[None]:
    async with Worker(client, task_queue=queue, workflows=[Waiting, Mailing], activities=[never_gets_out]):
        yield


def fresh(kind: str) -> str:
    return f"{kind}:{uuid.uuid4()}"


async def noticed(client: Client, case: str) -> list[tuple[datetime, datetime]]:
    log = await client.get_workflow_handle(case).query(Waiting.noticed)
    return [(datetime.fromisoformat(due), datetime.fromisoformat(at)) for due, at in log]


async def test_cases_move_side_by_side_and_notice_each_of_their_moments_on_time(client: Client) -> None:
    queue, cases = fresh("queue"), [fresh("case") for _ in range(3)]
    async with working(client, queue):
        start = await _start(client, queue, cases, days=[3, 14, 61])
        await clock.move(client, cases, start + 30 * DAY)
        for case in cases:
            assert [due for due, _ in await noticed(client, case)] == [start + 3 * DAY, start + 14 * DAY]
            assert all(timedelta(0) <= at - due < timedelta(seconds=2) for due, at in await noticed(client, case))
            late = await clock.now_of(client, case) - (start + 30 * DAY)
            assert timedelta(0) <= late < timedelta(seconds=10)


async def test_a_case_that_is_past_the_instant_stays_where_it_is(client: Client) -> None:
    queue, case = fresh("queue"), fresh("case")
    async with working(client, queue):
        start = await _start(client, queue, [case], days=[3])
        await clock.move(client, [case], start - DAY)
        assert await noticed(client, case) == []


async def test_a_case_with_an_open_child_rolls_over_and_both_arrive(client: Client) -> None:
    queue, parent, child = fresh("queue"), fresh("customer"), fresh("authorization")
    async with working(client, queue):
        start = await _start(client, queue, [parent], days=[3, 14], opens=child)
        await clock.move(client, [parent, child], start + 20 * DAY)
        assert len(await noticed(client, parent)) == len(await noticed(client, child)) == 2


async def test_mail_that_does_not_get_out_holds_no_clock(client: Client) -> None:
    queue, case = fresh("queue"), fresh("mail")
    async with working(client, queue):
        handle = await client.start_workflow(Mailing.run, id=case, task_queue=queue)
        await clock.settle(client, [case])
        start = await clock.now_of(client, case)
        await clock.move(client, [case], start + 7 * DAY)
        assert (await handle.describe()).raw_description.pending_activities[0].attempt > 7


async def test_without_a_worker_the_clock_stops_at_the_first_moment_and_the_refusal_says_why(client: Client) -> None:
    queue, case = fresh("queue"), fresh("case")
    async with working(client, queue):
        start = await _start(client, queue, [case], days=[3])
    with pytest.raises(clock.ClockStuck, match=f"{case} stays behind .*: a task waits for a worker"):
        await clock.move(client, [case], start + 20 * DAY, patience=1)
    async with working(client, queue):
        await clock.settle(client, [case])
        await asyncio.sleep(0.2)
        assert await clock.now_of(client, case) < start + 4 * DAY, "the order was taken back"


async def test_a_closed_case_is_left_alone(client: Client) -> None:
    queue, case = fresh("queue"), fresh("case")
    async with working(client, queue):
        start = await _start(client, queue, [case], days=[3])
        await client.get_workflow_handle(case).terminate()
        await clock.move(client, [case], start + 20 * DAY)


async def test_an_outage_past_three_moments_delivers_messages_first_and_then_the_late_timers(tmp_path: Path) -> None:
    queue, case = fresh("queue"), fresh("case")
    slow = {"history.timerProcessorMaxTimeShift": '"2s"'}
    async with serving(port=ANY.free().temporal, log=tmp_path / "server.log", changes=slow) as client:
        async with working(client, queue):
            start = await _start(client, queue, [case], days=[3, 14, 61])
        await clock.skip_while_down(client, [case], start + 90 * DAY)
        note = asyncio.create_task(client.get_workflow_handle(case).execute_update(Waiting.note))
        await asyncio.sleep(2.5)  # the late timer has fired by now, and waits for a worker as the message does
        async with working(client, queue):
            assert datetime.fromisoformat(await note) > start + 90 * DAY
            log = await client.get_workflow_handle(case).query(Waiting.noticed)
    assert [entry[0] for entry in log] == ["note", *((start + n * DAY).isoformat() for n in (3, 14, 61))]
    assert all(datetime.fromisoformat(at) > start + 90 * DAY for _, at in log)


async def _start(
    client: Client, queue: str, cases: list[str], *, days: list[int], opens: str | None = None
) -> datetime:
    """Start cases with moments on these days, counted from the answer."""
    first = await client.start_workflow("Waiting", args=[[], [], None], id=fresh("probe"), task_queue=queue)
    start = (await first.describe()).start_time
    for case in cases:
        due = [(start + n * DAY).isoformat() for n in days]
        await client.start_workflow("Waiting", args=[due, [], opens], id=case, task_queue=queue)
    await clock.settle(client, cases)
    return start
