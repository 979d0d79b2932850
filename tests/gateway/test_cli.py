"""The `vip` command: every command done, refused, repeated and out of reach; JSON is JSON; never a stack trace."""

import io
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway import cli
from gateway.client import Gateway
from tests.gateway.conftest import Said, Vip

INVITE = (
    *("invite", "--organization", "Kanalhuset", "--segment", "commercial", "--offer-type", "team", "--region", "DK"),
    *("--address", "Kanalgade 1", "--postal-code", "8000", "--contact-name", "Mette"),
    *("--contact-email", "mette@example.com", "--manager-id", "am-1", "--manager-name", "Jens"),
    *("--manager-email", "jens@example.com"),
)
ALL = [name for name in cli.app if not name.startswith("-")]


async def invited(vip: Vip) -> str:
    return str((await vip.done(*INVITE))["vip_number"])


async def member(vip: Vip) -> str:
    number = await invited(vip)
    await vip.done("accept", number, "--name", "Mette")
    return number


async def authorized(vip: Vip, *, at: str | None = None) -> tuple[str, str]:
    number = await member(vip)
    answer = await vip.done("authorize", number, "photoshop-team=3")
    return number, str(answer["authorization_number"])


async def ordered(vip: Vip) -> tuple[str, str]:
    number, authorization = await authorized(vip)
    await vip.done("order", authorization, "SO-1")
    return number, authorization


def write(name: str, text: str) -> None:
    """A file beside the command: each test has a folder of its own."""
    Path(name).write_text(text)


def refused(said: Said, code: str) -> None:
    assert said.status == 1, said
    assert said.err.startswith(f"{code}: ")
    assert said.out == ""


async def test_a_walk_through_everything_a_person_does(vip: Vip) -> None:
    said = await vip(*INVITE)
    assert said.status == 0
    assert "Kanalhuset" in said.out
    assert "invited, no access to the Admin Console yet" in said.out
    number = await member(vip)
    assert (await vip.done("offer-type", number, "enterprise"))["offer_types"] == ["enterprise", "team"]
    assert (await vip.done("resend", await invited(vip)))["state"] == "invited"
    assert (await vip.done("withdraw", await invited(vip), "--reason", "wrong"))["state"] == "withdrawn"
    handed = await vip.done("contact", number, "--name", "Ida", "--email", "ida@example.org", "--reason", "left")
    assert handed["contact"] == {"name": "Ida", "email": "ida@example.org"}
    authorization = (await vip.done("authorize", number, "photoshop-team=3", "--purchase-order", "PO 1"))[
        "authorization_number"
    ]
    assert (await vip.done("extend", authorization, "--days", "3", "--reason", "slow"))["state"] == "pending"
    assert (await vip.done("order", authorization, "SO-1", "photoshop-team=1"))["state"] == "pending"
    assert (await vip.done("order", authorization, "SO-2"))["state"] == "ordered"
    asked = await vip.done("return", authorization, "SO-2", "--reason", "wrong")
    assert asked["state"] == "return_requested"
    assert (await vip.done("return", authorization, "--decline", "--reason", "used"))["state"] == "ordered"
    await vip.done("return", authorization, "SO-2", "photoshop-team=1", "--reason", "wrong")
    assert (await vip.done("return", authorization, "--confirm"))["lines"][0]["returned"] == 1
    assert (await vip.done("order", number, "SO-3", "acrobat-pro-enterprise-device=2"))["state"] == "ordered"
    pending = (await vip.done("authorize", number, "photoshop-team=3", "--by", "member"))["authorization_number"]
    assert (await vip.done("cancel", pending, "--reason", "no"))["state"] == "cancelled"
    shown = await vip("show", number)
    assert shown.status == 0
    assert authorization in shown.out
    assert "SO-2" in (await vip("show", authorization)).out
    told = await vip("journal", authorization)
    assert "authorization: ordered -> return_requested" in told.out
    assert [entry["sequence"] for entry in await vip.done("journal", number)]
    products = {one["product"]: one["reasons"] for one in await vip.done("products", number)}
    assert products["photoshop-team"] == []
    assert products["acrobat-pro-enterprise-device"][0]["code"] == "product_not_authorizable"
    assert "no: " in (await vip("products", number)).out


async def test_what_is_asked_for_in_a_preview_does_not_happen(vip: Vip) -> None:
    number = await member(vip)
    answer = await vip.done("authorize", number, "photoshop-team=3", "--preview")
    assert answer["months_to_order"] == 12
    assert (await vip.done("show", number))["authorizations"] == []


async def test_late_requests_are_written_off_or_deactivated(vip: Vip) -> None:
    past = {
        "invited_on": "2026-01-01",
        "accepted_on": "2026-01-02",
        "authorizations": [
            {
                "authorization_number": f"{count:020X}",
                "requested_on": "2026-01-05",
                "lines": [{"product": "photoshop-team", "quantity": 1}],
            }
            for count in (0xCAFE1, 0xCAFE2)
        ],
    }
    write("body.json", json.dumps({"history": past}))
    customer = await vip.done(*INVITE, "--file", "body.json")
    first, second = (one["authorization_number"] for one in customer["authorizations"])
    assert (await vip.done("deactivate", first, "--reason", "nobody answers"))["state"] == "deactivated"
    assert (await vip.done("write-off", second, "--reason", "gone"))["state"] == "written_off"
    said = await vip("authorize", customer["vip_number"], "photoshop-team=1")
    refused(said, "overdue_items")
    assert first in said.err


async def test_a_renewal_is_ordered_or_declined(vip: Vip) -> None:
    for command in ("renew", "decline"):
        number = await _with_a_renewal_ready(vip)
        words = ["SO-R", "photoshop-team=1"] if command == "renew" else ["photoshop-team=1", "--reason", "smaller"]
        answer = await vip.done(command, number, *words)
        assert answer["products"][0]["renewed" if command == "renew" else "declined"] == 1
        assert answer["renewal_state"] == "ready"


async def _with_a_renewal_ready(vip: Vip) -> str:
    day = datetime.now(UTC).date() - timedelta(days=355)
    lines = [{"product": "photoshop-team", "quantity": 5}]
    history = {
        "invited_on": str(day),
        "accepted_on": str(day),
        "authorizations": [{"lines": lines, "orders": [{"order_reference": "SO-0", "ordered_on": str(day)}]}],
    }
    write("history.json", json.dumps({"history": history}))
    return str((await vip.done(*INVITE, "-f", "history.json"))["vip_number"])


async def test_the_body_of_an_invitation_may_come_from_standard_input(
    vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"external_id": "crm:1", "organization": "other"})))
    answer = await vip.done(*INVITE, "--file", "-")
    assert (answer["external_id"], answer["organization"]) == ("crm:1", "Kanalhuset")


async def test_all_customers_of_one_manager_are_assigned_to_another(vip: Vip) -> None:
    mine = [word.replace("am-1", "am-leaving") for word in INVITE]
    numbers = {(await vip.done(*mine))["vip_number"] for _ in range(2)}
    await _listed(vip, "am-leaving", 2)
    said = await vip("assign", "--from", "am-leaving", "--to", "am-unheard-of")
    assert said.status == 2
    assert "--name and --email" in said.err
    words = ("--to", "am-new", "--name", "Nora", "--email", "nora@example.com")
    answer = await vip.done("assign", "--from", "am-leaving", *words)
    assert {one["vip_number"] for one in answer["items"]} == numbers
    await _listed(vip, "am-leaving", 0)
    await _listed(vip, "am-new", 2)
    third = await invited(vip)
    known = await vip.done("assign", third, "--to", "am-new")
    assert known["account_manager"] == {"id": "am-new", "name": "Nora", "email": "nora@example.com"}


async def _listed(vip: Vip, manager: str, count: int) -> None:
    deadline = time.monotonic() + 10
    while (await vip.done("customers", "--managed-by", manager))["total"] != count:
        assert time.monotonic() < deadline, f"{manager} never had {count} customers in the list"


async def test_lists_are_narrowed_and_sorted(vip: Vip) -> None:
    number, _ = await authorized(vip)
    deadline = time.monotonic() + 10
    while number not in (said := await vip("customers", "--list", "pending_requests", "--sort", "next")).out:
        assert time.monotonic() < deadline
    assert said.status == 0
    assert "order_due" in said.out
    assert (await vip("customers", "--list", "overdue_requests", "--managed-by", "nobody")).out.strip() == (
        "No customer is in this list."
    )


async def test_the_same_key_has_one_effect_and_the_same_answer(vip: Vip) -> None:
    number = await member(vip)
    words = ("authorize", number, "photoshop-team=3", "--key", "k1")
    assert await vip.done(*words) == await vip.done(*words)
    assert len((await vip.done("show", number))["authorizations"]) == 1
    refused(await vip("authorize", number, "photoshop-team=4", "--key", "k1"), "idempotency_key_reused")
    first = await vip.done(*INVITE, "--key", "cli-invitation")
    assert (await vip.done(*INVITE, "--key", "cli-invitation"))["vip_number"] == first["vip_number"]


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


async def test_hostile_words_get_a_clear_answer_and_change_nothing(vip: Vip) -> None:
    number = await member(vip)
    before = [one for one in await vip.done("journal", number) if one["kind"] != "letter"]
    refused(await vip("authorize", number, "photoshop-team=1", "--purchase-order", "PO\x1b[31m"), "invalid_request")
    refused(await vip("decline", number, "--reason", "x" * 100_000), "body_too_large")
    refused(await vip("decline", number, "--reason", ""), "invalid_request")
    refused(await vip("authorize", number, "photoshop-team=1", "--key", "two words"), "invalid_request")
    assert (await vip("decline", number, "--reason", "\udcff")).status == 2
    assert [one for one in await vip.done("journal", number) if one["kind"] != "letter"] == before


async def test_customers_that_cannot_be_assigned_are_named_and_the_others_are(vip: Vip) -> None:
    mine = [word.replace("am-1", "am-mixed") for word in INVITE]
    withdrawn, kept = [(await vip.done(*mine))["vip_number"] for _ in range(2)]
    await vip.done("withdraw", withdrawn, "--reason", "twice")
    await _listed(vip, "am-mixed", 2)
    deadline = time.monotonic() + 10
    while (await vip.done("customers", "--managed-by", "am-mixed", "--status", "withdrawn"))["total"] != 1:
        assert time.monotonic() < deadline
    words = ("--to", "am-2", "--name", "Nora", "--email", "nora@example.com")
    answer = await vip.done("assign", "--from", "am-mixed", *words)
    assert [one["vip_number"] for one in answer["items"]] == [kept]


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


async def test_policy_files_are_checked_without_a_server(vip: Vip) -> None:
    root = Path(cli.__file__).parents[2]
    said = await vip("policy", "check", str(root / "policy.toml"))
    assert said.status == 0
    assert "default 1, classic 1, strict 1" in said.out
    write("bad.toml", "[profiles.default]\nversion = 1\n[profiles.default.invitation]\nreminder_days = [40]\n")
    said = await vip("policy", "check", "bad.toml", "--json")
    assert said.status == 1
    assert "reminder_days" in said.json["reasons"][0]["message"]


async def test_every_command_has_help(vip: Vip) -> None:
    assert len(ALL) >= 24
    for name in ALL:
        said = await vip(name, "--help")
        assert said.status == 0
        assert len(said.out.splitlines()) > 5, name
    listed = await vip("--help")
    assert all(name in listed.out for name in ALL)


def test_help_loads_nothing_heavy_and_so_comes_at_once() -> None:
    script = "import sys, gateway.cli as c; c.run(['--help']); print(*sorted({m.split('.')[0] for m in sys.modules}))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded: set[Any] = set(said.splitlines()[-1].split())
    assert loaded.isdisjoint({"temporalio", "pydantic", "pydantic_settings", "jinja2", "uvicorn", "transitions"})
