"""Keys and roles: who may do what; without keys this machine alone."""

import hashlib
from typing import Any

import pytest

from gateway.client import Gateway
from gateway.http.app import OPERATIONS
from gateway.http.callers import Role
from gateway.http.operations import Operation
from settings_values import ApiKey
from tests.gateway.http.conftest import Api, api_of, key, problem
from tests.workflows.lab import INVITATION

NOBODY = "Z" * 20


def hashed(name: str, role: str, secret: str) -> str:
    return f"{name}:{role}:{hashlib.sha256(secret.encode()).hexdigest()}"


KEYS: tuple[ApiKey, ...] = ApiKey.parse_all(
    ",".join(
        [
            hashed("reports", "read", "reading"),
            hashed("shop", "trigger", "triggering"),
            hashed("shop", "trigger", "the next key of the shop"),
            hashed("desk", "manage", "managing"),
        ]
    )
)
SECRETS = {Role.READ: "reading", Role.TRIGGER: "triggering", Role.MANAGE: "managing"}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def asked(api: Api, one: Operation, headers: dict[str, str]) -> Any:
    path = one.path.format(vip_number=NOBODY, authorization_number="0" * 20)
    return await api.client.request(one.method, path, headers={"Idempotency-Key": key(), **headers})


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
async def test_each_role_may_do_what_the_table_says_and_no_more(gateway: Gateway, one: Operation) -> None:
    async with api_of(gateway, keys=KEYS) as api:
        for role, secret in SECRETS.items():
            answer = await asked(api, one, bearer(secret))
            if role < one.role:
                problem(answer, 403, "forbidden")
            else:
                assert answer.status_code not in (401, 403)


def test_what_takes_away_needs_manage_and_looking_needs_read() -> None:
    roles = {one.name: one.role for one in OPERATIONS}
    for name in (
        "withdraw",
        "hand_over_contact",
        "assign_account_manager",
        "cancel",
        "extend",
        "write_off",
        "deactivate",
    ):
        assert roles[name] is Role.MANAGE
    for name in ("invite", "accept", "authorize", "place_order", "record_order", "renew"):
        assert roles[name] is Role.TRIGGER
    assert {roles[one.name] for one in OPERATIONS if one.method == "GET"} == {Role.READ}
    assert roles["preview"] is Role.READ
    assert all(one.role > Role.READ for one in OPERATIONS if one.keyed)


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("wrong"), bearer(""), {"Authorization": "reading"}, {"Authorization": "Basic reading"}, bearer("é")],
)
@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
async def test_without_a_known_key_nothing_is_served(gateway: Gateway, one: Operation, headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    async with api_of(gateway, keys=KEYS) as api:
        answer = await asked(api, one, raw)  # type: ignore[arg-type]
    problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_two_keys_of_one_name_are_one_caller_so_a_key_can_be_replaced(gateway: Gateway) -> None:
    async with api_of(gateway, keys=KEYS) as api:
        sent = [
            await api.client.post(
                "/v1/customers", json=INVITATION, headers={**bearer(secret), "Idempotency-Key": "rot"}
            )
            for secret in ("triggering", "the next key of the shop")
        ]
        assert [one.status_code for one in sent] == [201, 201]
        number = sent[0].json()["vip_number"]
        assert sent[1].json()["vip_number"] == number
        journal = await api.seen(f"/v1/customers/{number}/journal", headers=bearer("reading"))
    assert journal["items"][0]["actor"] == "shop"


async def test_the_body_says_who_did_it_before_the_key_does(gateway: Gateway) -> None:
    async with api_of(gateway, keys=KEYS, headers=bearer("managing")) as api:
        number = (await api.done("/v1/customers", {**INVITATION, "actor": "Mette at the desk"}))["vip_number"]
        await api.done(f"/v1/customers/{number}/invitation/withdraw", {"reason": "a mistake", "actor": None})
        journal = await api.seen(f"/v1/customers/{number}/journal")
    actors = [one.get("actor") for one in journal["items"] if one["kind"] == "transition"]
    assert actors == ["Mette at the desk", "desk"]


async def test_health_and_the_description_need_no_key(gateway: Gateway) -> None:
    async with api_of(gateway, keys=KEYS) as api:
        for path in ("/healthz", "/readyz", "/openapi.json", "/problems/not_found"):
            assert (await api.get(path)).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8025", "localhost", "[::1]:8025", "127.8.8.8", "LOCALHOST:1"])
async def test_without_keys_this_machine_is_served(api: Api, host: str) -> None:
    problem(await api.get(f"/v1/customers/{NOBODY}", headers={"Host": host}), 404, "not_found")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "vip.example.com"},
        {"Host": "127.0.0.1.example.com:8025"},
        {"Host": "10.0.0.1"},
        {"Host": ""},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
async def test_without_keys_another_name_or_a_proxy_is_refused(api: Api, headers: dict[str, str]) -> None:
    problem(await api.get(f"/v1/customers/{NOBODY}", headers=headers), 403, "forbidden")


async def test_a_key_that_sends_too_much_is_told_when_to_come_again(gateway: Gateway) -> None:
    async with api_of(gateway, keys=KEYS, requests_per_minute=3) as api:
        path = f"/v1/customers/{NOBODY}"
        answers = [await api.get(path, headers=bearer("reading")) for _ in range(4)]
        assert [one.status_code for one in answers] == [404, 404, 404, 429]
        problem(answers[3], 429, "rate_limited")
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
        assert (await api.get(path, headers=bearer("managing"))).status_code == 404


async def test_whoever_guesses_keys_is_slowed_down_and_the_right_key_still_works(gateway: Gateway) -> None:
    async with api_of(gateway, keys=KEYS) as api:
        path = f"/v1/customers/{NOBODY}"
        statuses = [(await api.get(path, headers=bearer(f"guess {n}"))).status_code for n in range(40)]
        assert set(statuses[:30]) == {401}
        assert set(statuses[30:]) == {429}
        assert (await api.get(path, headers=bearer("reading"))).status_code == 404


async def test_whoever_guesses_links_is_slowed_down_and_a_good_link_still_works(gateway: Gateway) -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        status = 200 if scope["path"].endswith("/good") else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})

    async with api_of(gateway, page=page) as api:
        statuses = [(await api.get(f"/invitations/guess-{n}")).status_code for n in range(40)]
        assert statuses == [404] * 30 + [429] * 10
        assert (await api.get("/invitations/good")).status_code == 200
