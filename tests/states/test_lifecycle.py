"""A lifecycle is checked when it is made, every problem of its table named. Steps, moments and refusals of any table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from states.letters import PaymentOverdue, Welcome
from states.lifecycle import (
    At,
    Lifecycle,
    Remind,
    Row,
    TableError,
    TransitionRefused,
    always,
    to_both,
    to_contact,
    to_manager,
)
from states.policy import Policy
from tests.states.tables import POLICY

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


class Push(StrEnum):
    BEGIN = "begin"
    SWITCH = "switch"
    BLINK = "blink"
    BREAK = "break"
    BUZZ = "buzz"


Facts = dict[str, Any]


def it_is_dark(facts: Facts, _policy: Policy) -> bool:
    return bool(facts.get("dark"))


def at_noon(facts: Facts, _policy: Policy) -> datetime | None:
    found: datetime | None = facts.get("noon", NOON)
    return found


def every_hour(_facts: Facts, _policy: Policy, after: datetime) -> datetime | None:
    following = after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return following if following <= NOON + timedelta(hours=3) else None


ROWS: tuple[Row[Facts], ...] = (
    Row("L1", None, Push.BEGIN, always, Light.RED),
    Row("L2", Light.RED, Push.SWITCH, it_is_dark, Light.BROKEN),
    Row("L3", Light.RED, Push.SWITCH, always, Light.GREEN),
    Row("L4", Light.GREEN, Push.SWITCH, it_is_dark, Light.RED),
    Row("L5", Light.RED, Push.BREAK, always, Light.BROKEN),
    Row("L6", Light.RED, Push.BLINK, always, Light.RED),
    Row("L7", Light.RED, Push.BUZZ, always, Light.RED),
)


def light(rows: tuple[Row[Facts], ...] = ROWS, **more: Any) -> Lifecycle[Facts]:
    return Lifecycle(name="light", states=Light, rows=rows, **{"moments": {}, **more})


def test_a_whole_table_is_accepted_and_its_first_fitting_row_fires() -> None:
    machine = light()
    assert machine.step(None, Push.BEGIN, {}, POLICY).rule == "L1"
    assert machine.step(Light.RED, Push.SWITCH, {"dark": True}, POLICY).rule == "L2"
    assert machine.step(Light.RED, Push.SWITCH, {}, POLICY).rule == "L3"
    assert machine.final(Light.BROKEN)
    assert not machine.final(Light.GREEN)


def test_what_no_row_takes_is_refused_with_the_code_of_the_table_or_a_general_one() -> None:
    machine = light(refusals={Push.SWITCH: {Light.GREEN: ("too_bright", "It is not dark.")}})
    with pytest.raises(TransitionRefused, match=r"It is not dark\.") as refused:
        machine.step(Light.GREEN, Push.SWITCH, {}, POLICY)
    assert refused.value.code == "too_bright"
    assert refused.value.reasons[0]["state"] == "green"
    with pytest.raises(TransitionRefused, match="break is not possible while broken") as general:
        machine.step(Light.BROKEN, Push.BREAK, {}, POLICY)
    assert general.value.code == "not_allowed"
    with pytest.raises(TransitionRefused, match="while nothing has begun"):
        machine.step(None, Push.SWITCH, {}, POLICY)


def test_a_step_that_no_row_begins_is_refused_before_the_first() -> None:
    assert light().refusal(None, Push.BREAK).code == "not_allowed"


def lamp(_facts: Facts, _policy: Policy) -> bool:
    return True


nameless: Callable[[Facts, Policy], bool] = lamp
nameless.__name__ = "<lambda>"

BEGIN = ROWS[0]
# fmt: off
WRONG: list[tuple[tuple[Row[Facts], ...], dict[str, Any], str]] = [
    (ROWS[:1], {}, "GREEN is never reached; BROKEN is never reached"),
    (ROWS[1:], {}, "RED is never reached; GREEN is never reached; BROKEN is never reached"),
    ((*ROWS, Row("L8", Light.RED, Push.SWITCH, it_is_dark, Light.RED)), {}, "L8 (red, switch) can never fire: a row above it always does"),
    ((*ROWS, Row("L8", Light.BROKEN, Push.SWITCH, nameless, Light.RED)), {}, "L8: a guard needs a name"),
    (ROWS, {"moments": {Light.GREEN: (At(at_noon, Push.BREAK),)}}, "GREEN: BREAK comes, but no row takes it"),
    (ROWS, {"moments": {Light.RED: (At(at_noon, Push.BLINK),)}}, "RED: the deadline BLINK does not leave the state (['L6'])"),
    (ROWS, {"moments": {Light.RED: (Remind(every_hour, Push.BREAK),)}}, "RED: the reminder BREAK leaves the state"),
    (ROWS, {"refusals": {Push.BREAK: {Light.RED: ("no", "No.")}}}, "BREAK is refused in RED, where a row always takes it"),
]
# fmt: on


@pytest.mark.parametrize(("rows", "more", "problem"), WRONG, ids=[problem for *_, problem in WRONG])
def test_a_table_that_contradicts_itself_is_refused_when_it_is_made(
    rows: tuple[Row[Facts], ...], more: dict[str, Any], problem: str
) -> None:
    with pytest.raises(TableError) as refused:
        light(rows, **more)
    assert str(refused.value) == f"light: {problem}"


def test_a_state_that_no_row_begins_is_reached_when_the_lifecycle_starts_in_it() -> None:
    assert light(ROWS[1:], initial=Light.RED).step(Light.RED, Push.SWITCH, {}, POLICY).rule == "L3"


def test_every_problem_of_a_table_is_named_at_once() -> None:
    wrong = (BEGIN, Row("L8", Light.RED, Push.SWITCH, nameless, Light.RED))
    with pytest.raises(TableError, match=r"never reached.*never reached.*needs a name"):
        light(wrong)


MOMENTS = {
    Light.RED: (At(at_noon, Push.SWITCH), Remind(every_hour, Push.BLINK), Remind(every_hour, Push.BUZZ)),
}


@pytest.mark.parametrize(
    ("after", "trigger", "hour"), [(10, "blink", 11), (11, "switch", 12), (12, "switch", 12)], ids=str
)
def test_the_next_moment_is_the_earliest_and_a_deadline_comes_before_a_reminder(
    after: int, trigger: str, hour: int
) -> None:
    moment = light(moments=MOMENTS).upcoming(Light.RED, {}, POLICY, NOON.replace(hour=after))
    assert moment is not None
    assert (moment.trigger.value, moment.at.hour) == (trigger, hour)


def test_a_deadline_that_cannot_come_leaves_the_reminders_and_all_of_one_instant_ring_in_the_tables_order() -> None:
    machine, facts = light(moments=MOMENTS), {"noon": None}
    assert machine.deadline(Light.RED, facts, POLICY) is None
    moment = machine.upcoming(Light.RED, facts, POLICY, NOON)
    assert moment is not None
    assert (moment.trigger, moment.deadline) == (Push.BLINK, False)
    assert (moment.trigger, *moment.also) == (Push.BLINK, Push.BUZZ)
    assert machine.upcoming(Light.GREEN, facts, POLICY, NOON) is None


def test_what_follows_names_its_readers() -> None:
    assert [reader.value for reader in to_contact(Welcome).readers] == ["contact"]
    assert [reader.value for reader in to_manager(PaymentOverdue).readers] == ["account_manager"]
    assert [reader.value for reader in to_both(PaymentOverdue).readers] == ["contact", "account_manager"]
    assert to_both(PaymentOverdue).when({}, POLICY)
