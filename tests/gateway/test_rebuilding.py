"""`vip register rebuild`: a register that was lost or away knows everything again, and nothing in it is deleted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

from gateway import rebuilding
from gateway.calling import Gone, Handle, query
from gateway.client import Gateway
from gateway.connecting import register_of
from gateway.rebuilding import Became, cases, rebuild
from register.register import Register
from tests.gateway.conftest import Vip
from tests.gateway.waiting import key, until
from tests.workflows.lab import INVITATION, Lab, lab, server
from workflows.names import authorization_id, customer_id

LINES: Any = [{"product": "photoshop-team", "quantity": 3}]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """A namespace without anybody else's cases."""
    async with server(tmp_path_factory.mktemp("rebuilding")) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with lab(client, f"sqlite:///{tmp_path_factory.mktemp('register')}/register.sqlite3") as house:
        yield house


async def _portfolio(house: Lab, gateway: Gateway) -> tuple[str, list[str]]:
    """A customer with an authorization that runs, and two that are over."""
    body: Any = INVITATION
    vip = (await gateway.invite(body, key()))["vip_number"]
    numbers = []
    for _ in range(3):
        asked = await gateway.authorize(vip, {"lines": LINES, "requested_by": "member"}, key())
        numbers.append(asked["authorization_number"])
    for number in numbers[1:]:
        await gateway.cancel(number, {"reason": "a mistake"}, key())
        await house.authorization(number).result()
    return vip, numbers


def forget(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """As if the retention were over: the server itself takes its time to delete anything."""
    listed, gone = rebuilding._listed, authorization_id(number)

    async def listed_without(client: Client, condition: str) -> list[rebuilding.Case]:
        return [one for one in await listed(client, condition) if one.workflow_id != gone]

    async def ask(handle: Handle, name: str, *, patience: float) -> Any:
        if handle.id == gone:
            raise Gone(gone)
        return await query(handle, name, patience=patience)

    monkeypatch.setattr(rebuilding, "_listed", listed_without)
    monkeypatch.setattr(rebuilding, "query", ask)


async def _told(house: Lab, workflow_id: str) -> None:
    """Once the case is at rest and the register knows of everything."""
    number = workflow_id.partition(":")[2]

    async def is_told() -> bool:
        record = await house.client.get_workflow_handle(workflow_id).query("record")
        known = (await _rows(house, [number])).get(number)
        letters = [entry for entry in record["entries"] if entry["kind"] == "letter"]
        return bool(letters) and known is not None and known[0] == record["version"]

    await until(is_told, bool)


async def _rows(house: Lab, numbers: list[str], address: str | None = None) -> dict[str, Any]:
    async with await Register.at(address or str(register_of(house.settings))) as register:
        return {number: (one.version, one.row) for number, one in (await register.known(numbers)).items()}


async def test_a_new_register_knows_what_the_old_one_knew(
    house: Lab, gateway: Gateway, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, numbers = await _portfolio(house, gateway)
    every = [number, *numbers]
    for one in (customer_id(number), *map(authorization_id, numbers)):
        await _told(house, one)
    before = await _rows(house, every)
    journal = await vip.done("journal", number)
    monkeypatch.setenv("VIP_DATABASE_URL", "sqlite:///new.sqlite3")
    forget(monkeypatch, numbers[2])
    answer = await vip.done("register", "rebuild")
    assert answer["new"] >= 4
    assert (answer["not_asked"], answer["silent"]) == (0, [])
    after = await _rows(house, every, "sqlite:///new.sqlite3")
    forgotten = numbers[2]
    assert {one: after[one] for one in every if one != forgotten} == {
        one: before[one] for one in every if one != forgotten
    }
    # Of that one its customer alone knows: how it ended, and what was bought.
    version, row = after[forgotten]
    assert (version, row) == (0, {**before[forgotten][1], "held": []})
    async with await Register.at("sqlite:///new.sqlite3") as register:
        assert await register.journal(number) == journal
    again = await vip.done("register", "rebuild")
    assert (again["new"], again["brought_up_to_date"]) == (0, 0)
    assert again["unchanged"] == again["cases"]


async def test_a_register_that_is_behind_or_wrong_is_brought_up_to_date(house: Lab, gateway: Gateway, vip: Vip) -> None:
    body: Any = INVITATION
    number = (await gateway.invite(body, key()))["vip_number"]
    await _told(house, customer_id(number))
    ((version, row),) = (await _rows(house, [number])).values()
    async with await Register.at(str(register_of(house.settings))) as register:
        wrong = {"kind": "customer", "number": number, "vip_number": number, "version": version, "entries": []}
        await register.put({**wrong, "row": {**row, "organization": "Somebody Else"}}, again=True)
    said = await vip("register", "rebuild")
    assert said.status == 0
    assert "1 brought up to date" in said.out
    assert (await _rows(house, [number]))[number] == (version, row)


async def test_what_only_the_register_has_stays(
    house: Lab, gateway: Gateway, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, numbers = await _portfolio(house, gateway)
    forget(monkeypatch, numbers[2])
    async with await Register.at(str(register_of(house.settings))) as register:
        kept = await until(lambda: register.journal(numbers[2]), lambda entries: len(entries) > 1)
        await vip.done("register", "rebuild")
        assert await register.journal(numbers[2]) == kept
        assert (await register.known([numbers[2]]))[numbers[2]].version > 0


async def test_cases_that_cannot_be_asked_are_named(
    house: Lab, gateway: Gateway, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PATIENCE", 3)
    body: Any = INVITATION
    number = "B" * 20
    await house.client.start_workflow("Customer", body, id=customer_id(number), task_queue="nobody-there")
    try:
        async with await Register.at(str(register_of(house.settings))) as register:
            listed = lambda found: any(one.number == number for one in found)  # noqa: E731
            await until(lambda: cases(house.client, register), listed)
        said = await vip("register", "rebuild", "--json")
        assert said.status == 1
        assert said.json["not_asked"] == len(said.json["silent"])
        # On a machine that is busy others may be slow too.
        assert customer_id(number) in [one["workflow_id"] for one in said.json["silent"]]
        assert f"  {customer_id(number)}: " in (await vip("register", "rebuild")).out
    finally:
        await house.customer(number).terminate()


async def test_what_the_register_does_not_know_comes_first_and_a_stop_leaves_what_was_done(
    house: Lab, gateway: Gateway, tmp_path: Path
) -> None:
    body: Any = INVITATION
    numbers = [(await gateway.invite(body, key()))["vip_number"] for _ in range(3)]
    stop, address = asyncio.Event(), f"sqlite:///{tmp_path}/half.sqlite3"
    async with await Register.at(address) as register:
        every = await until(
            lambda: cases(house.client, register), lambda found: set(numbers) <= {one.number for one in found}
        )
        told = list[None]()

        def step() -> None:
            told.append(None)
            if len(told) == 2:
                stop.set()

        done = await rebuild(house.client, register, every, at_once=1, step=step, stop=stop)
        assert done.counts[Became.NEW] >= 2
        known = await register.known([one.number for one in every])
        assert len(known) < len(every)
        first = [one for one in await cases(house.client, register) if one.number not in known]
        assert (await cases(house.client, register))[: len(first)] == first
