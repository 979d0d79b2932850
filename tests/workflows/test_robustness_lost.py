"""An operator may terminate a workflow: what is lost is noticed, shown and written off, and nothing hangs."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from local import clock
from tests.workflows.histories import assert_well, current_details, journal, runs, until
from tests.workflows.lab import ACCEPT, Lab, code_of
from workflows.names import authorization_id, customer_id


async def _couple(house: Lab) -> tuple[str, str]:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    return vip, await house.authorize(vip)


async def _state(house: Lab, vip: str, number: str) -> str:
    details = await house.customer(vip).query("details")
    return str(next(one["state"] for one in details["authorizations"] if one["authorization_number"] == number))


async def _is(house: Lab, vip: str, number: str, state: str) -> bool:
    return await _state(house, vip, number) == state


async def _lost_blocks_until_it_is_written_off(house: Lab, vip: str, number: str) -> None:
    """A13's counterpart for what vanished: it counts as overdue, and write-off settles it."""
    customer = house.customer(vip)
    assert (await customer.query("details"))["lists"].count("overdue_requests") == 1
    assert number in await current_details(customer)
    assert any(entry.get("to") == "lost" for entry in await journal(customer))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.authorize(vip)
    assert code_of(refused.value) == "overdue_items"
    assert number in str(getattr(refused.value.cause, "details", ""))
    with pytest.raises(WorkflowUpdateFailedError) as wrong:
        await house.tell(vip, "write_off_lost", {"authorization_number": "F" * 20, "reason": "gone"})
    assert code_of(wrong.value) == "not_found"
    body = {"authorization_number": number, "reason": "terminated by mistake"}
    answer = await house.tell(vip, "write_off_lost", body, "once")
    assert answer["state"] == "written_off"
    assert await house.tell(vip, "write_off_lost", body, "once") == answer
    await until(partial(_is, house, vip, number, "written_off"))
    assert "overdue_requests" not in (await customer.query("details"))["lists"]
    await house.authorize(vip)
    # It is written by a workflow of its own again, which tells both readers and ends.
    handle = house.authorization(number)
    await asyncio.wait_for(handle.result(), 20)
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert {entry["reader"] for entry in await journal(handle) if entry["kind"] == "letter"} == {
        "contact",
        "account_manager",
    }
    await assert_well(house.client, [customer_id(vip)])


async def test_a_watched_authorization_that_is_terminated_is_lost_at_once(house: Lab) -> None:
    vip, number = await _couple(house)
    await house.authorization(number).terminate("by an operator")
    await until(partial(_is, house, vip, number, "lost"))
    await _lost_blocks_until_it_is_written_off(house, vip, number)


async def test_after_a_roll_over_it_is_noticed_within_a_day_of_its_next_deadline(house: Lab) -> None:
    vip, number = await _couple(house)
    await house.customer(vip).signal("roll_over")
    await until(partial(_has_runs, house, vip, 2))
    await house.authorization(number).terminate("by an operator")
    assert await _state(house, vip, number) == "pending"
    due = await house.now(vip) + timedelta(days=15)
    await clock.move(house.client, [customer_id(vip)], due)
    # Due counts as done, whether or not anybody told.
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.authorize(vip)
    assert code_of(refused.value) == "overdue_items"
    await clock.move(house.client, [customer_id(vip)], due + timedelta(days=1))
    await until(partial(_is, house, vip, number, "lost"))
    await _lost_blocks_until_it_is_written_off(house, vip, number)


async def test_an_authorization_that_only_was_slow_is_back_when_it_speaks(house: Lab) -> None:
    vip, number = await _couple(house)
    await house.customer(vip).signal("roll_over")
    await until(partial(_has_runs, house, vip, 2))
    # Its clock stays behind: it is asked, it lives, and so it is not lost.
    await clock.move(house.client, [customer_id(vip)], await house.now(vip) + timedelta(days=17))
    assert await _state(house, vip, number) == "overdue"
    await house.order(number, "place_order", {"order_reference": "PO-1"})
    assert await _state(house, vip, number) == "ordered"
    await assert_well(house.client, [customer_id(vip), authorization_id(number)])


async def test_one_of_several_lost_blocks_until_the_last_is_settled(house: Lab) -> None:
    vip, first = await _couple(house)
    second, third = await house.authorize(vip), await house.authorize(vip)
    for number in (first, second):
        await house.authorization(number).terminate("by an operator")
        await until(partial(_is, house, vip, number, "lost"))
    await house.tell(vip, "write_off_lost", {"authorization_number": first, "reason": "gone"})
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.authorize(vip)
    assert code_of(refused.value) == "overdue_items"
    await house.customer(vip).signal("roll_over")
    await house.order(third, "place_order", {"order_reference": "PO-3"})
    await until(partial(_has_runs, house, vip, 2))
    assert await _state(house, vip, second) == "lost"
    await house.tell(vip, "write_off_lost", {"authorization_number": second, "reason": "gone"})
    await house.authorize(vip)


async def test_authorizations_of_a_terminated_customer_live_on_and_end(house: Lab) -> None:
    vip, number = await _couple(house)
    other = await house.authorize(vip)
    await house.customer(vip).terminate("by an operator")
    answer = await asyncio.wait_for(house.order(number, "place_order", {"order_reference": "PO-1"}), 10)
    assert answer["state"] == "ordered"
    await house.authorization(number).signal("roll_over")
    await asyncio.wait_for(house.order(other, "cancel", {"reason": "no customer any more"}), 10)
    await asyncio.wait_for(house.authorization(other).result(), 20)
    await clock.move(house.client, [authorization_id(number)], await _now(house, number) + timedelta(days=20))
    result = await asyncio.wait_for(house.authorization(number).result(), 20)
    assert result["state"] == "settled"
    with pytest.raises(Exception, match="already completed"):
        await house.authorize(vip)
    await assert_well(house.client, [authorization_id(number), authorization_id(other)])


async def _now(house: Lab, number: str) -> Any:
    return await clock.now_of(house.client, authorization_id(number))


async def _has_runs(house: Lab, vip: str, number: int) -> bool:
    return len(await runs(house.client, customer_id(vip))) == number
