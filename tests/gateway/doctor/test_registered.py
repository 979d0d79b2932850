"""The register beside the cases: what somebody spoils in it is found, and what is well is not."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, text

from cases.recording import version_of
from cases.simulation import always_up
from gateway.connecting import register_of
from gateway.doctor import registered
from gateway.doctor.codes import Code
from gateway.doctor.examining import Examination
from register.register import Register
from register.telling import Known
from states.policy import Policy
from tests.cases.scripts import BEGIN, lines_of
from tests.cases.test_carrying import begun
from tests.gateway.conftest import Vip
from tests.gateway.doctor.lives import seen
from tests.gateway.doctor.ward import alone, couple, examined, finds, found
from tests.model.both import SOLD
from tests.workflows.histories import until
from tests.workflows.lab import Lab
from workflows.names import authorization_id, customer_id


@pytest_asyncio.fixture(loop_scope="session")
async def register(house: Lab) -> AsyncIterator[Register]:
    address = register_of(house.settings)
    assert address is not None
    async with await Register.at(address) as register:
        yield register


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed a moment ago counts as long ago."""
    monkeypatch.setattr(registered, "BEHIND", timedelta(0))


def spoil(house: Lab, statement: str, **values: Any) -> None:
    """Somebody writes into the register's tables."""
    engine = create_engine(str(register_of(house.settings)))
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0
    engine.dispose()


async def known(register: Register, *numbers: str) -> bool:
    return len(await register.known(numbers)) == len(numbers)


async def test_a_case_that_the_register_does_not_know_is_found(house: Lab, register: Register) -> None:
    vip, number = await couple(house)
    await until(lambda: known(register, vip, number))
    assert await found(house) == []
    spoil(house, "delete from customers where vip_number = :vip", vip=vip)
    spoil(house, "delete from authorizations where authorization_number = :number", number=number)
    expected = [(Code.REGISTER_LACKS_CASE, authorization_id(number)), (Code.REGISTER_LACKS_CASE, customer_id(vip))]
    assert await found(house) == expected
    assert await found(house, quick=True) == expected


async def test_a_case_that_is_behind_is_found_until_the_register_has_heard(house: Lab, register: Register) -> None:
    vip = await alone(house)
    await until(lambda: known(register, vip))
    version = (await register.known([vip]))[vip].version
    spoil(house, "update customers set version = version - 1 where vip_number = :vip", vip=vip)
    told = [(one.code, one.concerns, one.what) for one in (await examined(house)).findings]
    assert told == [(Code.REGISTER_BEHIND, customer_id(vip), f"the register has version {version - 1} of {version}")]
    await house.tell(vip, "add_offer_types", {"offer_types": ["enterprise"]})
    await until(finds(house, []))


async def test_a_row_that_says_something_else_is_found_by_the_names_of_its_fields(
    house: Lab, register: Register
) -> None:
    vip, number = await couple(house)
    await until(lambda: known(register, vip, number))
    record = (await register.known([vip]))[vip]
    lying = {
        **record.row,
        "organization": "Somebody Else",
        "contact": {"name": "Nobody Nix", "email": "nix@example.com"},
    }
    told: Any = {"kind": "customer", "number": vip, "vip_number": vip, "version": record.version, "row": lying}
    await register.put({**told, "entries": []}, again=True)
    report = await examined(house)
    assert [(one.code, one.concerns, one.what) for one in report.findings] == [
        (Code.REGISTER_DIFFERS, customer_id(vip), "in contact, organization")
    ]
    assert "nix" not in str(report.answer()).casefold()
    await register.put({**told, "version": record.version + 5, "entries": []})
    what = (await examined(house)).findings[0].what
    assert what == f"the register has version {record.version + 5}, and it is at {record.version}"


async def test_what_the_register_has_and_no_longer_runs_is_found(house: Lab, register: Register) -> None:
    vip, number = await couple(house)
    await until(lambda: known(register, vip, number))
    await house.authorization(number).terminate("by an operator")
    await until(finds(house, [(Code.AUTHORIZATION_LOST, authorization_id(number))]))
    await house.customer(vip).terminate("by an operator")
    expected = [(Code.REGISTER_CASE_GONE, authorization_id(number)), (Code.REGISTER_CASE_GONE, customer_id(vip))]
    await until(finds(house, expected))
    await until(finds(house, expected, quick=True))


async def test_what_is_over_belongs_into_the_register(house: Lab, register: Register) -> None:
    vip, number = await couple(house)
    await house.order(number, "cancel", {"reason": "agreed"})
    await house.authorization(number).result()
    await until(lambda: known(register, vip, number))
    await until(finds(house, []))


async def test_a_register_that_does_not_answer_is_a_warning(house: Lab, tmp_path: Path) -> None:
    await alone(house)
    rubbish = tmp_path / "rubbish.sqlite3"
    rubbish.write_text("this is no database" * 100)
    queues = house.settings.task_queue, house.settings.mail_task_queue
    async with Register(f"sqlite:///{rubbish}") as away:
        report = await Examination(house.client, *queues, register=away).run(False, lambda _: lambda: None)
    assert [(one.code, one.concerns) for one in report.findings] == [(Code.REGISTER_AWAY, "the register")]
    assert report.healthy


async def test_the_command_says_where_no_register_is(
    house: Lab, vip: Vip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await alone(house)
    assert (await vip.done("doctor"))["findings"] == []
    monkeypatch.setenv("VIP_DATABASE_URL", "off")
    (off,) = (await vip.done("doctor", "--quick"))["findings"]
    assert (off["code"], off["severity"]) == ("register_off", "warning")
    monkeypatch.setenv("VIP_DATABASE_URL", "sqlite:///nowhere.sqlite3")
    (away,) = (await vip.done("doctor", "--quick"))["findings"]
    assert (away["code"], away["what"]) == ("register_away", "there is no nowhere.sqlite3")
    assert "nowhere.sqlite3" not in os.listdir(tmp_path), "whoever looks makes nothing"


def test_what_happened_a_moment_ago_may_still_be_on_its_way(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    life = begun(policy, SOLD, always_up)
    life.tell("authorize_purchase", {"requested_by": "member", "lines": lines_of(1)}, BEGIN + timedelta(hours=1))
    looked_at = seen(life.customer)
    assert looked_at.case is not None
    behind = Known("customer", version_of(life.customer) - 1, {})
    for known, code in ((None, Code.REGISTER_LACKS_CASE), (behind, Code.REGISTER_BEHIND)):
        later = replace(looked_at, now=looked_at.now + timedelta(minutes=2))
        assert list(registered.compare(looked_at, known)) == []
        assert [one.code for one in registered.compare(later, known)] == [code]
