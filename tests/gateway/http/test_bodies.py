"""Bodies: one JSON object of at most 64 KB with known fields; anything else gets a clear no, and never a 5xx."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cases.messages import LARGEST_BODY
from gateway.http.bodies import DEEPEST
from tests.gateway.http.conftest import Api, key, problem
from tests.workflows.lab import ACCEPT, INVITATION

JSON = {"Content-Type": "application/json"}


async def sent(api: Api, content: Any, headers: dict[str, str] = JSON, path: str = "/v1/customers") -> Any:
    return await api.client.post(path, content=content, headers={"Idempotency-Key": key(), **headers})


NOT_ONE_OBJECT = {
    "nothing": b"",
    "not JSON": b"{",
    "two documents": b"{} {}",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "not a number": b'{"organization": NaN}',
    "infinity": b'{"organization": -Infinity}',
    "a number of ten thousand digits": b'{"organization": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"organization": "\xff"}',
    "UTF-16": json.dumps(INVITATION).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half of a surrogate pair": b'{"organization": "\\ud800"}',
    "half of one as a name": b'{"\\uDFFF": 1}',
    "a name twice": b'{"organization": "A", "organization": "B"}',
    "nested a bit too deep": b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    "nested for ever": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "lists for ever": b"[" * 30_000,
}


@pytest.mark.rule("invalid_request")
@pytest.mark.parametrize("what", NOT_ONE_OBJECT)
async def test_what_is_not_one_json_object_is_refused_with_the_field_named(api: Api, what: str) -> None:
    told = problem(await sent(api, NOT_ONE_OBJECT[what]), 400, "invalid_request")
    assert told["errors"]
    assert all(one["field"] and one["message"] for one in told["errors"])


@pytest.mark.rule("invalid_request")
async def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    body = {**INVITATION, "organization": " ", "region": "XX", "contact": {"name": "Mette"}, "colour": "red"}
    told = problem(await api.post("/v1/customers", body), 400, "invalid_request")
    assert {one["field"] for one in told["errors"]} == {"organization", "region", "contact.email", "colour"}
    assert "reasons" not in told


@pytest.mark.parametrize("told", [1_800_000_000, 1.8e9, True, {}, "2027-03-01", "2027-03-01T10:00:00"])
async def test_an_instant_is_a_text_with_its_zone(api: Api, told: Any) -> None:
    number = str((await api.done("/v1/customers", INVITATION))["vip_number"])
    answer = await api.post(f"/v1/customers/{number}/acceptance", {**ACCEPT, "accepted_at": told})
    assert [one["field"] for one in problem(answer, 400, "invalid_request")["errors"]] == ["accepted_at"]


async def test_taking_over_a_past_is_not_for_this_door(api: Api) -> None:
    body = {**INVITATION, "history": {"invited_on": "2026-01-01"}}
    told = problem(await api.post("/v1/customers", body), 400, "invalid_request")
    assert [one["field"] for one in told["errors"]] == ["history"]


@pytest.mark.parametrize(
    "told", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_a_body_that_is_not_said_to_be_json_is_refused(api: Api, told: str) -> None:
    answer = await sent(api, json.dumps(INVITATION), {"Content-Type": told})
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("told", ["application/json", "Application/JSON; charset=UTF-8"])
async def test_a_body_that_is_said_to_be_json_is_read(api: Api, told: str) -> None:
    assert (await sent(api, json.dumps(INVITATION), {"Content-Type": told})).status_code == 201


async def test_a_command_that_needs_nothing_needs_no_body(api: Api) -> None:
    number = str((await api.done("/v1/customers", INVITATION))["vip_number"])
    answer = await sent(api, b"", {}, f"/v1/customers/{number}/invitation/resend")
    assert answer.status_code == 200


@pytest.mark.rule("body_too_large")
@pytest.mark.parametrize("length", [LARGEST_BODY + 1, 10 * LARGEST_BODY, 40 * LARGEST_BODY])
async def test_a_body_over_64_kb_is_refused_whether_its_length_is_told_or_not(api: Api, length: int) -> None:
    body = b'{"organization": "' + b"x" * (length - 20) + b'"}'

    async def parts() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), 10_000):
            yield body[begin : begin + 10_000]

    problem(await sent(api, body), 413, "body_too_large")
    problem(await sent(api, parts()), 413, "body_too_large")


async def test_a_body_of_64_kb_is_read(api: Api) -> None:
    body = json.dumps(INVITATION).encode()
    assert (await sent(api, body + b" " * (LARGEST_BODY - len(body)))).status_code == 201


QUERIES = {
    "colour=red": "colour",
    "limit=0": "limit",
    "limit=201": "limit",
    "limit=ten": "limit",
    "limit=1&limit=2": "limit",
    "q=a%00b": "q",
    "q=" + "x" * 201: "q",
    "cursor=" + "x" * 2001: "cursor",
    "=x": "query",
    "%0a=x": "query",
}


@pytest.mark.parametrize("query", QUERIES)
async def test_a_parameter_that_is_unknown_repeated_or_wrong_is_named(api: Api, query: str) -> None:
    told = problem(await api.get(f"/v1/customers?{query}"), 400, "invalid_request")
    assert [one["field"] for one in told["errors"]] == [QUERIES[query]]


async def test_parameters_are_not_taken_where_there_are_none(api: Api) -> None:
    told = problem(await api.post("/v1/customers?dry_run=1", INVITATION), 400, "invalid_request")
    assert [one["field"] for one in told["errors"]] == ["dry_run"]
