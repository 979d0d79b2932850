"""Repeats: one key has one effect and one answer; at once, with nobody there, and across everything that is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client

from gateway.client import Gateway
from local.mailbox import MailSink
from tests.gateway.http.conftest import AUTHORIZE, Api, api_of, key, problem
from tests.gateway.waiting import until
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab, lab, settings_for
from worker import working


@asynccontextmanager
async def worker_of(client: Client, queue: str) -> AsyncIterator[None]:
    async with MailSink() as sink, working(client, settings_for(sink, queue)):
        yield


async def test_an_invitation_sent_ten_times_at_once_is_one_customer(api: Api) -> None:
    same = key()
    answers = await asyncio.gather(*(api.post("/v1/customers", INVITATION, same) for _ in range(10)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["vip_number"] for one in answers}) == 1


async def test_an_authorization_asked_for_ten_times_at_once_is_one_and_each_gets_the_first_answer(api: Api) -> None:
    number, same = await api.member(), key()
    path = f"/v1/customers/{number}/authorizations"
    answers = await asyncio.gather(*(api.post(path, AUTHORIZE, same) for _ in range(10)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.text for one in answers}) == 1
    assert len((await api.seen(f"/v1/customers/{number}"))["authorizations"]) == 1


async def test_a_key_with_another_body_is_refused_and_changes_nothing(api: Api) -> None:
    number = await api.member()
    authorization = await api.authorized(number)
    path, same = f"/v1/authorizations/{authorization}/orders", key()
    first = await api.post(path, {"order_reference": "SO-1", "lines": [{**LINES[0], "quantity": 1}]}, same)
    problem(await api.post(path, {"order_reference": "SO-2"}, same), 409, "idempotency_key_reused")
    problem(
        await api.post("/v1/customers", {**INVITATION, "region": "NL"}, await used(api)), 409, "idempotency_key_reused"
    )
    assert len((await api.seen(f"/v1/authorizations/{authorization}"))["orders"]) == 1
    assert first.status_code == 200


async def used(api: Api) -> str:
    same = key()
    await api.done("/v1/customers", INVITATION, same)
    return same


async def test_how_a_body_is_written_makes_no_difference(api: Api) -> None:
    same = key()
    one = await api.done("/v1/customers", INVITATION, same)
    other = await api.client.post(
        "/v1/customers",
        content=str(dict(reversed(INVITATION.items()))).replace("'", '  "').replace('  "', '"').encode(),
        headers={"Idempotency-Key": same, "Content-Type": "application/json"},
    )
    assert other.json()["vip_number"] == one["vip_number"]


async def test_a_refusal_is_not_remembered(api: Api) -> None:
    number, same = await api.member(), key()
    path, body = f"/v1/customers/{number}/orders", {"order_reference": "SO-1", "lines": LINES}
    wrong = {"order_reference": "SO-1", "lines": [{"product": "nothing", "quantity": 1}]}
    problem(await api.post(path, wrong, same), 409, "product_unknown")
    assert (await api.post(path, body, same)).status_code == 200


async def test_a_repeat_after_roll_overs_and_restarts_gets_the_first_answer(
    api: Api, gateway: Gateway, house: Lab
) -> None:
    number, same = await api.member(), key()
    path = f"/v1/customers/{number}/authorizations"
    first = await api.post(path, AUTHORIZE, same)
    handle = house.customer(number)
    for _ in range(2):
        run = (await handle.describe()).run_id
        await handle.signal("roll_over")
        await until(handle.describe, lambda found, run=run: found.run_id != run)  # type: ignore[misc]
    async with api_of(gateway) as restarted:
        assert (await restarted.post(path, AUTHORIZE, same)).text == first.text


async def test_a_closed_authorization_gives_the_first_answer_and_refuses_what_is_new(api: Api, house: Lab) -> None:
    authorization, same = await api.authorized(await api.member()), key()
    path = f"/v1/authorizations/{authorization}/cancel"
    first = await api.post(path, {"reason": "no longer wanted"}, same)
    await house.authorization(authorization).result()
    assert (await api.post(path, {"reason": "no longer wanted"}, same)).text == first.text
    problem(await api.post(path, {"reason": "again"}), 409, "not_pending")
    assert (await api.seen(f"/v1/authorizations/{authorization}"))["state"] == "cancelled"


async def test_with_every_worker_away_it_is_503_in_time_and_the_same_key_finds_the_outcome(client: Client) -> None:
    same = key()
    async with lab(client) as house:
        gateway = Gateway(client, task_queue=house.settings.task_queue, number_secret="only for tests", patience=1)
        async with api_of(gateway) as api:
            number = await api.member()
    settings: dict[str, Any] = {"task_queue": house.settings.task_queue, "number_secret": "only for tests"}
    path = f"/v1/customers/{number}/authorizations"
    async with api_of(Gateway(client, patience=1, **settings)) as api, asyncio.timeout(10):
        for answer in (
            await api.post(path, AUTHORIZE, same),
            await api.post("/v1/customers", INVITATION, same),
            await api.get(f"/v1/customers/{number}"),
        ):
            problem(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
    async with worker_of(client, house.settings.task_queue), api_of(Gateway(client, patience=60, **settings)) as api:
        authorized = await api.post(path, AUTHORIZE, same)
        assert authorized.status_code == 201
        assert (await api.post(path, AUTHORIZE, same)).text == authorized.text
        assert len((await api.seen(f"/v1/customers/{number}"))["authorizations"]) == 1
        invited = await api.done("/v1/customers", INVITATION, same)
        assert (await api.done("/v1/customers", INVITATION, same))["vip_number"] == invited["vip_number"]


async def test_accepting_twice_is_one_acceptance(api: Api) -> None:
    number = str((await api.done("/v1/customers", INVITATION))["vip_number"])
    for _ in range(2):
        assert (await api.done(f"/v1/customers/{number}/acceptance", ACCEPT))["state"] == "accepted"
    journal = (await api.seen(f"/v1/customers/{number}/journal"))["items"]
    assert [one.get("to") for one in journal if one["kind"] == "transition"].count("accepted") == 1
