"""An account manager's morning on a real server: every command of the agenda is pasted, and settles its item."""

import shlex
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.agenda.words import WORDS, Kind
from gateway.client import Gateway
from tests.gateway.conftest import Vip
from tests.gateway.waiting import key
from tests.workflows.histories import until
from tests.workflows.lab import INVITATION, Lab

MANAGER = {"id": "am-morning", "name": "Jens Friis", "email": "jens@example.org"}
LINES = [{"product": "photoshop-team", "quantity": 3}]
DECIDED = {
    "PRODUCT=QUANTITY": "photoshop-team=1",
    "WHO-ACCEPTED": "Mette Holm",
    "NEW-NAME": "Ida Friis",
    "NEW-ADDRESS": "ida@example.com",
    "WHY": "so it was agreed",
}
"""What a person puts in the place of what stands in capitals."""
Said = dict[str, Any]


def ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def _asked(days: int, **more: Any) -> Said:
    return {"requested_on": ago(days), "requested_by": "member", "lines": LINES, **more}


def _paid(days: int) -> Said:
    return {"lines": LINES, "orders": [{"order_reference": "PO-1", "ordered_on": ago(days), "lines": LINES}]}


async def _portfolio(house: Lab, gateway: Gateway) -> None:
    """A customer for each situation; its organisation is called after what the agenda is to say."""

    async def lives(name: str, invited: int, accepted: int | None, *bought: Said, **more: Any) -> str:
        past = {"invited_on": ago(invited), "authorizations": list(bought), **more.pop("past", {})}
        history = past if accepted is None else {**past, "accepted_on": ago(accepted)}
        body: Any = {**INVITATION, "organization": name, "account_manager": MANAGER, "history": history, **more}
        number: str = (await gateway.invite(body, key()))["vip_number"]
        return number

    await lives("invitation_unanswered", 10, None)
    await lives("invitation_expired", 40, None)
    await lives("no_products", 10, 9)
    await lives("order_to_place", 30, 29, _asked(5))
    await lives("order_overdue", 30, 29, _asked(20))
    await lives("last_warning", 90, 89, _asked(60, warned_on=ago(14)))
    await lives("deactivation_held", 90, 89, _asked(70))
    await lives("order_deactivated", 90, 89, _asked(80, warned_on=ago(30)))
    await lives("renewal_ready", 400, 399, _paid(350))
    await lives("renewal_past_due", 400, 399, _paid(370))
    await lives("invitation_undelivered", 5, None, past={"undelivered_to": ["contact"]})
    await lives("letter_undelivered", 30, 29, _paid(20), past={"undelivered_to": ["contact"]})
    await lives("contact_unreachable", 30, 29, _paid(20), past={"letters_stopped": ["contact"]})
    await lives("manager_unreachable", 30, 29, _paid(20), past={"letters_stopped": ["account_manager"]})
    returning = await lives("return_to_confirm", 30, 29, _paid(5))
    (number,) = [one["authorization_number"] for one in (await gateway.customer(returning))["authorizations"]]
    await gateway.request_return(number, {"order_reference": "PO-1", "reason": "too many"}, key())
    losing = await lives("authorization_lost", 30, 29, _asked(5))
    (gone,) = [one["authorization_number"] for one in (await gateway.customer(losing))["authorizations"]]
    await house.authorization(gone).terminate("by an operator")
    await gateway.assign_account_manager(
        losing, {"id": MANAGER["id"], "name": "Jens F.", "email": MANAGER["email"]}, key()
    )


async def _items(vip: Vip) -> dict[tuple[str, str], Said]:
    answer = await vip.done("agenda", "--managed-by", "am-morning", "--days", "60")
    return {(one["what"], one.get("authorization_number", one["vip_number"])): one for one in answer["items"]}


def _says(vip: Vip, condition: Callable[[dict[tuple[str, str], Said]], bool]) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return condition(await _items(vip))

    return holds


@pytest.mark.timeout(300)
async def test_every_command_of_the_agenda_settles_what_it_stands_beside(
    house: Lab, gateway: Gateway, vip: Vip
) -> None:
    await _portfolio(house, gateway)
    waiting = {what.value for what, words in WORDS.items() if words.kind is Kind.WAITS}
    await until(_says(vip, lambda items: waiting <= {what for what, _ in items}))
    items = await _items(vip)
    assert waiting == {what for (what, _), one in items.items() if one["organization"] == what}
    assert [one["on"] for one in items.values()] == sorted(one["on"] for one in items.values())
    pasted = 0
    for (what, number), item in items.items():
        assert ("command" in item) is (what in waiting)
        if item["organization"] != what:
            continue
        words = [DECIDED.get(word, word) for word in shlex.split(item["command"])[1:]]
        said = await vip(*(f"SO-{pasted}" if word == "ORDER-REFERENCE" else word for word in words))
        assert said.status == 0, (item, said)
        await until(_says(vip, lambda left, which=(what, number): which not in left))  # type: ignore[misc]
        pasted += 1
    assert pasted == len(waiting)


async def test_a_person_reads_what_waits_with_its_command(vip: Vip, gateway: Gateway) -> None:
    manager = {"id": "am-reads", "name": "Nora", "email": "nora@example.org"}
    body: Any = {**INVITATION, "account_manager": manager}
    number = (await gateway.invite(body, key()))["vip_number"]

    async def told() -> bool:
        return number in (await vip("agenda", "--managed-by", "am-reads")).out

    await until(told)
    said = await vip("agenda", "--managed-by", "am-reads")
    assert f"vip accept {number} --name WHO-ACCEPTED" in said.out
    assert "1 wait for you; 0 happen by themselves until " in said.out
    nobody = await vip("agenda", "--managed-by", "am-nobody")
    assert nobody.out == "Nothing waits, and nothing happens by itself.\n"
    for days in ("0", "367"):
        assert (await vip("agenda", "--days", days)).status == 2
