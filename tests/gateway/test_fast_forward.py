"""`vip fast-forward`: a customer and its authorizations move together, and what happened is told in order."""

from datetime import UTC, datetime, timedelta

import pytest

from local import clock
from tests.gateway.commands import authorized, invited, member, refused
from tests.gateway.conftest import Vip
from tests.workflows.lab import Lab
from workflows.names import authorization_id, customer_id

DAY = timedelta(days=1)


async def test_to_the_next_event_is_the_next_letter_or_change_of_state_and_no_further(vip: Vip) -> None:
    number = await invited(vip)
    journey = await vip.done("fast-forward", number, "--to-next")
    assert [(one["kind"], one["letter"], one["outcome"]) for one in journey["items"]] == [
        ("letter", "invitation_reminder", "sent")
    ]
    assert journey["arrived_at"][11:16] == "08:00"
    assert datetime.fromisoformat(journey["arrived_at"]) - datetime.fromisoformat(journey["started_at"]) < 4 * DAY


async def test_what_happens_on_the_way_is_told_in_order_whoever_it_happens_to(vip: Vip) -> None:
    number, authorization = await authorized(vip)
    journey = await vip.done("fast-forward", number, "--days", "15")
    told = [(one["whose"], one.get("letter") or one["to"]) for one in journey["items"] if one["whose"] != "customer"]
    assert told[:4] == [
        (authorization, "order_reminder"),
        (authorization, "order_reminder"),
        (authorization, "order_reminder"),
        (authorization, "overdue"),
    ]
    assert [one["effective_at"] for one in journey["items"]] == sorted(one["effective_at"] for one in journey["items"])
    assert (await vip.done("show", number))["lists"] == ["overdue_requests"]
    refused(await vip("authorize", number, "photoshop-team=1"), "overdue_items")
    await vip.done("order", authorization, "SO-1")
    await vip.done("authorize", number, "photoshop-team=1")


async def test_an_authorization_takes_its_customer_along(vip: Vip, house: Lab) -> None:
    number, authorization = await authorized(vip)
    said = await vip("fast-forward", authorization, "--days", "3")
    assert said.status == 0
    assert f"UTC for {number} now." in said.out
    clocks = [await clock.now_of(house.client, one) for one in (customer_id(number), authorization_id(authorization))]
    assert abs(clocks[0] - clocks[1]) < timedelta(minutes=1)
    assert clocks[0] - datetime.now(UTC) > 2.9 * DAY


async def test_a_clock_that_is_behind_is_brought_along_without_jumping_over_anything(vip: Vip, house: Lab) -> None:
    number, authorization = await authorized(vip)
    later = datetime.now(UTC) + 10 * DAY
    await clock.move(house.client, [authorization_id(authorization)], later)
    journey = await vip.done("fast-forward", number, "--days", "10")
    assert list(journey["aligned"]) == [number]
    assert journey["aligned"][number] == pytest.approx(10 * 86400, abs=120)
    assert "overdue" in [one.get("to") for one in journey["items"]]
    shown = await vip.done("show", number)
    assert shown["authorizations"][0]["state"] == "overdue"


async def test_two_years_pass_with_every_turn_of_the_renewal(vip: Vip) -> None:
    number, authorization = await authorized(vip)
    await vip.done("order", authorization, "SO-1")
    journey = await vip.done("fast-forward", number, "--days", "420")
    states = [one["to"] for one in journey["items"] if one.get("machine") == "renewal" and one["kind"] == "transition"]
    assert states == ["upcoming", "ready", "past_due", "lapsed"]
    assert (await vip.done("show", authorization))["state"] == "settled"
    assert (await vip.done("fast-forward", number, "--to-next"))["items"] == []


async def test_unknown_numbers_and_clocks_of_others_are_left_alone(vip: Vip, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(await vip("fast-forward", "Z" * 20, "--days", "1"), "not_found")
    number = await member(vip)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
    said = await vip("fast-forward", number, "--days", "1")
    assert said.status == 2
    assert "temporal.example.com is not this machine" in said.err
