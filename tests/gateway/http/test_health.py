"""Health and readiness: what balancers ask, without a key."""

import asyncio

from gateway.client import Gateway
from gateway.http import health
from tests.gateway.http.conftest import Api, api_of, problem
from tests.workflows.lab import Lab


async def test_the_process_lives(api: Api) -> None:
    assert await api.seen("/healthz") == {"status": "ok"}


async def test_it_is_ready_when_temporal_answers_and_a_worker_asks_for_work(api: Api) -> None:
    async with asyncio.timeout(20):
        while (told := await api.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - the worker asks elsewhere
            await asyncio.sleep(0.2)
    assert told.json() == {"status": "ok", "parts": ["temporal", "worker", "register"]}


async def test_it_says_which_part_is_missing_and_no_more(gateway: Gateway, house: Lab) -> None:
    async def broken() -> bool:
        raise RuntimeError("postgresql://user:secret@db/x")

    ready = {
        "temporal": health.temporal(house.client),
        "worker": health.workers(house.client, "nobody-polls-this"),
        "register": broken,
    }
    async with api_of(gateway, ready=ready) as api:
        answer = await api.get("/readyz")
        told = problem(answer, 503, "unavailable")
        assert [one["part"] for one in told["reasons"]] == ["worker", "register"]
        assert answer.headers["Retry-After"].isdigit()
        assert "secret" not in answer.text


async def test_a_part_that_hangs_is_missing_within_seconds(gateway: Gateway) -> None:
    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    async with api_of(gateway, ready={"register": hangs}) as api, asyncio.timeout(health.LIMIT + 3):
        problem(await api.get("/readyz"), 503, "unavailable")
