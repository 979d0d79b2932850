"""The examples of the OpenAPI document are true: each is sent, and what comes back looks like what it shows.

`--record` writes the answers anew.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.client import Gateway
from gateway.http import examples
from gateway.http.app import OPERATIONS
from gateway.http.examples import EXAMPLES
from gateway.http.operations import Operation
from tests.gateway.http.conftest import Api, key
from tests.workflows.lab import LINES

FILE = Path(examples.__file__).with_name("examples.json")
DONE = [one for one in OPERATIONS if one.media_type == "application/json"]


def ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def past(days: int, *authorizations: dict[str, Any]) -> dict[str, Any]:
    return {"invited_on": ago(days), "accepted_on": ago(days), "authorizations": list(authorizations)}


ORDERED = {"lines": LINES, "orders": [{"order_reference": "SO-1", "ordered_on": ago(350)}]}
PASTS = {
    "renew": past(360, ORDERED),
    "decline_renewal": past(360, ORDERED),
    "write_off": past(40, {"requested_on": ago(30), "lines": LINES}),
    "deactivate": past(90, {"requested_on": ago(80), "lines": LINES}),
}
"""What must have happened before, where it takes longer than a test."""
BEFORE = {
    "request_return": ("place_order",),
    "confirm_return": ("place_order", "request_return"),
    "decline_return": ("place_order", "request_return"),
}
UNACCEPTED = ("resend", "withdraw", "accept")


class Stage:
    """A customer and an authorization for whichever example comes."""

    def __init__(self, api: Api, gateway: Gateway) -> None:
        self.api, self.gateway = api, gateway

    async def answer(self, operation: Operation) -> Any:
        """What is answered to the example of this operation."""
        numbers = await self._numbers(operation)
        for name in BEFORE.get(operation.name, ()):
            await self._send(next(one for one in OPERATIONS if one.name == name), numbers)
        return await self._send(operation, numbers)

    async def _numbers(self, operation: Operation) -> dict[str, str]:
        if operation.number is None:
            return {}
        body = {**EXAMPLES["invite"]["body"]}
        if (before := PASTS.get(operation.name)) is not None:
            customer = await self.gateway.start_customer({**body, "history": before}, key())
            known = customer["authorizations"]
            return {"vip_number": customer["vip_number"], "authorization_number": known[0]["authorization_number"]}
        vip = (await self.api.done("/v1/customers", body))["vip_number"]
        if operation.name not in UNACCEPTED:
            await self.api.done(f"/v1/customers/{vip}/acceptance", EXAMPLES["accept"]["body"])
        found = {"vip_number": vip}
        if operation.number == "authorization_number" or operation.name == "customer":
            path = f"/v1/customers/{vip}/authorizations"
            found["authorization_number"] = (await self.api.done(path, EXAMPLES["authorize"]["body"]))[
                "authorization_number"
            ]
        return found

    async def _send(self, operation: Operation, numbers: dict[str, str]) -> Any:
        headers = {"Idempotency-Key": key()} if operation.keyed else {}
        body = EXAMPLES[operation.name]["body"] if operation.form else None
        path = operation.path.format(**numbers)
        answer = await self.api.client.request(operation.method, path, json=body, headers=headers)
        assert answer.status_code == operation.status, answer.text
        return answer.json()


@pytest_asyncio.fixture
async def stage(api: Api, gateway: Gateway) -> Stage:
    await api.done("/v1/customers", EXAMPLES["invite"]["body"])  # whom a list shows
    return Stage(api, gateway)


def shape(value: Any) -> Any:
    """What a document looks like, whatever stands in it."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(inner), sort_keys=True) for inner in value})
    return type(value).__name__


def looks_like(answer: Any, example: Any) -> None:
    if isinstance(example, dict) and "items" in example:  # what else is in a list, is of other customers
        assert answer.keys() == example.keys()
        assert answer["items"]
    else:
        assert shape(answer) == shape(example)


@pytest.mark.parametrize("operation", DONE, ids=lambda one: one.name)
async def test_what_is_answered_to_an_example_looks_like_its_answer(
    stage: Stage, operation: Operation, request: pytest.FixtureRequest
) -> None:
    answer = await stage.answer(operation)
    if request.config.getoption("--record"):
        _keep(operation.name, answer)
    else:
        looks_like(answer, EXAMPLES[operation.name]["answer"])


def test_every_operation_has_its_example() -> None:
    assert sorted(EXAMPLES) == sorted(one.name for one in DONE)
    assert {one.name for one in OPERATIONS if one.form} == {name for name, one in EXAMPLES.items() if "body" in one}


def _keep(name: str, answer: Any) -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    if isinstance(answer.get("items"), list):
        answer = {**answer, "items": answer["items"][:2]}
    kept.setdefault(name, {})["answer"] = answer
    ordered = {one.name: kept[one.name] for one in DONE if one.name in kept}
    FILE.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
