"""Customers and authorizations that miss each other, and cases that cannot be asked."""

from dataclasses import replace
from typing import Any

import pytest

from cases.customer import CustomerCase
from gateway.doctor import reading
from gateway.doctor.codes import Code
from tests.gateway.doctor.ward import alone, counted, couple, examined, finds, found, plant_in, rolled_over
from tests.workflows.histories import until
from tests.workflows.lab import Lab
from workflows import commands, of_customer
from workflows.names import authorization_id, customer_id


async def test_a_lost_authorization_is_found_until_it_is_written_off(house: Lab) -> None:
    vip, number = await couple(house)
    lines = [{"product": "cc-all-apps-team", "quantity": 1}]
    await house.order(number, "place_order", {"order_reference": "PO-1", "lines": lines})
    await house.authorization(number).terminate("by an operator")
    await until(finds(house, [(Code.AUTHORIZATION_LOST, authorization_id(number))]))
    await house.tell(vip, "write_off_lost", {"authorization_number": number, "reason": "terminated by mistake"})
    # What was ordered of it stays, so it runs again until nothing can be returned any more.
    await until(counted(house.client, 2))
    assert (await examined(house)).findings == []


async def test_an_authorization_that_is_gone_is_found_before_its_customer_notices(house: Lab) -> None:
    vip, number = await couple(house)
    await rolled_over(house, house.customer(vip))
    await house.authorization(number).terminate("by an operator")
    told = [(one.code, one.concerns, one.what) for one in (await examined(house)).findings]
    what = f"its workflow is terminated, and pending for {customer_id(vip)}"
    assert told == [(Code.AUTHORIZATION_GONE, authorization_id(number), what)]


async def test_an_authorization_that_its_customer_does_not_know_is_found(
    house: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    vip, number = await couple(house)

    def change(case: CustomerCase) -> None:
        case.known.clear()
        case.membership.facts = case.membership.facts.model_copy(update={"something_authorized": False})

    await plant_in(house, house.customer(vip), monkeypatch, change)
    # Its lists changed without a word to anybody.
    differs = (Code.REGISTER_DIFFERS, customer_id(vip))
    assert await found(house) == [(Code.AUTHORIZATION_UNKNOWN, authorization_id(number)), differs]


async def test_an_authorization_whose_customer_was_terminated_is_found(house: Lab) -> None:
    vip, number = await couple(house)
    await house.customer(vip).terminate("by an operator")
    listed = (Code.REGISTER_CASE_GONE, customer_id(vip))
    expected = [(Code.CUSTOMER_GONE, authorization_id(number)), listed]
    assert await found(house) == expected
    await until(finds(house, expected, quick=True))


async def test_news_that_never_arrived_is_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    vip, number = await couple(house)

    def change(case: CustomerCase) -> None:
        known = case.known[number]
        case.known[number] = known.model_copy(update={"news": known.news - 1})

    await plant_in(house, house.customer(vip), monkeypatch, change)
    assert await found(house) == [(Code.NEIGHBOURS_DISAGREE, authorization_id(number))]


# --- cases that cannot be asked


def _fails(*_told: Any) -> None:
    raise ZeroDivisionError("Mette Holm")


async def test_a_stuck_workflow_is_found_with_the_kind_of_its_error(
    house: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    vip, _ = await couple(house)
    monkeypatch.setattr(reading, "FAILED_TASKS", 2)  # the third comes ten seconds later
    monkeypatch.setattr(of_customer, "customer_attributes", _fails)
    await house.customer(vip).signal("roll_over")
    await until(finds(house, [(Code.STUCK, customer_id(vip))]))
    what = (await examined(house)).findings[0].what
    assert "ZeroDivisionError" in what
    assert "Mette" not in what


async def test_a_case_that_does_not_answer_is_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    vip = await alone(house)
    monkeypatch.setattr(commands, "carry", _fails)
    report = await examined(house, patience=0.3)
    assert [(one.code, one.concerns) for one in report.findings] == [(Code.SILENT, customer_id(vip))]
    assert "Mette" not in report.findings[0].what


async def test_a_case_of_a_newer_release_is_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    vip = await alone(house)
    monkeypatch.setattr(commands, "carry", lambda _case: {"schema": 99})
    assert await found(house) == [(Code.UNKNOWN_SCHEMA, customer_id(vip))]


async def test_cases_that_no_worker_serves_are_not_asked_and_it_is_said(house: Lab) -> None:
    await couple(house)
    unserved = replace(house, settings=house.settings.model_copy(update={"task_queue": "nobody-there"}))
    await unserved.invite()
    await until(finds(house, [(Code.NO_WORKER, "nobody-there")]))
    report = await examined(house)
    assert report.checked["cases_not_asked"] == 1
    assert report.checked["customers"] == 2
