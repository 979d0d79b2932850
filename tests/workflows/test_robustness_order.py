"""Who may buy is decided on what has happened, not on what was already told; and updates may come at any time."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateStage

from local import clock
from local.mailbox import MailSink
from tests.workflows.histories import assert_well, events, of_type
from tests.workflows.lab import ACCEPT, LINES, Lab, code_of, settings_for
from worker import working
from workflows.names import authorization_id, customer_id

AUTHORIZE: dict[str, Any] = {"lines": LINES, "requested_by": "account_manager"}


@pytest.fixture
def times(whole: bool) -> int:
    return 25 if whole else 10


async def _customer_with_an_authorization(house: Lab) -> tuple[str, str]:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    return vip, await house.authorize(vip)


async def test_all_overdue_customers_are_refused_while_the_news_is_on_its_way_and_buy_again_after_the_order(
    house: Lab, times: int
) -> None:
    couples = [await _customer_with_an_authorization(house) for _ in range(times)]
    now = await house.now(couples[-1][0])
    # The customers' clocks alone: their authorizations have not yet noticed, and so have told nothing.
    await clock.move(house.client, [customer_id(vip) for vip, _ in couples], now + timedelta(days=15))
    refused = bought = 0
    for vip, number in couples:
        assert (await house.authorization(number).query("details"))["state"] == "pending"
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await house.authorize(vip)
        assert code_of(refusal.value) == "overdue_items"
        refused += 1
        await house.order(number, "place_order", {"order_reference": "PO-1"})
        await house.authorize(vip)
        bought += 1
    assert (refused, bought) == (times, times)


async def test_all_who_paid_what_was_overdue_buy_at_once(house: Lab, times: int) -> None:
    couples = [await _customer_with_an_authorization(house) for _ in range(times)]
    now = await house.now(couples[-1][0])
    both = [case for vip, number in couples for case in (customer_id(vip), authorization_id(number))]
    await clock.move(house.client, both, now + timedelta(days=16))

    async def pay_and_buy(vip: str, number: str) -> None:
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await house.authorize(vip)
        assert code_of(refusal.value) == "overdue_items"
        assert (await house.order(number, "place_order", {"order_reference": "PO-1"}))["state"] == "ordered"
        await house.authorize(vip)

    await asyncio.gather(*(pay_and_buy(*couple) for couple in couples))


@asynccontextmanager
async def closed_house(client: Client) -> AsyncIterator[Lab]:
    """A lab whose worker does not run yet."""
    async with MailSink() as sink:
        yield Lab(client, sink, settings_for(sink, f"test-{secrets.token_hex(4)}"))


async def _send(house: Lab, vip: str, name: str, body: dict[str, Any]) -> "asyncio.Task[Any]":
    """Send an update that nobody can answer yet; it is under way when this returns."""
    task = asyncio.create_task(house.customer(vip).execute_update(name, body))
    await asyncio.sleep(0.2)
    return task


async def test_of_two_contradicting_updates_in_one_workflow_task_one_wins(client: Client) -> None:
    async with closed_house(client) as house:
        async with working(client, house.settings):
            vip = await house.invite()
            await house.tell(vip, "add_offer_types", {"offer_types": ["enterprise"]})
            await clock.settle(client, [customer_id(vip)])
        first = await _send(house, vip, "authorize_purchase", AUTHORIZE)
        second = await _send(house, vip, "withdraw_invitation", {"reason": "wrong organisation"})
        async with working(client, house.settings):
            outcomes = await asyncio.gather(first, second, return_exceptions=True)
            assert isinstance(outcomes[0], dict)
            assert isinstance(outcomes[1], WorkflowUpdateFailedError)
            details = await house.customer(vip).query("details")
            assert (details["state"], len(details["authorizations"])) == ("invited", 1)
            await assert_well(client, [customer_id(vip)])


async def test_two_good_updates_in_one_workflow_task_both_have_their_effect(client: Client) -> None:
    async with closed_house(client) as house:
        async with working(client, house.settings):
            vip = await house.invite()
            await house.tell(vip, "accept_invitation", ACCEPT)
            await clock.settle(client, [customer_id(vip)])
        sent = [await _send(house, vip, "authorize_purchase", AUTHORIZE) for _ in range(3)]
        async with working(client, house.settings):
            answers = await asyncio.gather(*sent)
            assert len({answer["authorization_number"] for answer in answers}) == 3
            await asyncio.gather(
                *(
                    house.order(answer["authorization_number"], "place_order", {"order_reference": f"PO-{turn}"})
                    for turn, answer in enumerate(answers)
                )
            )
            held = (await house.customer(vip).query("details"))["products"][0]["held"]
            assert held == 3 * 5
            await assert_well(client, [customer_id(vip)])


async def test_updates_in_the_very_first_workflow_task_are_answered_or_refused_like_all_others(client: Client) -> None:
    async with closed_house(client) as house:
        vip = await house.invite()
        good = await _send(house, vip, "authorize_purchase", AUTHORIZE)
        unknown = await _send(
            house, vip, "authorize_purchase", {**AUTHORIZE, "lines": [{"product": "no", "quantity": 1}]}
        )
        bad = await _send(house, vip, "accept_invitation", {})
        early = await _send(house, vip, "place_renewal_order", {"order_reference": "R-1"})
        accepted = await _send(house, vip, "accept_invitation", ACCEPT)
        async with working(client, house.settings):
            assert (await good)["state"] == "pending"
            assert (await accepted)["state"] == "accepted"
            for task, code in ((unknown, "product_unknown"), (bad, "invalid_request"), (early, "nothing_to_renew")):
                with pytest.raises(WorkflowUpdateFailedError) as refused:
                    await task
                assert code_of(refused.value) == code
            found = await events(client, customer_id(vip))
            assert len(of_type(found, "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")) == 2
            details = await house.customer(vip).query("details")
            assert (details["state"], len(details["authorizations"])) == ("accepted", 1)
            await assert_well(client, [customer_id(vip)])


async def test_an_update_on_a_start_that_is_refused_is_refused_too(client: Client) -> None:
    async with closed_house(client) as house:
        vip = await house.invite(region="nowhere")
        update = await _send(house, vip, "accept_invitation", ACCEPT)
        async with working(client, house.settings):
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await update
            assert code_of(refused.value) == "invalid_request"
        assert house.sink.attempts == 0


async def test_a_repeat_that_comes_while_the_first_is_under_way_gets_its_answer(house: Lab) -> None:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    answers = await asyncio.gather(
        *(
            house.customer(vip).execute_update("authorize_purchase", AUTHORIZE, id="key:0123456789abcdef")
            for _ in range(8)
        )
    )
    assert all(answer == answers[0] for answer in answers)
    assert len((await house.customer(vip).query("details"))["authorizations"]) == 1


async def test_an_update_may_be_started_and_its_answer_fetched_later(house: Lab) -> None:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    started = await house.customer(vip).start_update(
        "authorize_purchase", AUTHORIZE, wait_for_stage=WorkflowUpdateStage.ACCEPTED
    )
    answer = await started.result()
    assert answer["state"] == "pending"
