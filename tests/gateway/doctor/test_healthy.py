"""Nothing is found where all is well, whatever a portfolio has been through and whoever is at work on it."""

import asyncio
from datetime import timedelta

import pytest

from gateway.client import Gateway
from gateway.doctor import examining
from local import clock
from samples.planting import plant
from samples.portfolio import generate
from tests.gateway.doctor.ward import counted, couple, examined, found, rolled_over
from tests.workflows.histories import until
from tests.workflows.lab import Lab
from workflows.names import CUSTOMER, authorization_id, customer_id


async def test_nothing_is_found_on_a_portfolio_that_moved_in_rolled_over_and_was_sent_through_time(house: Lab) -> None:
    await plant(Gateway(house.client, task_queue=house.settings.task_queue, patience=90))
    vip, number = await couple(house)
    other, behind = await couple(house)
    family = [customer_id(vip), authorization_id(number)]
    await clock.move(house.client, family, await house.now(vip) + timedelta(days=40))
    # A clock that is moved alone: a customer far ahead of its authorization.
    await clock.move(house.client, [customer_id(other)], await house.now(other) + timedelta(days=30))
    await rolled_over(house, house.customer(vip), house.authorization(number), house.authorization(behind))
    samples = len(list(generate((await house.now(vip)).date())))
    await until(counted(house.client, samples + 2, f'WorkflowType = "{CUSTOMER}" AND ExecutionStatus = "Running"'))
    report = await examined(house)
    assert report.findings == []
    assert report.healthy
    assert report.checked["customers"] == samples + 2
    assert report.checked["journal_entries"] > 150
    assert report.checked["clocks_moved"] >= 3
    assert (await examined(house, quick=True)).findings == []


async def test_nothing_is_found_while_a_customer_is_being_served(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "PAUSE", 0.5)
    vip, number = await couple(house)

    async def serve() -> None:
        for count in range(5):
            handed_over = {"name": "Ida Friis", "email": "ida@example.com", "reason": "left"}
            await house.tell(vip, "hand_over_contact", handed_over)
            order = {"order_reference": f"PO-{count}", "lines": [{"product": "cc-all-apps-team", "quantity": 1}]}
            await house.order(number, "place_order", order)
            await house.authorize(vip)

    visits = 0
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve())
        while not serving.done():
            assert await found(house) == []
            visits += 1
    assert visits
