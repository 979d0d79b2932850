"""The typed answers are what real cases answer, in every state: no field is missing, and none is unknown."""

import ast
import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_args

import pytest
import pytest_asyncio
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from gateway import answers, vocabulary
from gateway.bodies import Invite, Line
from gateway.client import Gateway, Refused
from tests.gateway.waiting import closed, key, until
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab

TEAM = cast(list[Line], LINES)
MINE = {"id": "am-answers", "name": "Jens Friis", "email": "jens@example.org", "language": "da"}
LIVING = {"pending", "ordered", "overdue", "deactivated", "return_requested"}
"""What was taken over in its last state has no workflow of its own: its customer alone knows it."""


def held(kind: Any, answer: object) -> None:
    """The answer is of this kind, exactly. Raises `ValidationError`."""
    form: type[BaseModel] = create_model("Held", __config__=ConfigDict(extra="forbid"), it=(kind, ...))
    form.model_validate({"it": answer}, strict=True)


def ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def past(**more: Any) -> dict[str, Any]:
    return {"invited_on": ago(500), "accepted_on": ago(499), **more}


def asked(days: int, **more: Any) -> dict[str, Any]:
    return {"requested_on": ago(days), "lines": LINES, **more}


def ordered(days: int) -> dict[str, Any]:
    return {"orders": [{"order_reference": f"SO-{days}", "ordered_on": ago(days)}]}


HISTORIES: dict[str, dict[str, Any]] = {
    "expired": {"invited_on": ago(100)},
    "withdrawn": {"invited_on": ago(9), "withdrawn_on": ago(2), "withdrawal_reason": "twice"},
    "upcoming": past(authorizations=[asked(310, **ordered(310))]),
    "ready": past(authorizations=[asked(345, **ordered(345))]),
    "past_due": past(authorizations=[asked(370, **ordered(370))]),
    "lapsed": past(authorizations=[asked(420, **ordered(420))]),
    "several": past(
        resent_on=[ago(499)],
        handed_over_on=[ago(400)],
        undelivered_to=["contact"],
        letters_stopped=["contact"],
        authorizations=[
            asked(300, **ordered(299), deeds=[{"name": "request_return", "on": ago(298), "order_reference": "SO-299",
                                               "reason": "wrong"}]),
            asked(20, purchase_order="PO 1"),
            asked(200, warned_on=ago(150)),
            asked(9, deeds=[{"name": "cancel", "on": ago(8), "reason": "no"}]),
            asked(50, deeds=[{"name": "write_off", "on": ago(8), "reason": "no"}]),
            asked(5),
            {"lines": LINES, **ordered(4)},
        ],
    ),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def everybody(house: Lab) -> list[answers.WholeCustomer]:
    """Customers in every state of membership and renewal, with authorizations in every state."""
    gateway = Gateway(house.client, task_queue=house.settings.task_queue, number_secret="answers", patience=60)
    numbers = [await _taken_over(gateway, name) for name in HISTORIES]
    numbers += [await _of_today(gateway, house), await _renewed(gateway)]
    bare = await gateway.invite(cast(Invite, INVITATION), key())
    return [await gateway.customer(number) for number in [*numbers, bare["vip_number"]]]


async def _taken_over(gateway: Gateway, name: str) -> str:
    body = {**INVITATION, "account_manager": MINE, "external_id": f"x-{name}", "history": HISTORIES[name]}
    return str((await gateway.start_customer({**body, "language": "da"}, key()))["vip_number"])


async def _of_today(gateway: Gateway, house: Lab) -> str:
    """Authorizations that a person has done something to, each answer held."""
    invited = await gateway.start_customer({**INVITATION, "anniversary_date": _in_a_while()}, key())
    held(answers.WholeCustomer, invited)
    number = invited["vip_number"]
    held(answers.Customer, await gateway.accept(number, {"accepted_by": {"name": "Mette"}, "terms_version": "1"}))
    held(answers.Customer, await gateway.resend(await _invited(gateway)))
    lines: list[Line] = [{"product": "cc-all-apps-team", "quantity": 5}]
    returned, lost, settled = [
        (await gateway.authorize(number, {"lines": lines, "requested_by": "member"}))["authorization_number"]
        for _ in range(3)
    ]
    held(answers.Authorization, await gateway.extend(settled, {"days": 1, "reason": "agreed"}))
    placed = await gateway.place_order(returned, {"order_reference": "SO-1"})
    held(answers.Authorization, placed)
    held(answers.Authorization, await gateway.request_return(returned, {"order_reference": "SO-1", "reason": "no"}))
    held(answers.Authorization, await gateway.decline_return(returned, {"reason": "no"}))
    await gateway.request_return(returned, {"order_reference": "SO-1", "reason": "no"})
    held(answers.Authorization, await gateway.confirm_return(returned))
    await closed(house, returned)
    held(answers.Authorization, await gateway.authorization(returned))
    held(answers.Authorization, await gateway.record_order(number, {"order_reference": "D-1", "lines": lines}))
    held(answers.Preview, await gateway.preview(number, {"lines": lines, "requested_by": "member"}))
    await house.authorization(lost).terminate()
    states = {"lost"}
    await until(
        lambda: gateway.customer(number),
        lambda found: states <= {one["state"] for one in found["authorizations"]},
    )
    return str(number)


async def _invited(gateway: Gateway) -> str:
    return (await gateway.invite(cast(Invite, INVITATION), key()))["vip_number"]


async def _renewed(gateway: Gateway) -> str:
    number = await _taken_over(gateway, "ready")
    held(
        answers.Customer, await gateway.decline_renewal(number, {"reason": "fewer", "lines": _some(1), "actor": "jens"})
    )
    held(answers.Customer, await gateway.renew(number, {"order_reference": "R-1", "lines": _some(4)}))
    return number


def _some(quantity: int) -> list[Line]:
    return [{"product": "cc-all-apps-team", "quantity": quantity}]


def _in_a_while() -> str:
    return (datetime.now(UTC).date() + timedelta(days=500)).isoformat()


async def test_a_customer_answers_the_fields_of_the_contract_in_every_state(
    everybody: list[answers.WholeCustomer],
) -> None:
    for customer in everybody:
        held(answers.WholeCustomer, customer)
    assert {one["state"] for one in everybody} == set(get_args(vocabulary.MembershipState))
    # After a term the next one begins at once; what has no licences left has none.
    assert {one["renewal_state"] for one in everybody} >= set(get_args(vocabulary.RenewalState)) - {"in_term"}


async def test_an_authorization_answers_the_fields_of_the_contract_in_every_state(
    gateway: Gateway, everybody: list[answers.WholeCustomer]
) -> None:
    known = [one for customer in everybody for one in customer["authorizations"]]
    assert {one["state"] for one in known} == set(get_args(vocabulary.AuthorizationState))
    for one in known:
        held(answers.Authorization, one)
        if one["state"] in LIVING:
            held(answers.Authorization, await gateway.authorization(one["authorization_number"]))


async def test_every_field_that_may_be_missing_is_there_in_some_answer_and_missing_in_another(
    everybody: list[answers.WholeCustomer],
) -> None:
    authorizations = [one for customer in everybody for one in customer["authorizations"]]
    for kind, seen in ((answers.WholeCustomer, everybody), (answers.Authorization, authorizations)):
        for name in kind.__optional_keys__:
            assert any(name in one for one in seen), name
            assert any(name not in one for one in seen), name


async def test_a_journal_answers_entries_of_the_contract(
    gateway: Gateway, everybody: list[answers.WholeCustomer]
) -> None:
    entries: list[answers.JournalEntry] = []
    for customer in everybody:
        entries += await gateway.journal(customer["vip_number"])
        for one in customer["authorizations"]:
            if one["state"] in LIVING:
                entries += await gateway.journal(one["authorization_number"])
    for entry in entries:
        held(answers.JournalEntry, entry)
    assert {entry["kind"] for entry in entries} >= {"transition", "letter", "fact"}
    assert {name for entry in entries for name in entry} == set(answers.JournalEntry.__annotations__)


async def test_what_may_be_added_answers_products_and_reasons(
    gateway: Gateway, everybody: list[answers.WholeCustomer]
) -> None:
    for customer in everybody:
        for one in await gateway.products(customer["vip_number"]):
            held(answers.Addable, one)


async def test_a_field_that_nobody_named_would_be_noticed(everybody: list[answers.WholeCustomer]) -> None:
    with pytest.raises(ValidationError):
        held(answers.WholeCustomer, {**everybody[0], "more": 1})
    with pytest.raises(ValidationError):
        held(answers.WholeCustomer, {name: value for name, value in everybody[0].items() if name != "lists"})


async def test_refusals_name_what_the_contract_of_reasons_names(gateway: Gateway) -> None:
    number = await _invited(gateway)
    many: list[Line] = [{"product": "cc-all-apps-enterprise", "quantity": 0}, {"product": "nothing", "quantity": 1}]
    with pytest.raises(Refused) as refused:
        await gateway.authorize(number, {"lines": many, "requested_by": "member"})
    for reason in refused.value.reasons:
        held(answers.ReasonAgainst, reason)
    assert len(refused.value.reasons) > 2


def test_every_reason_in_the_code_has_its_details_in_the_contract() -> None:
    root, told = Path(__file__).parents[2], set[str]()
    for path in (file for folder in ("states", "cases", "workflows") for file in (root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("refuse", "Reason"):
                told |= {each.arg for each in node.keywords if each.arg is not None}
    assert {"field", "product", "days_left"} <= told
    assert told <= answers.ReasonAgainst.__annotations__.keys()


async def test_twice_the_same_call_with_one_key_answers_the_same(gateway: Gateway) -> None:
    number = await _invited(gateway)
    await gateway.update_customer(number, "accept_invitation", ACCEPT)
    body: Any = {"lines": TEAM, "requested_by": "member"}
    first, second = await asyncio.gather(*(gateway.authorize(number, body, "one-key") for _ in range(2)))
    assert first == second
