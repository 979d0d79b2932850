"""The `vip` command: everything that a person does with customers and authorizations, done and repeated."""

import io
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.gateway.commands import INVITE, authorized, invited, member, refused, write
from tests.gateway.conftest import Vip


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


async def test_options_given_beside_a_file_win_field_by_field(vip: Vip) -> None:
    write("body.json", json.dumps({"contact": {"name": "Ida", "email": "ida@example.com"}, "account_manager": 7}))
    words = [word for word in INVITE if word not in ("--contact-email", "mette@example.com")]
    answer = await vip.done(*words, "--file", "body.json")
    assert answer["contact"] == {"name": "Mette", "email": "ida@example.com"}
    assert answer["account_manager"] == {"id": "am-1", "name": "Jens", "email": "jens@example.com"}


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
