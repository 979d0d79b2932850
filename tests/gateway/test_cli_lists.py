"""`vip customers`, `vip letters --sent`, and what the command line says where there is no register."""

import csv
import io
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.cli import listing
from gateway.client import Gateway
from tests.gateway.conftest import Vip
from tests.gateway.waiting import key, until
from tests.workflows.lab import INVITATION, Lab

Rows = list[dict[str, Any]]


def invitation(**changes: Any) -> Any:
    return {**INVITATION, **changes}


async def portfolio(gateway: Gateway, vip: Vip, *names: str) -> str:
    """Customers of these names, of an account manager of their own, and in the lists. Returns the manager's ID."""
    manager = {"id": f"am-{secrets.token_hex(4)}", "name": "Nora", "email": "nora@example.org"}
    for name in names:
        await gateway.invite(invitation(organization=name, account_manager=manager), key())
    await until(_total(vip, "--managed-by", manager["id"]), lambda total: total == len(names))
    return manager["id"]


def _total(vip: Vip, *words: str) -> Callable[[], Awaitable[int]]:
    async def look() -> int:
        return int((await vip.done("customers", *words))["total"])

    return look


async def test_a_list_comes_in_pages_in_the_order_asked_for(gateway: Gateway, vip: Vip) -> None:
    names = ["Ærø Film", "aarhus film", "Zoo", "Østerbro"]
    mine = ("--managed-by", await portfolio(gateway, vip, *names))
    found, cursor = list[str](), list[str]()
    while True:
        page = await vip.done("customers", *mine, "--limit", "3", *cursor)
        assert page["total"] == 4
        found += [one["organization"] for one in page["items"]]
        if "next_cursor" not in page:
            break
        cursor = ["--cursor", page["next_cursor"]]
    assert found == ["aarhus film", "Ærø Film", "Østerbro", "Zoo"]
    backwards = await vip.done("customers", *mine, "--all", "--sort", "-name")
    assert [one["organization"] for one in backwards["items"]] == found[::-1]
    said = await vip("customers", *mine, "--limit", "3")
    assert "3 of 4; the next ones: the same with --cursor " in said.out
    assert (await vip("customers", "--cursor", "rubbish")).err.startswith("invalid_request: cursor: ")


async def test_a_customer_is_found_by_what_people_know_of_it(gateway: Gateway, vip: Vip) -> None:
    mine = ("--managed-by", await portfolio(gateway, vip, "Skagen Lys", "Kanalhuset"))
    for words in ("lys", "SKAG", "mette@example"):
        assert "Skagen Lys" in (await vip("customers", *mine, "-q", words)).out
    assert (await vip("customers", *mine, "-q", "nobody")).out == "No customer is in this list.\n"


async def test_customers_are_counted(gateway: Gateway, vip: Vip) -> None:
    manager = await portfolio(gateway, vip, "One", "Two")
    counts = await vip.done("customers", "--counts", "--managed-by", manager)
    lists = {"pending_requests": 0, "overdue_requests": 0, "upcoming_renewals": 0, "ready_for_renewal": 0}
    assert counts == {"all": 2, "no_products": 2, **lists}
    said = await vip("customers", "--counts", "--managed-by", manager)
    assert ["no_products", "2"] in [one.split() for one in said.out.splitlines()]


async def test_a_list_is_written_for_a_spreadsheet(gateway: Gateway, vip: Vip) -> None:
    mine = ("--managed-by", await portfolio(gateway, vip, "Ærø, Film", "-5+cmd"))
    said = await vip("customers", *mine, "--csv")
    assert said.status == 0
    assert said.out.startswith("\ufeffvip_number,organization,")
    rows = list(csv.DictReader(io.StringIO(said.out.removeprefix("\ufeff"), newline="")))
    assert [one["organization"] for one in rows] == ["'-5+cmd", "Ærø, Film"]


@pytest.mark.parametrize(
    "words",
    [("--csv", "--json"), ("--csv", "--counts"), ("--all", "--cursor", "x"), ("--counts", "--list", "no_products")],
)
async def test_what_does_not_go_together_is_wrong_usage(vip: Vip, words: tuple[str, ...]) -> None:
    assert (await vip("customers", *words)).status == 2


# --- without a register


async def test_where_no_register_is_the_command_says_what_to_do_and_makes_none(
    gateway: Gateway, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await gateway.invite(invitation(), key()))["vip_number"]
    monkeypatch.setenv("VIP_DATABASE_URL", "sqlite:///nowhere.sqlite3")
    for words in (("customers",), ("customers", "--csv"), ("agenda",), ("letters", "--undelivered")):
        said = await vip(*words)
        assert (said.status, said.out) == (3, "")
        assert "There is no register at nowhere.sqlite3" in said.err
        assert "vip register rebuild" in said.err
        assert said.err.count("\n") == 1
    assert "nowhere.sqlite3" not in os.listdir()
    monkeypatch.setenv("VIP_DATABASE_URL", "off")
    for words in (("customers",), ("register", "rebuild")):
        said = await vip(*words)
        assert said.status == 3
        assert "VIP_DATABASE_URL" in said.err
    # A case tells of itself without any register.
    assert (await vip.done("show", number))["vip_number"] == number
    assert (await vip.done("journal", number))[0]["sequence"] == 1


async def test_an_empty_register_beside_customers_that_run_is_no_empty_list(
    gateway: Gateway, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.invite(invitation(), key())
    monkeypatch.setattr(listing, "_SETTLED", -listing._SETTLED)
    monkeypatch.setenv("VIP_DATABASE_URL", "sqlite:///empty.sqlite3")
    from register.register import Register

    async with await Register.at("sqlite:///empty.sqlite3"):
        for words in (("customers",), ("customers", "--counts"), ("customers", "--all"), ("agenda",)):
            said = await vip(*words)
            assert said.status == 3
            assert "fill it with vip register rebuild" in said.err


# --- letters


async def test_letters_that_did_not_get_out_are_listed_with_why(house: Lab, gateway: Gateway, vip: Vip) -> None:
    manager = {"id": f"am-{secrets.token_hex(4)}", "name": "Nora", "email": "nora@example.org"}
    house.sink.answers["nobody@example.com"] = "550 5.1.1 no such user"
    body = invitation(account_manager=manager, contact={"name": "Nix", "email": "nobody@example.com"})
    number = (await gateway.invite(body, key()))["vip_number"]
    await until(lambda: _letters(vip, "--undelivered", "--managed-by", manager["id"]), lambda found: len(found) == 1)
    (letter,) = await _letters(vip, "--undelivered", "--managed-by", manager["id"])
    assert (letter["vip_number"], letter["letter"], letter["reason"]) == (number, "invitation", "recipient_refused")
    await until(lambda: _letters(vip, "--sent", "--managed-by", manager["id"]), lambda found: len(found) == 1)
    assert (await _letters(vip, "--sent", "--managed-by", manager["id"]))[0]["letter"] == "letter_undeliverable"
    said = await vip("letters", "--sent", "--undelivered", "--managed-by", manager["id"], "--since", "2020-01-01")
    assert said.out.index("letter_undeliverable") < said.out.index("recipient_refused")
    assert await _letters(vip, "--undelivered", "--since", "2099-01-01T00:00:00Z") == []


async def _letters(vip: Vip, *words: str) -> Rows:
    items: Rows = (await vip.done("letters", *words))["items"]
    return items


@pytest.mark.parametrize(
    "words",
    [
        ("--undelivered", "--since", "yesterday"),
        ("--undelivered", "--since", "2027-03-01T08:00:00"),
        ("--undelivered", "--all"),
        ("--since", "2027-03-01"),
        ("--sent", "invitation"),
    ],
)
async def test_a_record_of_letters_that_cannot_be_is_wrong_usage(vip: Vip, words: tuple[str, ...]) -> None:
    assert (await vip("letters", *words)).status == 2
