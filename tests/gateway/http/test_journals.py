"""Journals over HTTP: the case's own entries, and the register's where the case cannot tell them."""

from temporalio.client import Client

from gateway.client import Gateway
from register.register import Register
from tests.gateway.http.conftest import Api, api_of, problem
from tests.gateway.waiting import until
from tests.workflows.lab import Lab, lab


async def test_a_journal_is_in_order_and_each_entry_once(api: Api, register: Register) -> None:
    number = await api.member()
    authorization = await api.authorized(number)
    await api.done(f"/v1/authorizations/{authorization}/orders", {"order_reference": "SO-1"})
    for path, case in ((f"/v1/customers/{number}", number), (f"/v1/authorizations/{authorization}", authorization)):
        own = (await api.seen(f"{path}/journal"))["items"]
        assert [one["sequence"] for one in own] == list(range(1, len(own) + 1))
        told = await until(lambda case=case: register.journal(case), lambda told, own=own: len(told) >= len(own))  # type: ignore[misc]
        assert told[: len(own)] == own


async def test_while_no_worker_is_there_the_register_tells_what_happened(client: Client, tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/register.sqlite3"
    async with (
        lab(client, url) as house,
        await Register.at(url) as register,
        api_of(_gateway(house, register, 60)) as api,
    ):
        number = await api.member()
        before = (await api.seen(f"/v1/customers/{number}/journal"))["items"]
        await until(lambda: register.journal(number), lambda told: len(told) >= len(before))
    async with await Register.at(url) as register, api_of(_gateway(house, register, 0.5)) as api:
        told = (await api.seen(f"/v1/customers/{number}/journal"))["items"]
        assert told[: len(before)] == before
        assert told == await register.journal(number)
        problem(await api.get(f"/v1/customers/{number}"), 503, "unavailable")
        problem(await api.get(f"/v1/authorizations/{number}/journal"), 404, "not_found")


def _gateway(house: Lab, register: Register, patience: float) -> Gateway:
    queue = house.settings.task_queue
    return Gateway(house.client, task_queue=queue, number_secret="tests", patience=patience, register=register)


async def test_a_customers_number_is_no_authorizations(api: Api) -> None:
    number = await api.member()
    problem(await api.get(f"/v1/authorizations/{number}/journal"), 404, "not_found")
    problem(await api.get(f"/v1/authorizations/{number}"), 404, "not_found")
