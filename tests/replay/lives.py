"""Lives whose histories are kept: each is lived on a real server when they are recorded anew (`--record`)."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from local import clock
from tests.workflows.histories import runs
from tests.workflows.lab import ACCEPT, LINES, Lab
from workflows.names import authorization_id, customer_id

Life = Callable[[Lab], Awaitable[str]]
"""Lives it and returns the VIP number."""


async def _accepted(house: Lab) -> str:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    return vip


async def _pass(house: Lab, vip: str, days: float) -> None:
    """Customer and authorizations go through time together, from one event to the next."""
    cases = [customer_id(vip), *map(authorization_id, house.numbers[vip])]
    to = await house.now(vip) + timedelta(days=days)
    step = await house.now(vip)
    while step < to:
        step = min(to, step + timedelta(days=7))
        await clock.move(house.client, cases, step)


async def _days_ago(house: Lab, days: int) -> str:
    """By the clock of the cases here."""
    now = await clock.now_of(house.client, customer_id(await _accepted(house)))
    return (now.date() - timedelta(days=days)).isoformat()


async def _taken_over(house: Lab, authorizations: list[dict[str, Any]]) -> str:
    since = min(one["requested_on"] for one in authorizations)
    vip = await house.invite(history={"invited_on": since, "accepted_on": since, "authorizations": authorizations})
    details = await house.customer(vip).query("details")
    house.numbers[vip] = [one["authorization_number"] for one in details["open_authorizations"]]
    return vip


async def ordered_in_time(house: Lab) -> str:
    vip = await _accepted(house)
    number = await house.authorize(vip, purchase_order="P-1")
    await _pass(house, vip, 3)
    await house.order(number, "place_order", {"order_reference": "PO-1"})
    await _pass(house, vip, 18)
    return vip


async def overdue_deactivated_and_reactivated(house: Lab) -> str:
    vip = await _accepted(house)
    number = await house.authorize(vip)
    await _pass(house, vip, 7)
    await house.order(number, "extend", {"days": 5, "reason": "holidays"})
    await house.order(number, "place_order", {"order_reference": "PO-1", "lines": [{**LINES[0], "quantity": 2}]})
    await _pass(house, vip, 70)
    await house.order(number, "place_order", {"order_reference": "PO-2"})
    return vip


async def returned_written_off_and_cancelled(house: Lab) -> str:
    vip = await _accepted(house)
    ordered, cancelled = await house.authorize(vip), await house.authorize(vip)
    await house.order(ordered, "place_order", {"order_reference": "PO-1"})
    await house.order(ordered, "request_return", {"order_reference": "PO-1", "reason": "too many"})
    await house.order(ordered, "confirm_return", {"lines": [{**LINES[0], "quantity": 1}]})
    await house.order(cancelled, "cancel", {"reason": "wrong product"})
    late = await house.authorize(vip)
    await _pass(house, vip, 16)
    await house.order(late, "write_off", {"reason": "never paid"})
    return vip


async def asked_for_by_the_member_and_returned(house: Lab) -> str:
    vip = await _accepted(house)
    number = await house.authorize(vip, requested_by="member")
    await house.order(number, "place_order", {"order_reference": "PO-1"})
    await house.order(number, "request_return", {"order_reference": "PO-1", "reason": "too many"})
    await house.order(number, "decline_return", {"reason": "too late for that"})
    await house.order(number, "request_return", {"order_reference": "PO-1", "reason": "all of it"})
    await house.order(number, "confirm_return", {})
    return vip


async def deactivated_by_hand(house: Lab) -> str:
    """Taken over past its last day; the warning gets out to nobody."""
    for reader in ("mette@example.com", "jens@example.org"):
        house.sink.answers[reader] = "550 5.1.1 no such user"
    vip = await _taken_over(house, [{"requested_on": await _days_ago(house, 65), "lines": LINES}])
    (number,) = house.numbers[vip]
    await _pass(house, vip, 2)
    await house.order(number, "deactivate", {"reason": "no warning gets out"})
    house.sink.answers.clear()
    await house.order(number, "write_off", {"reason": "nobody there"})
    return vip


async def lost_and_written_off(house: Lab) -> str:
    vip = await _accepted(house)
    number = await house.authorize(vip)
    await house.authorization(number).terminate("by an operator")
    await clock.settle(house.client, [customer_id(vip)])
    await house.tell(vip, "write_off_lost", {"authorization_number": number, "reason": "terminated"})
    return vip


async def invited_again_and_withdrawn(house: Lab) -> str:
    vip = await house.invite()
    await _pass(house, vip, 20)
    await house.tell(vip, "resend_invitation", {})
    await house.tell(vip, "hand_over_contact", {"name": "Bo Lund", "email": "bo@example.com", "reason": "left"})
    await _pass(house, vip, 65)
    await house.tell(vip, "withdraw_invitation", {"reason": "no answer"})
    return vip


async def renewed_for_a_second_year(house: Lab) -> str:
    vip = await _accepted(house)
    await house.tell(vip, "record_order", {"order_reference": "D-1", "lines": LINES})
    await house.tell(vip, "assign_account_manager", {"id": "am-2", "name": "Ida Bay", "email": "ida@example.org"})
    await _pass(house, vip, 345)
    await house.tell(vip, "place_renewal_order", {"order_reference": "R-1"})
    await _pass(house, vip, 60)
    return vip


async def declined_and_lapsed(house: Lab) -> str:
    vip = await _accepted(house)
    await house.tell(vip, "record_order", {"order_reference": "D-1", "lines": LINES})
    await _pass(house, vip, 345)
    await house.tell(vip, "decline_renewal", {"reason": "fewer people", "lines": [{**LINES[0], "quantity": 2}]})
    await _pass(house, vip, 60)
    return vip


async def letters_that_did_not_get_through(house: Lab) -> str:
    house.sink.answers["mette@example.com"] = "550 5.1.1 no such user"
    vip = await _accepted(house)
    await clock.settle(house.client, [customer_id(vip)])
    house.sink.answers["mette@example.com"] = "451 4.3.0 not now"
    number = await house.authorize(vip)
    await clock.settle(house.client, [customer_id(vip), authorization_id(number)])
    await house.customer(vip).signal("roll_over")
    await house.authorization(number).signal("roll_over")
    await clock.settle(house.client, [customer_id(vip), authorization_id(number)])
    house.sink.answers.clear()
    await _pass(house, vip, 8)
    await house.authorization(number).signal("roll_over")
    return vip


async def addresses_stopped_and_lifted(house: Lab) -> str:
    """A letter comes back, another is refused; both times the contact's letters go again when a person says so."""
    vip = await _accepted(house)
    first, second = await house.authorize(vip), await house.authorize(vip)
    await clock.settle(house.client, [customer_id(vip), authorization_id(first), authorization_id(second)])
    bounced = {"letter": "products_added", "reader": "contact", "caused_at": (await house.now(vip)).isoformat()}
    await house.order(first, "record_bounce", {**bounced, "permanent": True, "status": "5.1.1"})
    await house.tell(vip, "record_bounce", {**bounced, "letter": "welcome", "permanent": False})
    await clock.settle(house.client, [customer_id(vip), authorization_id(first), authorization_id(second)])
    await house.order(second, "place_order", {"order_reference": "PO-1"})
    await house.tell(vip, "lift_address", {"reason": "it was a typing error there"})
    house.sink.answers["mette@example.com"] = "550 5.1.1 no such user"
    await house.order(first, "place_order", {"order_reference": "PO-2"})
    await clock.settle(house.client, [customer_id(vip), authorization_id(first), authorization_id(second)])
    house.sink.answers.clear()
    for number in house.numbers[vip]:
        await house.authorization(number).signal("roll_over")
    await house.customer(vip).signal("roll_over")
    await clock.settle(house.client, [customer_id(vip), authorization_id(first), authorization_id(second)])
    await house.tell(vip, "record_order", {"order_reference": "D-1", "lines": LINES})
    await house.tell(vip, "lift_address", {"reason": "the mailbox is there again"})
    await house.order(second, "request_return", {"order_reference": "PO-1", "reason": "too many"})
    await house.order(second, "confirm_return", {"lines": [{**LINES[0], "quantity": 1}]})
    return vip


async def taken_over(house: Lab) -> str:
    past = await _days_ago(house, 40)
    ordered = {"requested_on": past, "lines": LINES, "orders": [{"order_reference": "O-1", "ordered_on": past}]}
    vip = await _taken_over(house, [{"requested_on": past, "lines": LINES}, ordered])
    await house.tell(vip, "add_offer_types", {"offer_types": ["enterprise"]})
    return vip


LIVES: dict[str, Life] = {
    life.__name__: life
    for life in (
        ordered_in_time,
        overdue_deactivated_and_reactivated,
        returned_written_off_and_cancelled,
        asked_for_by_the_member_and_returned,
        deactivated_by_hand,
        lost_and_written_off,
        invited_again_and_withdrawn,
        renewed_for_a_second_year,
        declined_and_lapsed,
        letters_that_did_not_get_through,
        addresses_stopped_and_lifted,
        taken_over,
    )
}


async def histories_of(house: Lab, vip: str) -> dict[str, str]:
    """Every run of the customer and of its authorizations, as JSON by a name."""
    found: dict[str, str] = {}
    await clock.settle(house.client, [customer_id(vip)])
    for case in [customer_id(vip), *map(authorization_id, house.numbers[vip])]:
        kind = case.partition(":")[0]
        number = sum(name.startswith(f"{kind}-") and name.endswith("-1") for name in found) + 1
        for turn, run in enumerate(await runs(house.client, case), 1):
            history = await house.client.get_workflow_handle(case, run_id=run).fetch_history()
            found[f"{kind}-{number}-{turn}"] = _one_event_a_line(_without_traces(history.to_json()))
    return found


def _without_traces(history: str) -> str:
    """Where a failure was raised is of one machine, and no replay asks for it."""
    return re.sub(r'"stackTrace":\s*"(?:[^"\\]|\\.)*"', '"stackTrace": ""', history)


def _one_event_a_line(history: str) -> str:
    lines = (json.dumps(event, separators=(",", ":")) for event in json.loads(history)["events"])
    return '{"events": [\n' + ",\n".join(lines) + "\n]}"
