"""Every "no" is a problem document with a stable code."""

import ast
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.client import Gateway
from gateway.errors import KeyUnknown, Refused, Unavailable
from gateway.http.app import OPERATIONS
from gateway.http.problems import CODES
from tests.conventions.test_rules import codes_of_refusals
from tests.gateway.http.conftest import AUTHORIZE, Api, api_of, key, problem
from tests.workflows.lab import INVITATION

ROOT = Path(__file__).parents[3]
NOBODY = "Z" * 20


def test_every_code_of_the_rules_has_its_status() -> None:
    assert sorted(codes_of_refusals() - set(CODES)) == []


def test_every_code_that_an_operation_names_has_its_status() -> None:
    assert sorted({code for one in OPERATIONS for code in one.refuses} - set(CODES)) == []


def test_every_code_of_this_door_stands_in_the_table() -> None:
    said = set()
    for path in (ROOT / "gateway" / "http").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Refused", "problem") and node.args:
                said |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert said <= set(CODES)
    assert len(said) > 4


@pytest.mark.rule("overdue_items", "product_unknown", "offer_type_missing", "quantity_out_of_range")
async def test_a_refused_purchase_tells_every_reason_at_once_with_what_would_make_it_legal(api: Api) -> None:
    number = await api.member()
    lines = [{"product": "cc-all-apps-enterprise", "quantity": 1}, {"product": "nothing", "quantity": 0}]
    for path in ("authorizations", "authorizations/preview"):
        answer = await api.post(f"/v1/customers/{number}/{path}", {**AUTHORIZE, "lines": lines})
        told = problem(answer, 409, "product_unknown")
        codes = [one["code"] for one in told["reasons"]]
        assert codes == ["product_unknown", "offer_type_missing", "quantity_out_of_range"]
        assert all(one["message"] for one in told["reasons"])
        assert "errors" not in told
    assert (await api.seen(f"/v1/customers/{number}"))["authorizations"] == []


@pytest.mark.rule("not_found")
@pytest.mark.parametrize("path", [NOBODY, "0" * 20, "short", "a b", "%F0%9F%98%80", NOBODY.lower()])
async def test_a_number_that_nobody_has_is_not_found(api: Api, path: str) -> None:
    for kind in ("customers", "authorizations"):
        problem(await api.get(f"/v1/{kind}/{path}"), 404, "not_found")
        problem(await api.get(f"/v1/{kind}/{path}/journal"), 404, "not_found")
    problem(await api.post(f"/v1/customers/{path}/invitation/resend"), 404, "not_found")
    problem(await api.post(f"/v1/authorizations/{path}/cancel", {"reason": "r"}), 404, "not_found")


async def test_an_authorization_is_no_customer(api: Api) -> None:
    number = await api.authorized(await api.member())
    problem(await api.get(f"/v1/customers/{number}"), 404, "not_found")
    problem(await api.get(f"/v1/customers/{number}/journal"), 404, "not_found")


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/customers", "/v1/customers/", "/docs", "/v1//customers", "/%00"])
async def test_an_address_where_nothing_is_served_is_a_problem_too(api: Api, path: str) -> None:
    problem(await api.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/customers", "GET, HEAD, POST"),
        ("POST", "/v1/customers/counts", "GET, HEAD"),
        ("GET", f"/v1/customers/{NOBODY}/acceptance", "POST"),
        ("POST", f"/v1/customers/{NOBODY}/account-manager", "PUT"),
        ("TRACE", "/healthz", "GET, HEAD"),
        ("BREW", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_another_method_is_told_which_there_are(api: Api, method: str, path: str, allowed: str) -> None:
    answer = await api.client.request(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed


async def test_the_type_of_a_problem_leads_to_what_its_code_means(api: Api) -> None:
    told = problem(await api.get("/v1/nowhere"), 404, "not_found")
    meaning = await api.get(told["type"])
    assert meaning.status_code == 200
    assert meaning.text.startswith("not_found (404): ")
    problem(await api.get("/problems/nothing"), 404, "not_found")


class Broken(Gateway):
    """A gateway that fails in its own way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def as_reader(self, name: str) -> "Broken":
        return self

    async def customer(self, number: str) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("secret words of the inside"),
        RecursionError("secret words of the inside"),
        Unavailable("secret words of the inside"),
        KeyUnknown("secret words of the inside"),
        UnicodeEncodeError("utf-8", "secret words", 0, 1, "of the inside"),
    ],
)
async def test_a_mistake_of_ours_is_a_503_that_says_nothing_of_it_and_is_logged(error: Exception) -> None:
    with capture_logs() as logs:
        async with api_of(Broken(error)) as api:
            answer = await api.get(f"/v1/customers/{NOBODY}")
    problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert [one["event"] for one in logs if one["log_level"] in ("warning", "error")]


async def test_a_code_of_a_newer_worker_is_told_as_it_is() -> None:
    newer = Refused("wrong_phase_of_the_moon", "Not now.", [{"code": "wrong_phase_of_the_moon", "message": "Not now."}])
    async with api_of(Broken(newer)) as api:
        told = problem(await api.get(f"/v1/customers/{NOBODY}"), 409, "wrong_phase_of_the_moon")
    assert told["reasons"] == newer.reasons


async def test_the_log_has_a_line_for_each_request_without_body_query_or_token(api: Api) -> None:
    with capture_logs() as logs:
        await api.post("/v1/customers", {**INVITATION, "organization": "Hemmelig ApS"}, "key-of-mine")
        await api.get("/v1/customers?colour=hemmelig", headers={"X-Request-Id": "mine-1"})
        answer = await api.get("/invitations/hemmelig-token")
    lines = [one for one in logs if one["event"] == "request"]
    assert [(one["method"], one["path"], one["status"]) for one in lines] == [
        ("POST", "/v1/customers", 201),
        ("GET", "/v1/customers", 400),
        ("GET", "/invitations/{token}", answer.status_code),
    ]
    assert lines[1]["request_id"] == "mine-1"
    assert answer.headers["X-Request-Id"] == lines[2]["request_id"]
    assert "emmelig" not in str(logs)
    assert "key-of-mine" not in str(logs)


@pytest.mark.parametrize("name", ["Idempotency-Key"])
async def test_a_change_without_its_key_is_refused_by_the_name_of_the_header(api: Api, name: str) -> None:
    for told in (None, "", "x" * 129, "with space", "\xfc"):
        headers = {} if told is None else {name.encode(): told.encode("latin-1")}
        answer = await api.client.post("/v1/customers", json=INVITATION, headers=headers)
        assert [one["field"] for one in problem(answer, 400, "invalid_request")["errors"]] == [name]
    twice = await api.client.post("/v1/customers", json=INVITATION, headers=[(name, "a"), (name, "b")])
    assert [one["field"] for one in problem(twice, 400, "invalid_request")["errors"]] == [name]


async def test_a_preview_needs_no_key(api: Api) -> None:
    number = await api.member()
    answer = await api.client.post(f"/v1/customers/{number}/authorizations/preview", json=AUTHORIZE)
    assert answer.status_code == 200
    assert "authorization_number" not in answer.json()
    assert key() != key()
