"""`vip serve` as it is started: where it listens, what it does without a server, and how it stops."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient

from gateway.client import Gateway
from local.mailbox import MailSink
from local.ports import ANY
from local.server import serving
from tests.gateway.http.conftest import AUTHORIZE, Api, key, problem
from tests.gateway.http.test_callers import hashed
from tests.workflows.lab import ENCRYPTING, INVITATION, PAYLOAD_KEYS, Lab, settings_for
from worker import working

ROOT = Path(__file__).parents[3]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - whether that is refused is the question


async def started(folder: Path, *words: str, **settings: str) -> Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VIP_", "TEMPORAL_"))}
    environment = {**clean, "PYTHONPATH": str(ROOT), "VIP_PAYLOAD_KEYS": PAYLOAD_KEYS, **settings}
    program = (sys.executable, "-m", "gateway.cli", "serve", *words)
    return await asyncio.create_subprocess_exec(*program, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE)


def where(house: Lab) -> dict[str, str]:
    address = house.client.service_client.config.target_host
    return {
        "TEMPORAL_ADDRESS": address,
        "VIP_TASK_QUEUE": house.settings.task_queue,
        "VIP_DATABASE_URL": house.settings.database_url.get_secret_value(),
    }


@asynccontextmanager
async def serve(folder: Path, *words: str, **settings: str) -> AsyncIterator[tuple[Api, Process]]:
    """A process that serves, and a client of it; ended by SIGTERM unless it has ended."""
    process = await started(folder, "--port", "0", "--json", *words, **settings)
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readuntil(b"}"), 60)
        async with AsyncClient(base_url=json.loads(said)["http"], timeout=30) as client:
            yield Api(client), process
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
        _, errors = await process.communicate()
        assert b"Traceback" not in errors


async def refused(folder: Path, *words: str, **settings: str) -> str:
    process = await started(folder, *words, **settings)
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2, said
    assert said.count(b"\n") == 1
    return said.decode()


async def test_without_keys_it_does_not_listen_elsewhere_than_on_this_machine(tmp_path: Path) -> None:
    for host in (EVERYWHERE, "::", "192.0.2.1"):
        assert "VIP_API_KEYS is missing" in await refused(tmp_path, "--host", host)


async def test_a_setting_that_is_wrong_stops_it_in_one_line(tmp_path: Path) -> None:
    assert "VIP_API_KEYS is wrong" in await refused(tmp_path, VIP_API_KEYS="desk:manage:short")
    assert "VIP_REQUESTS_PER_MINUTE is wrong" in await refused(tmp_path, VIP_REQUESTS_PER_MINUTE="0")
    assert "cannot listen" in await refused(tmp_path, "--port", "99999")


async def test_with_keys_it_listens_everywhere_and_asks_for_them(tmp_path: Path, house: Lab) -> None:
    keys = hashed("desk", "manage", "managing")
    async with serve(tmp_path, "--host", EVERYWHERE, VIP_API_KEYS=keys, **where(house)) as (api, _):
        port = api.client.base_url.port
        async with AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            problem(await client.get("/v1/customers"), 401, "unauthorized")
            client.headers["Authorization"] = "Bearer managing"
            assert (await client.get("/v1/customers?limit=1")).status_code == 200
            assert (await client.get("/readyz")).json()["parts"] == ["temporal", "worker", "register"]


async def test_a_new_key_opens_the_door_with_its_entry_as_far_as_its_role_goes(tmp_path: Path, house: Lab) -> None:
    process = await started(tmp_path, "--new-key", "shop:read", "--json")
    made = json.loads((await asyncio.wait_for(process.communicate(), 60))[0])
    async with serve(tmp_path, VIP_API_KEYS=made["entry"], **where(house)) as (api, _):
        api.client.headers["Authorization"] = f"Bearer {made['key']}"
        problem(await api.get("/v1/authorizations/ABCDEF0123456789ABCD"), 404, "not_found")
        problem(await api.post("/v1/customers", INVITATION), 403, "forbidden")
    assert "--new-key takes name:role" in await refused(tmp_path, "--new-key", "shop:owner")


async def test_what_was_sent_to_a_gateway_that_was_killed_is_found_by_the_next_with_the_same_key(
    tmp_path: Path, house: Lab, api: Api
) -> None:
    number, same = await api.member(), key()
    path = f"/v1/customers/{number}/authorizations"
    async with serve(tmp_path, **where(house)) as (first, process):
        sent = [asyncio.create_task(first.post(path, AUTHORIZE, same)) for _ in range(5)]
        await asyncio.sleep(0)
        process.kill()
        await asyncio.gather(*sent, return_exceptions=True)
        await process.wait()
    async with serve(tmp_path, **where(house)) as (second, _):
        answers = [await second.post(path, AUTHORIZE, same) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert len((await api.seen(f"/v1/customers/{number}"))["authorizations"]) == 1


async def test_told_to_stop_it_answers_what_is_under_way(tmp_path: Path, house: Lab, api: Api) -> None:
    number = await api.member()
    async with serve(tmp_path, **where(house)) as (serving_, process):
        await serving_.seen(f"/v1/customers/{number}")
        under_way = asyncio.create_task(serving_.post(f"/v1/customers/{number}/authorizations", AUTHORIZE))
        await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert (await under_way).status_code == 201
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_it_starts_before_temporal_says_so_and_serves_once_it_is_there(tmp_path: Path) -> None:
    port, queue, same = ANY.free().temporal, "waits-for-temporal", key()
    there = {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "VIP_TASK_QUEUE": queue, "VIP_DATABASE_URL": "off"}
    async with serve(tmp_path, **there) as (api, _):
        assert (await api.get("/healthz")).status_code == 200
        missing = problem(await api.get("/readyz"), 503, "unavailable")
        assert [one["part"] for one in missing["reasons"]] == ["temporal", "worker"]
        async with asyncio.timeout(10.5):
            answer = await api.post("/v1/customers", INVITATION, same)
        problem(answer, 503, "unavailable")
        assert "127.0.0.1" not in answer.text
        log = tmp_path / "server.log"
        async with (
            serving(port=port, log=log, converter=ENCRYPTING) as client,
            MailSink() as sink,
            working(client, settings_for(sink, queue)),
        ):
            invited: Any = await api.post("/v1/customers", INVITATION, same)
            assert invited.status_code == 201, invited.text
            async with asyncio.timeout(20):
                while (await api.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - it happens elsewhere
                    await asyncio.sleep(0.2)
            found = await Gateway(client).customer(invited.json()["vip_number"])
            assert found["organization"] == INVITATION["organization"]
