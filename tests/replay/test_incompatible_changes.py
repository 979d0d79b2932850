"""What running cases cannot follow is noticed: histories that were written otherwise, tables that were changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from temporalio.common import SearchAttributeKey

from cases.customer import CustomerCase
from cases.messages import PlaceOrder
from states.authorization import State, Trigger
from states.letters import OrderReceived, PaymentOverdue
from states.lifecycle import At, Lifecycle, Row, always, to_both, to_contact
from states.refusals import refuse
from tests.replay.recording import VERSION, recorded
from tests.replay.replaying import Change, change_authorizations, is_nondeterminism, replayed, with_rows
from workflows.visibility import Attributes, customer_attributes

Event = dict[str, Any]


def read(name: str) -> str:
    return recorded(VERSION)[name].read_text(encoding="utf-8")


# --- a history of a release that decided otherwise


def _another_activity(events: list[Event]) -> bool:
    """As if this run had been written by a release that called the mail activity otherwise."""
    found = [
        one["activityTaskScheduledEventAttributes"] for one in events if "activityTaskScheduledEventAttributes" in one
    ]
    for attributes in found:
        attributes["activityType"]["name"] = "send_message"
    return bool(found)


def _no_upsert(events: list[Event]) -> bool:
    """As if it had been written before search attributes were kept up to date."""
    for event in events:
        if event.pop("upsertWorkflowSearchAttributesEventAttributes", None) is not None:
            completed = event.get("workflowTaskCompletedEventId", "4")
            event["eventType"] = "EVENT_TYPE_MARKER_RECORDED"
            event["markerRecordedEventAttributes"] = {"markerName": "old", "workflowTaskCompletedEventId": completed}
            return True
    return False


@pytest.mark.parametrize("change", [_another_activity, _no_upsert])
async def test_a_run_of_a_release_that_decided_otherwise_is_noticed(change: Callable[[list[Event]], bool]) -> None:
    history = json.loads(read("ordered_in_time.customer-1-1"))
    assert change(history["events"]), "nothing was planted"
    assert is_nondeterminism(await replayed(json.dumps(history)))


# --- tables that decide otherwise


def _without_reminders(table: Lifecycle[Any]) -> Lifecycle[Any]:
    kept = tuple(moment for moment in table.moments[State.PENDING] if isinstance(moment, At))
    return replace(table, moments={**table.moments, State.PENDING: kept})


def _with_a_row(row: Row[Any]) -> Change:
    return lambda table: replace(table, rows=(*table.rows, row), refusals={})


UNSAFE = {
    "a letter more on a row that fired": (with_rows("A6", then=(to_both(OrderReceived),)), "ordered_in_time"),
    "a letter less on a row that fired": (
        with_rows("A9", then=(to_contact(PaymentOverdue),)),
        "overdue_deactivated_and_reactivated",
    ),
    "a moment removed from a state that was entered": (_without_reminders, "overdue_deactivated_and_reactivated"),
    "an exit added to a final state": (
        _with_a_row(Row("A0", State.CANCELLED, Trigger.EXTEND, always, State.PENDING)),
        "returned_written_off_and_cancelled",
    ),
}
SAFE: dict[str, tuple[Change, str]] = {
    "a row for what was refused before": (
        _with_a_row(Row("A0", State.DEACTIVATED, Trigger.CANCEL, always, State.CANCELLED)),
        "overdue_deactivated_and_reactivated",
    ),
    "another letter to the same readers": (
        with_rows("A13", then=(to_both(PaymentOverdue),)),
        "overdue_deactivated_and_reactivated",
    ),
}


async def failing(life: str) -> list[str]:
    """The runs that do not replay."""
    runs: dict[str, Path] = recorded(VERSION, life)
    found = {name: await replayed(path.read_text(encoding="utf-8")) for name, path in runs.items()}
    return [name for name, result in found.items() if result.replay_failure is not None]


@pytest.mark.parametrize("kind", UNSAFE)
async def test_a_change_that_running_cases_cannot_follow_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, life = UNSAFE[kind]
    change_authorizations(monkeypatch, change)
    noticed = await failing(life)
    assert any(name.startswith(f"{life}.authorization") for name in noticed)
    assert not any("customer" in name for name in noticed), "only authorizations decide by this table"


@pytest.mark.parametrize("kind", SAFE)
async def test_a_change_that_running_cases_can_follow_is_none(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, life = SAFE[kind]
    change_authorizations(monkeypatch, change)
    assert await failing(life) == []


async def test_what_is_shown_of_a_case_cannot_grow_under_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search attribute more is a command more; current details are none."""

    def with_a_region(case: CustomerCase, now: datetime, shown: bool) -> Attributes:
        return {**customer_attributes(case, now, shown), SearchAttributeKey.for_keyword("Region"): case.profile.region}

    monkeypatch.setattr("workflows.of_customer.customer_attributes", with_a_region)
    assert await failing("ordered_in_time") == ["ordered_in_time.customer-1-2"], "nothing was shown anew as it began"
    monkeypatch.undo()
    monkeypatch.setattr("workflows.of_customer.customer_details", lambda *_given: "otherwise")
    assert await failing("ordered_in_time") == []


async def test_a_body_that_was_taken_must_go_on_being_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers decide again on replay; only validators do not."""

    def refused(_body: object) -> NoReturn:
        raise refuse("invalid_request", "no longer like this")

    monkeypatch.setattr(PlaceOrder, "model_validate", refused)
    assert len(await failing("ordered_in_time")) == 1
