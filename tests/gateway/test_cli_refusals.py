"""The `vip` command says no: refused, wrongly used, out of reach; JSON is JSON, and there is never a stack trace."""

import re

import pytest

from gateway.client import Gateway
from tests.gateway.commands import INVITE, member, ordered, refused
from tests.gateway.conftest import Vip


async def test_refusals_name_every_code_and_what_would_be_legal(vip: Vip) -> None:
    number, authorization = await ordered(vip)
    refused(await vip("cancel", authorization, "--reason", "late"), "not_pending")
    refused(await vip("extend", authorization, "--days", "2", "--reason", "late"), "not_pending")
    refused(await vip("order", authorization, "SO-2"), "nothing_open")
    refused(await vip("write-off", authorization, "--reason", "late"), "not_overdue")
    refused(await vip("deactivate", authorization, "--reason", "late"), "not_overdue")
    refused(await vip("return", authorization, "SO-7", "--reason", "x"), "not_found")
    refused(await vip("return", authorization, "--confirm"), "no_return_open")
    refused(await vip("return", authorization, "--decline", "--reason", "x"), "no_return_open")
    refused(await vip("accept", number, "--name", "Somebody else"), "already_accepted")
    refused(await vip("resend", number), "already_accepted")
    refused(await vip("withdraw", number, "--reason", "x"), "already_accepted")
    refused(await vip("renew", number, "SO-R"), "renewal_window_closed")
    refused(await vip("decline", number, "--reason", "x"), "renewal_window_closed")
    refused(await vip("contact", number, "--name", "A", "--email", "nowhere", "--reason", "x"), "invalid_request")
    refused(await vip("assign", number, "--to", "a b", "--name", "A", "--email", "a@example.com"), "invalid_request")
    refused(await vip("invite", "--organization", "Alone"), "invalid_request")
    refused(await vip("show", "A" * 20), "not_found")
    said = await vip("authorize", number, "photoshop-enterprise=1", "photoshop-team=0")
    refused(said, "offer_type_missing")
    assert "offer type: enterprise" in said.err
    assert "\nquantity_out_of_range: " in said.err
    refused(await vip("order", authorization, "SO-2", "--at", "2999-01-01T00:00:00Z"), "happened_out_of_range")
    answer = (await vip("cancel", authorization, "--reason", "late", "--json")).json
    assert answer["code"] == answer["reasons"][0]["code"] == "not_pending"


async def test_hostile_words_get_a_clear_answer_and_change_nothing(vip: Vip) -> None:
    number = await member(vip)
    before = [one for one in await vip.done("journal", number) if one["kind"] != "letter"]
    refused(await vip("authorize", number, "photoshop-team=1", "--purchase-order", "PO\x1b[31m"), "invalid_request")
    refused(await vip("decline", number, "--reason", "x" * 100_000), "body_too_large")
    refused(await vip("decline", number, "--reason", ""), "invalid_request")
    refused(await vip("authorize", number, "photoshop-team=1", "--key", "two words"), "invalid_request")
    assert (await vip("decline", number, "--reason", "\udcff")).status == 2
    assert [one for one in await vip.done("journal", number) if one["kind"] != "letter"] == before


@pytest.mark.parametrize(
    "words",
    [
        "show",
        "nonsense",
        "show A --nonsense",
        "extend A --days many --reason x",
        "authorize A photoshop",
        "authorize A",
        "authorize A photoshop-team=three",
        "offer-type A plenty",
        "assign A",
        "return A",
        "return A SO-1",
        "return A --decline",
        "return A --confirm --decline --reason x",
        "return A photoshop-team=1 --reason x",
        "assign --to B",
        "customers --list everything",
        "fast-forward A",
        "fast-forward A --days 1 --to-next",
        "fast-forward A --days 0",
        "invite --file nowhere.json",
        "policy check nowhere.toml",
        "diagram everything",
        "inbox one",
    ],
)
async def test_wrong_usage_is_told_in_a_line(vip: Vip, words: str) -> None:
    said = await vip(*words.split())
    assert said.status == 2, said
    assert said.err.startswith("vip: ")
    assert (await vip(*words.split(), "--json")).json["code"] == "wrong_usage"


@pytest.mark.parametrize(
    "words",
    [
        [*INVITE],
        ["accept", "VIP", "--name", "A"],
        ["resend", "VIP"],
        ["withdraw", "VIP", "--reason", "x"],
        ["contact", "VIP", "--name", "A", "--email", "a@example.com", "--reason", "x"],
        ["offer-type", "VIP", "team"],
        ["assign", "VIP", "--to", "a", "--name", "A", "--email", "a@example.com"],
        ["assign", "--from", "a", "--to", "b", "--name", "A", "--email", "a@example.com"],
        ["authorize", "VIP", "photoshop-team=1"],
        ["order", "VIP", "SO-1", "photoshop-team=1"],
        ["extend", "PA", "--days", "1", "--reason", "x"],
        ["cancel", "PA", "--reason", "x"],
        ["write-off", "PA", "--reason", "x"],
        ["deactivate", "PA", "--reason", "x"],
        ["return", "PA", "SO-1", "--reason", "x"],
        ["return", "PA", "--confirm"],
        ["return", "PA", "--decline", "--reason", "x"],
        ["renew", "VIP", "SO-1"],
        ["decline", "VIP", "--reason", "x"],
        ["customers"],
        ["show", "VIP"],
        ["journal", "VIP"],
        ["products", "VIP"],
        ["fast-forward", "VIP", "--days", "1"],
    ],
    ids=lambda words: " ".join(words[:3]),
)
async def test_without_a_server_every_command_says_so(
    vip: Vip, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    words = [{"VIP": "Z" * 20, "PA": "A" * 20}.get(word, word) for word in words]
    said = await vip(*words)
    assert said.status == 3, said
    assert "No Temporal server answers at 127.0.0.1:1" in said.err
    assert (await vip(*words, "--json")).json["code"] == "unavailable"


async def test_when_nobody_answers_the_key_is_told_with_which_to_find_out(
    vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = Gateway.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.5)
    monkeypatch.setenv("VIP_TASK_QUEUE", "nobody-works-here")
    said = await vip(*INVITE)
    assert said.status == 3
    assert re.search(r"No answer came within .* with --key [0-9a-f]{32} finds out what became of it", said.err)


async def test_a_wrong_setting_is_wrong_usage(vip: Vip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIP_PUBLIC_URL", "http://shop.example.com")
    said = await vip("show", "A" * 20)
    assert said.status == 2
    assert "VIP_PUBLIC_URL is wrong" in said.err


async def test_an_unknown_namespace_is_not_mistaken_for_an_unknown_number(
    vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    said = await vip("show", "Z" * 20)
    assert said.status == 3
    assert "elsewhere" in said.err
