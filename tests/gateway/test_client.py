"""The gateway: repeats, refusals in words, and what it says of cases that are gone."""

import asyncio
from typing import Any, cast

import pytest

from gateway.bodies import Invite, Line
from gateway.client import Gateway, NotFound, Refused, Unavailable
from gateway.closed import first_answer
from gateway.keys import vip_number
from tests.gateway.waiting import closed, key, until
from tests.workflows.histories import runs
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab
from worker import working
from workflows.names import authorization_id

INVITED, TEAM = cast(Invite, INVITATION), cast(list[Line], LINES)


async def member(gateway: Gateway, **changes: Any) -> str:
    customer = await gateway.start_customer({**INVITATION, **changes}, key())
    number: str = customer["vip_number"]
    await gateway.update_customer(number, "accept_invitation", ACCEPT, key())
    return number


async def authorized(gateway: Gateway, number: str, **changes: Any) -> str:
    body = {"lines": LINES, "requested_by": "account_manager", **changes}
    answer = await gateway.update_customer(number, "authorize_purchase", body, key())
    return str(answer["authorization_number"])


async def test_an_invitation_answers_the_customer_with_a_number_of_twenty_characters(gateway: Gateway) -> None:
    customer = await gateway.invite(INVITED, key())
    assert customer["state"] == "invited"
    assert len(customer["vip_number"]) == 20
    assert customer["authorizations"] == []


async def test_the_same_key_and_body_find_the_same_customer(gateway: Gateway) -> None:
    once, again = await asyncio.gather(*(gateway.invite(INVITED, "the-same-key") for _ in range(2)))
    later = await gateway.start_customer(dict(reversed(INVITATION.items())), "the-same-key")
    assert once["vip_number"] == again["vip_number"] == later["vip_number"]


async def test_the_same_key_with_another_body_is_refused_even_after_a_roll_over(gateway: Gateway, house: Lab) -> None:
    customer = await gateway.invite(INVITED, "used-key")
    handle = house.customer(customer["vip_number"])
    first = (await handle.describe()).run_id
    await handle.signal("roll_over")
    await until(handle.describe, lambda found: found.run_id != first)
    with pytest.raises(Refused) as refused:
        await gateway.start_customer({**INVITATION, "postal_code": "9000"}, "used-key")
    assert refused.value.code == "idempotency_key_reused"
    assert (await gateway.invite(INVITED, "used-key"))["vip_number"] == customer["vip_number"]


async def test_a_bad_invitation_names_every_field_and_starts_nothing(gateway: Gateway) -> None:
    with pytest.raises(Refused) as refused:
        await gateway.start_customer({"organization": "A\x00", "region": "XX"}, "bad-body")
    fields = {reason["field"] for reason in refused.value.reasons}
    assert refused.value.code == "invalid_request"
    assert {"organization", "region", "contact", "account_manager", "address"} <= fields


async def test_a_refused_start_may_come_again_with_the_same_key(gateway: Gateway) -> None:
    with pytest.raises(Refused) as refused:
        await gateway.start_customer({**INVITATION, "anniversary_date": "2000-01-01"}, "second-try")
    assert refused.value.code == "anniversary_out_of_range"
    assert (await gateway.invite(INVITED, "second-try"))["state"] == "invited"


async def test_a_repeated_update_gets_the_first_answer_and_another_body_is_refused(gateway: Gateway) -> None:
    number, body = await member(gateway), {"lines": LINES, "requested_by": "member"}
    first = await gateway.update_customer(number, "authorize_purchase", body, "k1")
    assert await gateway.update_customer(number, "authorize_purchase", body, "k1") == first
    with pytest.raises(Refused) as refused:
        await gateway.update_customer(number, "authorize_purchase", {**body, "requested_by": "account_manager"}, "k1")
    assert refused.value.code == "idempotency_key_reused"
    assert len((await gateway.customer(number))["authorizations"]) == 1


async def test_a_refusal_has_every_reason(gateway: Gateway) -> None:
    number = await member(gateway)
    lines = [{"product": "cc-all-apps-enterprise", "quantity": 1}, {"product": "nothing", "quantity": 0}]
    with pytest.raises(Refused) as refused:
        await gateway.update_customer(number, "authorize_purchase", {"lines": lines, "requested_by": "member"}, key())
    assert refused.value.code == "product_unknown"
    assert [reason["code"] for reason in refused.value.reasons] == [
        "product_unknown",
        "offer_type_missing",
        "quantity_out_of_range",
    ]


@pytest.mark.parametrize("bad", ["", "x" * 129, "with space", "ü"])
async def test_a_key_that_is_none_is_refused(gateway: Gateway, bad: str) -> None:
    with pytest.raises(Refused) as refused:
        await gateway.invite(INVITED, bad)
    assert refused.value.code == "invalid_request"


async def test_a_preview_answers_as_authorizing_would_and_nothing_happens(gateway: Gateway) -> None:
    number = await member(gateway)
    shown = await gateway.preview(number, {"lines": TEAM, "requested_by": "member"})
    assert shown["provisional"]
    assert (await gateway.customer(number))["authorizations"] == []
    with pytest.raises(Refused) as refused:
        await gateway.preview(number, {"lines": [{"product": "nothing", "quantity": 1}], "requested_by": "member"})
    assert refused.value.code == "product_unknown"


async def test_numbers_that_nobody_has_are_not_found(gateway: Gateway) -> None:
    for number in ("Z" * 20, "A" * 20, "short", "x" * 20):
        with pytest.raises(NotFound):
            await gateway.details(number)
        with pytest.raises(NotFound):
            await gateway.journal(number)
    with pytest.raises(NotFound):
        await gateway.update_customer("Z" * 20, "resend_invitation", {}, key())
    with pytest.raises(NotFound):
        await gateway.update_authorization("A" * 20, "cancel", {"reason": "x"}, key())


async def test_a_closed_authorization_refuses_as_its_table_says(gateway: Gateway, house: Lab) -> None:
    number = await authorized(gateway, await member(gateway))
    cancelled = await gateway.update_authorization(number, "cancel", {"reason": "no"}, "cancel-key")
    assert cancelled["state"] == "cancelled"
    await closed(house, number)
    expected: dict[str, tuple[dict[str, Any], str]] = {
        "cancel": ({"reason": "no"}, "not_pending"),
        "extend": ({"days": 1, "reason": "no"}, "not_pending"),
        "place_order": ({"order_reference": "SO-1"}, "nothing_open"),
        "write_off": ({"reason": "no"}, "not_overdue"),
        "deactivate": ({"reason": "no"}, "not_overdue"),
        "request_return": ({"order_reference": "SO-1", "reason": "no"}, "not_ordered"),
        "confirm_return": ({}, "no_return_open"),
        "decline_return": ({"reason": "no"}, "no_return_open"),
    }
    for name, (body, code) in expected.items():
        with pytest.raises(Refused) as refused:
            await gateway.update_authorization(number, name, body, key())
        assert refused.value.code == code, name
    with pytest.raises(Refused) as bad:
        await gateway.update_authorization(number, "cancel", {}, key())
    assert bad.value.code == "invalid_request"
    assert (await gateway.details(number))["state"] == "cancelled"
    assert [entry["to"] for entry in await gateway.journal(number) if entry["kind"] == "transition"][-1] == "cancelled"


async def test_a_repeat_on_a_closed_authorization_still_gets_the_first_answer(gateway: Gateway, house: Lab) -> None:
    number = await authorized(gateway, await member(gateway))
    first = await gateway.update_authorization(number, "cancel", {"reason": "no"}, "once")
    await closed(house, number)
    assert await gateway.update_authorization(number, "cancel", {"reason": "no"}, "once") == first


async def test_a_repeat_of_what_an_earlier_run_answered_gets_that_answer_from_a_closed_one(
    gateway: Gateway, house: Lab
) -> None:
    number = await authorized(gateway, await member(gateway))
    body = {"days": 3, "reason": "agreed"}
    extended = await gateway.update_authorization(number, "extend", body, "extended-once")
    await house.authorization(number).signal("roll_over")
    await until(lambda: runs(house.client, house.authorization(number).id), lambda found: len(found) == 2)
    await gateway.update_authorization(number, "cancel", {"reason": "no"}, key())
    await closed(house, number)
    assert await gateway.update_authorization(number, "extend", body, "extended-once") == extended
    with pytest.raises(Refused) as refused:
        await gateway.update_authorization(number, "extend", body, key())
    assert refused.value.code == "not_pending"


async def test_an_order_that_a_closed_authorization_recorded_is_answered_again(gateway: Gateway, house: Lab) -> None:
    number = await authorized(gateway, await member(gateway))
    order = {"order_reference": "SO-9"}
    await gateway.update_authorization(number, "place_order", order, key())
    await gateway.update_authorization(number, "request_return", {**order, "reason": "wrong"}, key())
    await gateway.update_authorization(number, "confirm_return", {}, key())
    await closed(house, number)
    again = await gateway.update_authorization(number, "place_order", order, key())
    assert (again["authorization_number"], again["state"]) == (number, "returned")
    other = {**order, "lines": [{"product": "cc-all-apps-team", "quantity": 1}]}
    with pytest.raises(Refused) as refused:
        await gateway.update_authorization(number, "place_order", other, key())
    assert refused.value.code == "order_reference_conflict"


async def test_a_lost_authorization_can_be_written_off_and_nothing_else(gateway: Gateway, house: Lab) -> None:
    vip = await member(gateway)
    number = await authorized(gateway, vip)
    await house.authorization(number).terminate()
    await until(lambda: gateway.customer(vip), lambda found: found["open_authorizations"][0]["state"] == "lost")
    with pytest.raises(Refused) as refused:
        await gateway.update_authorization(number, "cancel", {"reason": "no"}, key())
    assert refused.value.code == "not_pending"
    with pytest.raises(Refused) as blocked:
        await authorized(gateway, vip)
    assert blocked.value.code == "overdue_items"
    written = await gateway.update_authorization(number, "write_off", {"reason": "gone"}, "write-off")
    assert written["state"] == "written_off"
    await authorized(gateway, vip)


async def test_what_is_taken_over_is_there_at_once_and_not_taken_for_lost(gateway: Gateway) -> None:
    asked = [{"requested_on": "2026-01-05", "lines": LINES} for _ in range(5)]
    history = {"invited_on": "2026-01-01", "accepted_on": "2026-01-02", "authorizations": asked}
    customer = await gateway.start_customer({**INVITATION, "history": history}, key())
    number = customer["vip_number"]
    for one in customer["authorizations"]:
        assert await gateway.authorization(one["authorization_number"])
    assert [one["state"] for one in (await gateway.customer(number))["authorizations"]] == ["overdue"] * 5
    assert not [entry for entry in await gateway.journal(number) if entry.get("to") == "lost"]


async def test_without_a_worker_the_answer_is_unavailable_and_the_key_finds_out_later(house: Lab) -> None:
    queue = f"nobody-{key()}"
    settings = house.settings.model_copy(update={"task_queue": queue, "mail_task_queue": f"{queue}-mail"})
    nobody = Gateway(house.client, task_queue=settings.task_queue, patience=0.5)
    with pytest.raises(Unavailable) as unavailable:
        await nobody.invite(INVITED, "nobody-there")
    assert unavailable.value.key == "nobody-there"
    with pytest.raises(Unavailable) as without_a_key:
        await nobody.invite(INVITED)
    made = without_a_key.value.key
    assert made is not None
    async with working(house.client, settings):
        somebody = Gateway(house.client, task_queue=settings.task_queue, patience=60)
        customer = await somebody.invite(INVITED, made)
    assert customer["vip_number"] == vip_number(made, "")


async def test_an_authorization_that_was_terminated_before_it_began_has_answered_nothing(house: Lab) -> None:
    handle = await house.client.start_workflow(
        "PurchaseAuthorization", {}, id=authorization_id("F" * 20), task_queue="nobody-works-here"
    )
    await handle.terminate()
    assert await first_answer(handle, "cancel-1", 1) is None
