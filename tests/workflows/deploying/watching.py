"""What must be true of cases that went through deployments, whatever the builds did."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from local import clock
from tests.workflows.deploying.parking import Place
from tests.workflows.deploying.releases import Release
from tests.workflows.histories import journal, until
from tests.workflows.lab import Lab
from workflows.names import authorization_id, customer_id

UNANSWERED = 3.0
"""Seconds after which nobody is thought to answer."""


def cases_of(house: Lab, vip: str) -> list[str]:
    return [customer_id(vip), *map(authorization_id, house.numbers[vip])]


async def told(house: Lab, case: str) -> list[dict[str, Any]]:
    return await journal(house.client.get_workflow_handle(case))


async def journals(house: Lab) -> dict[str, list[dict[str, Any]]]:
    """Every case's, once nothing is under way: a task that is tried again enters things at another time."""
    cases = [case for vip in house.numbers for case in cases_of(house, vip)]
    await clock.settle(house.client, cases)
    return {case: await told(house, case) for case in cases}


async def answers(house: Lab, case: str, name: str, body: dict[str, Any], update_id: str) -> bool:
    """Whether an update is answered in time; it may take effect later on, once."""
    try:
        handle = house.client.get_workflow_handle(case)
        await asyncio.wait_for(handle.execute_update(name, body, id=update_id), UNANSWERED)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
        return False
    return True


async def until_answered(house: Lab, case: str, name: str, body: dict[str, Any], update_id: str) -> None:
    """A case whose tasks failed takes updates again with its next attempt, some seconds later."""
    await until(lambda: answers(house, case, name, body, update_id), seconds=60)


async def until_its_task_fails(tree: Release, case: str, why: str) -> None:
    """As this release's worker logs it: what stands in the history is encrypted."""

    async def failed() -> bool:
        lines = tree.log.read_text(encoding="utf-8").splitlines()
        return any(case in line and why in line for line in lines)

    await until(failed)


async def assert_where_they_were(house: Lab, places: Sequence[Place]) -> None:
    assert [(await place.state(house), place.parked) for place in places] == [
        (place.parked.state, place.parked) for place in places
    ]


async def assert_nothing_lost(house: Lab, before: dict[str, list[dict[str, Any]]]) -> None:
    """Every journal goes on from where it was, without a gap; no task fails any more; no letter went twice."""
    for case, entries in before.items():
        now = await told(house, case)
        otherwise = [(one, other) for one, other in zip(entries, now, strict=False) if one != other]
        assert otherwise == [], (case, otherwise[0])
        assert [one["sequence"] for one in now] == list(range(1, len(now) + 1)), case

        async def well(case: str = case) -> bool:
            described = (await house.client.get_workflow_handle(case).describe()).raw_description
            return described.pending_workflow_task.attempt <= 1

        await until(well, seconds=60)
    twice = {
        key: count
        for key, count in Counter(one.message["Message-ID"] for one in house.sink.letters).items()
        if count > 1
    }
    assert twice == {}
