"""The OpenAPI document says what is served, and what is served is what it says."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from gateway.client import Gateway
from gateway.http.app import OPERATIONS
from gateway.http.examples import EXAMPLES
from gateway.http.openapi import document
from gateway.http.operations import Operation
from tests.gateway.http.conftest import AUTHORIZE, Api, api_of
from tests.gateway.http.test_callers import KEYS

DOCUMENT = document(OPERATIONS, with_keys=True)
CONTRACT = {
    "POST /v1/customers", "GET /v1/customers", "GET /v1/customers/counts", "GET /v1/customers.csv",
    "GET /v1/customers/{vip_number}", "GET /v1/customers/{vip_number}/journal",
    "GET /v1/customers/{vip_number}/products",
    "POST /v1/customers/{vip_number}/acceptance", "POST /v1/customers/{vip_number}/invitation/resend",
    "POST /v1/customers/{vip_number}/invitation/withdraw", "POST /v1/customers/{vip_number}/contact",
    "POST /v1/customers/{vip_number}/offer-types", "PUT /v1/customers/{vip_number}/account-manager",
    "POST /v1/customers/{vip_number}/authorizations", "POST /v1/customers/{vip_number}/authorizations/preview",
    "POST /v1/customers/{vip_number}/orders", "POST /v1/customers/{vip_number}/renewal-orders",
    "POST /v1/customers/{vip_number}/renewal-decline",
    "GET /v1/authorizations/{authorization_number}", "GET /v1/authorizations/{authorization_number}/journal",
    "POST /v1/authorizations/{authorization_number}/orders", "POST /v1/authorizations/{authorization_number}/cancel",
    "POST /v1/authorizations/{authorization_number}/extend", "POST /v1/authorizations/{authorization_number}/returns",
    "POST /v1/authorizations/{authorization_number}/returns/confirm",
    "POST /v1/authorizations/{authorization_number}/returns/decline",
    "POST /v1/authorizations/{authorization_number}/write-off",
    "POST /v1/authorizations/{authorization_number}/deactivate",
    "GET /v1/agenda", "GET /healthz", "GET /readyz",
}  # fmt: skip


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_every_route_of_the_contract_is_described() -> None:
    assert {f"{method} {path}" for method, path, _ in described()} >= CONTRACT


def test_what_changes_something_needs_a_key_and_what_does_not_takes_none() -> None:
    for method, _, operation in described():
        names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "header" and one["required"]]
        changes = method in ("POST", "PUT") and operation["operationId"] != "preview"
        assert names == (["Idempotency-Key"] if changes else []), operation["operationId"]


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from (value for name, value in part.items() if name == "$ref")
            for inner in part.values():
                yield from references(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from references(inner)

    found = set(references(DOCUMENT))
    assert len(found) > 30
    for reference in found:
        part: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    for schema in DOCUMENT["components"]["schemas"].values():
        validator(schema)


def test_no_two_operations_share_a_name() -> None:
    names = [operation["operationId"] for _, _, operation in described()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("one", [one for one in OPERATIONS if one.form], ids=lambda one: one.name)
def test_a_body_that_works_is_one_of_its_schema_and_an_unknown_field_is_not(one: Operation) -> None:
    content = DOCUMENT["paths"][one.path][one.method.lower()]["requestBody"]["content"]["application/json"]
    schema = validator(content["schema"])
    schema.validate(content["example"])
    assert not schema.is_valid({**content["example"], "colour": "red"})


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_answer_is_one_of_its_schema(name: str) -> None:
    one = next(one for one in OPERATIONS if one.name == name)
    answer = DOCUMENT["paths"][one.path][one.method.lower()]["responses"][str(one.status)]
    content = answer["content"]["application/json"]
    validator(content["schema"]).validate(content["example"])


def test_what_is_given_leads_on() -> None:
    invited = DOCUMENT["paths"]["/v1/customers"]["post"]["responses"]["201"]["links"]
    assert invited["accept"] == {"operationId": "accept", "parameters": {"vip_number": "$response.body#/vip_number"}}
    authorized = DOCUMENT["paths"]["/v1/customers/{vip_number}/authorizations"]["post"]["responses"]["201"]["links"]
    assert "place_order" in authorized


def test_a_past_to_take_over_is_not_described() -> None:
    assert "history" not in DOCUMENT["components"]["schemas"]["InviteBody"]["properties"]
    assert "HistoryBody" not in DOCUMENT["components"]["schemas"]


async def test_every_problem_is_one_of_its_schema(api: Api) -> None:
    schema = validator({"$ref": "#/components/schemas/Problem"})
    number = await api.member()
    lines = [{"product": "nothing", "quantity": 0}]
    for answer in (
        await api.get("/nowhere"),
        await api.post("/v1/customers", {}),
        await api.post(f"/v1/customers/{number}/authorizations", {**AUTHORIZE, "lines": lines}),
        await api.client.request("DELETE", "/v1/customers"),
    ):
        schema.validate(answer.json())


async def test_the_document_is_served_and_asks_for_keys_only_where_there_are_some(api: Api, gateway: Gateway) -> None:
    without = await api.seen("/openapi.json")
    assert without["openapi"] == "3.1.0"
    assert "security" not in without
    async with api_of(gateway, keys=KEYS) as guarded:
        told = await guarded.seen("/openapi.json")
    assert told == DOCUMENT
    assert told["security"] == [{"key": []}]
