"""Whatever anybody sends gets a defined answer, and stops no workflow."""

import asyncio
import secrets
from functools import partial
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from local import clock
from tests.workflows.histories import assert_well, journal, runs, until
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab, code_of
from workflows.names import AUTHORIZATION_UPDATES, CUSTOMER_UPDATES, authorization_id, customer_id


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


RUBBISH: dict[str, list[Any]] = {
    "nothing": [],
    "null": [None],
    "a string": ["x"],
    "a list": [[{"lines": []}]],
    "a number": [7],
    "an empty object": [{}],
    "wrong types": [{"lines": 7, "order_reference": {}, "contact": [], "news": "x", "facts": None, "actor": 1.5}],
    "bytes": [b"\xff\xfe"],
    "no UTF-8": [raw(b'{"actor": "\xff"}')],
    "no JSON": [raw(b"{oops")],
    "an unknown encoding": [raw(b"1", b"x/y")],
    "no encoding": [RawValue(Payload(data=b"1"))],
    "a number of 5000 digits": [raw(b"9" * 5000)],
    "NaN and infinity": [raw(b'{"quantity": NaN, "news": Infinity}')],
    "half a character": [raw(b'{"actor": "\\ud800"}')],
    "twenty thousand brackets": [raw(b"[" * 20_000 + b"]" * 20_000)],
    "control characters": [{**ACCEPT, "actor": "a\x00b\x1b[31m\n", "order_reference": "\u202e"}],
    "100 KB": [{"actor": "x" * 100_000}],
    "a carried case of another form": [{"carried": {"schema": 99}}],
    "a carried case that is none": [{"carried": []}],
}


def refused(error: BaseException | None) -> str:
    assert isinstance(error, ApplicationError)
    assert error.non_retryable
    return error.type or ""


async def _couple(house: Lab) -> tuple[WorkflowHandle[Any, Any], WorkflowHandle[Any, Any]]:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    return house.customer(vip), house.authorization(await house.authorize(vip))


async def _both_serve(house: Lab, customer: WorkflowHandle[Any, Any], authorization: WorkflowHandle[Any, Any]) -> None:
    await assert_well(house.client, [customer.id, authorization.id])
    assert (await authorization.query("details"))["state"] == "pending"
    await authorization.execute_update("place_order", {"order_reference": "PO-1"})
    assert (await customer.query("details"))["products"][0]["held"] == LINES[0]["quantity"]
    await customer.execute_update("authorize_purchase", {"lines": LINES, "requested_by": "member"})
    await assert_well(house.client, [customer.id, authorization.id])


async def test_every_update_refuses_rubbish_and_leaves_nothing_in_the_history(house: Lab) -> None:
    customer, authorization = await _couple(house)
    await clock.settle(house.client, [customer.id, authorization.id])
    before = [len((await one.fetch_history()).events) for one in (customer, authorization)]
    for handle, names in ((customer, CUSTOMER_UPDATES), (authorization, AUTHORIZATION_UPDATES)):
        for name in names:
            for what, arguments in RUBBISH.items():
                if what == "an empty object" and name in ("resend_invitation", "confirm_return"):
                    continue
                with pytest.raises(WorkflowUpdateFailedError) as failure:
                    await handle.execute_update(name, args=arguments)
                assert code_of(failure.value) in ("invalid_request", "body_too_large"), (name, what)
    assert [len((await one.fetch_history()).events) for one in (customer, authorization)] == before
    await _both_serve(house, customer, authorization)


async def test_a_refusal_of_rubbish_names_each_field(house: Lab) -> None:
    customer, _ = await _couple(house)
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await customer.execute_update("authorize_purchase", {"lines": [{"product": "?"}], "extra": 1})
    assert isinstance(failure.value.cause, ApplicationError)
    fields = {reason["field"] for reason in failure.value.cause.details[0]}
    assert fields >= {"lines.0.product", "lines.0.quantity", "requested_by", "extra"}


async def test_two_arguments_and_unknown_updates_are_refused(house: Lab) -> None:
    customer, authorization = await _couple(house)
    for handle, name in ((customer, "authorize_purchase"), (authorization, "place_order")):
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(name, args=[{}, {}])
        with pytest.raises(WorkflowUpdateFailedError, match="failed") as failure:
            await handle.execute_update("no_such_update", {})
        assert "known updates" in str(failure.value.cause)
    await _both_serve(house, customer, authorization)


async def test_every_signal_takes_rubbish_and_unknown_signals_are_taken_too(house: Lab) -> None:
    customer, authorization = await _couple(house)
    for handle in (customer, authorization):
        for name in ("authorization_changed", "customer_changed", "roll_over", "no_such_signal"):
            for arguments in (*RUBBISH.values(), [{}, {}], ["a", 1, None]):
                await handle.signal(name, args=arguments)
    await _both_serve(house, customer, authorization)


async def test_news_that_has_the_right_form_but_makes_no_sense_changes_nothing(house: Lab) -> None:
    customer, authorization = await _couple(house)
    number = authorization.id.removeprefix("authorization:")
    facts = {"requested_at": "0001-01-01T00:00:00Z", "requested_by": "member", "lines": {"x": -(10**40)}}
    news = {
        "authorization_number": number,
        "news": 10**30,
        "state": "pending",
        "since": "0001-01-01T00:00:00Z",
        "facts": facts,
    }
    await customer.signal("authorization_changed", news)
    await customer.signal("authorization_changed", {**news, "since": "9999-12-31T23:59:59Z"})
    far = {**facts, "requested_at": "9999-12-31T23:59:59Z"}
    await customer.signal("authorization_changed", {**news, "facts": far})
    person = {"name": "x", "email": "x"}
    view = {
        "news": 10**30,
        "organization": "x",
        "contact": person,
        "account_manager": {**person, "id": "x"},
        "language": "en",
        "accepted": True,
        "invitation": 1,
        "anchor": "9999-12-31",
        "anniversary": "9999-12-31",
        "term_start": "0001-01-01",
    }
    await authorization.signal("customer_changed", view)
    await _both_serve(house, customer, authorization)


async def test_queries_answer_whatever_they_are_asked_with(house: Lab) -> None:
    customer, authorization = await _couple(house)
    for handle in (customer, authorization):
        for arguments in RUBBISH.values():
            await handle.query("details", args=arguments)
            await handle.query("journal", args=arguments)
    for arguments in RUBBISH.values():
        answer = await customer.query("preview", args=arguments)
        assert {reason["code"] for reason in answer["reasons"]} <= {"invalid_request", "body_too_large"}
    with pytest.raises(WorkflowQueryFailedError):
        await customer.query("no_such_query")
    await _both_serve(house, customer, authorization)


@pytest.mark.parametrize("workflow_type", ["Customer", "PurchaseAuthorization"])
async def test_a_start_with_rubbish_ends_failed_before_any_letter(house: Lab, workflow_type: str) -> None:
    handles = {}
    for what, arguments in {**RUBBISH, "two arguments": [{}, {}]}.items():
        number = secrets.token_hex(10).upper()
        name = customer_id(number) if workflow_type == "Customer" else authorization_id(number)
        handles[what] = await house.client.start_workflow(
            workflow_type, args=arguments, id=name, task_queue=house.settings.task_queue
        )
    for what, handle in handles.items():
        with pytest.raises(WorkflowFailureError) as failure:
            await asyncio.wait_for(handle.result(), 10)
        assert refused(failure.value.cause) in ("invalid_request", "body_too_large"), what
        await assert_well(house.client, [handle.id])
    assert house.sink.attempts == 0


@pytest.mark.parametrize(
    "workflow_id", ["customer:x", "someone", f"customer:{'a' * 20}", "A" * 20, f"customer:{'A' * 21}"]
)
async def test_a_start_whose_id_is_no_vip_number_ends_failed(house: Lab, workflow_id: str) -> None:
    handle = await house.client.start_workflow(
        "Customer", INVITATION, id=workflow_id, task_queue=house.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failure:
        await handle.result()
    assert refused(failure.value.cause) == "invalid_request"
    assert house.sink.attempts == 0


async def test_an_authorization_started_by_hand_ends_failed_even_with_what_a_customer_would_carry(house: Lab) -> None:
    _, authorization = await _couple(house)
    started = (await authorization.fetch_history()).events[0].workflow_execution_started_event_attributes
    carried = (await house.client.data_converter.decode(started.input.payloads))[0]
    assert isinstance(carried["carried"], dict)
    copy = await house.client.start_workflow(
        "PurchaseAuthorization", carried, id=authorization_id("A" * 20), task_queue=house.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failure:
        await copy.result()
    assert refused(failure.value.cause) == "invalid_request"


async def test_a_request_to_cancel_is_noted_and_not_followed(house: Lab) -> None:
    customer, authorization = await _couple(house)
    for handle in (customer, authorization):
        await handle.cancel()
        await until(partial(_noted, handle, 1))
        await handle.signal("roll_over")
        await until(partial(_has_runs, house, handle, 2))
        await handle.cancel()
        await until(partial(_noted, handle, 2))
    await _both_serve(house, customer, authorization)


async def test_a_number_that_is_taken_by_a_stranger_blocks_neither_customer(house: Lab) -> None:
    _, authorization = await _couple(house)
    number = authorization.id.removeprefix("authorization:")
    history = {
        "invited_on": "2026-01-01",
        "accepted_on": "2026-01-02",
        "authorizations": [{"authorization_number": number, "requested_on": "2026-11-15", "lines": LINES}],
    }
    vip = await house.invite(history=history)
    await house.tell(vip, "add_offer_types", {"offer_types": ["team"]})
    await until(partial(_has_lost, house, vip))
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await house.authorize(vip)
    assert code_of(failure.value) == "overdue_items"
    await house.tell(vip, "add_offer_types", {"offer_types": ["enterprise"]})
    await assert_well(house.client, [customer_id(vip), authorization.id])


async def _noted(handle: WorkflowHandle[Any, Any], times: int) -> bool:
    return sum("cancel" in entry.get("reason", "") for entry in await journal(handle)) == times


async def _has_runs(house: Lab, handle: WorkflowHandle[Any, Any], number: int) -> bool:
    return len(await runs(house.client, handle.id)) == number


async def _has_lost(house: Lab, vip: str) -> bool:
    details = await house.customer(vip).query("details")
    return [one["state"] for one in details["authorizations"]] == ["lost"]
