"""The codec server answers the Temporal UI and command line, and nobody else."""

import json
from typing import Any

import httpx2
import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, Payloads

from encryption.codec import Encryption
from encryption.converter import PLAIN, encrypting
from encryption.keys import Key
from gateway import codec

KEY, OTHER = Key.new("2026"), Key.new("2027")
UI = "http://127.0.0.1:8233"
TOKEN = "t" * 40


def browser(**options: Any) -> httpx2.AsyncClient:
    application = codec.app(Encryption([KEY]), origins=[UI], **options)
    return httpx2.AsyncClient(base_url="http://127.0.0.1", transport=httpx2.ASGITransport(application))


async def body(*payloads: Payload) -> dict[str, Any]:
    return MessageToDict(Payloads(payloads=payloads))


async def payload(*keys: Key) -> Payload:
    return (await (encrypting(keys) if keys else PLAIN).encode([{"name": "Mette"}]))[0]


async def test_it_decodes_for_the_ui_which_adds_a_query_to_the_path() -> None:
    async with browser() as ui:
        answer = await ui.post("/decode?preserveStorageRefs=true", json=await body(await payload(KEY)))
    assert answer.status_code == 200
    assert answer.json() == await body(await payload())


async def test_what_it_has_no_key_for_comes_back_as_it_is_beside_the_rest() -> None:
    foreign = await payload(OTHER)
    async with browser() as ui:
        answer = await ui.post("/decode", json=await body(foreign, await payload(KEY)))
    assert answer.json() == await body(foreign, await payload())


async def test_what_is_typed_into_the_ui_is_encoded() -> None:
    async with browser() as ui:
        encoded = (await ui.post("/encode", json=await body(await payload()))).json()
        assert "Mette" not in json.dumps(encoded)
        assert (await ui.post("/decode", json=encoded)).json() == await body(await payload())


async def test_pages_of_the_ui_may_ask_and_others_may_not_read() -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    async with browser() as ui:
        allowed = await ui.options("/decode", headers={"Origin": UI, **asking})
        assert allowed.headers["access-control-allow-origin"] == UI
        refused = await ui.options("/decode", headers={"Origin": "https://evil.example.com", **asking})
        assert "access-control-allow-origin" not in refused.headers
        rebound = await ui.post("/decode", json=await body(await payload(KEY)), headers={"Host": "evil.example.com"})
        assert rebound.status_code == 400


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer "])
async def test_with_a_token_only_its_bearer_is_answered(authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with browser(token=TOKEN) as ui:
        sent = await body(await payload(KEY))
        refused = await ui.post("/decode", json=sent, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
        told = await ui.post("/decode", json=sent, headers={"Authorization": f"Bearer {TOKEN}"})
        assert told.json() == await body(await payload())


@pytest.mark.parametrize("sent", [b"", b"{", b"[1]", b'{"payloads": 7}', b"\xff"])
async def test_a_body_that_is_no_payloads_is_refused_in_words(sent: bytes) -> None:
    async with browser() as ui:
        answer = await ui.post("/decode", content=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "LARGEST", 1000)
    async with browser() as ui:
        answer = await ui.post("/decode", content=b" " * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
