"""The purchase authorization, all states and triggers (docs/rules.md, section 4)."""

from datetime import UTC, date, datetime

import pytest

from states.authorization import (
    AUTHORIZATION,
    State,
    Trigger,
    deactivation_comes,
    next_order_reminder,
    next_overdue_reminder,
    next_warning,
    overdue_starts,
    return_closes,
)
from states.facts import AuthorizationFacts, Order, Reader, RequestedBy, held, open_quantity
from states.policy import Policy
from tests.states.tables import POLICY, Cell, Table, check_deletions, check_table

REQUESTED_AT = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
WHOLE = Order(order_reference="PO-1", lines={"a": 5}, ordered_at=REQUESTED_AT, recorded_at=REQUESTED_AT)
PART = WHOLE.model_copy(update={"lines": {"a": 2}})
ASKED = AuthorizationFacts(requested_at=REQUESTED_AT, requested_by=RequestedBy.ACCOUNT_MANAGER, lines={"a": 5})

FACTS = {
    "open": ASKED,
    "by_member": ASKED.model_copy(update={"requested_by": RequestedBy.MEMBER}),
    "part": ASKED.model_copy(update={"orders": (PART,)}),
    "whole": ASKED.model_copy(update={"orders": (WHOLE,)}),
    "returned": ASKED.model_copy(update={"orders": (WHOLE.model_copy(update={"returned": {"a": 5}}),)}),
    "dropped": ASKED.model_copy(update={"dropped": {"a": 5}}),
}
NO = "not_allowed"
COLUMNS = (
    "-", "pending", "ordered", "overdue", "deactivated", "cancelled", "return_requested", "returned", "settled", "written_off",
)  # fmt: skip


def only(*, otherwise: Cell = NO, **cells: Cell) -> dict[str, Cell]:
    """A line of the table: everything not named is `otherwise`; before it begins nothing else is allowed."""
    line = dict.fromkeys(COLUMNS, otherwise) | {"-": NO} | cells
    return {("-" if column == "nothing" else column): cell for column, cell in line.items()}


NOTHING_OPEN = "whole returned dropped"
ORDERED = "part whole returned"

# fmt: off
AUTHORIZATION_TABLE: Table = {
    "authorize_purchase": only(nothing={"by_member": "A2 pending", "else": "A1 pending"}),
    "record_order":       only(nothing="A3 ordered"),
    "remind":             only(pending="A4 pending", overdue="A10 overdue"),
    "order_due":          only(pending="A9 overdue"),
    "warn":               only(overdue="A11 overdue"),
    "deactivation":       only(overdue="A12 deactivated"),
    "return_window_ends": only(ordered="A18 settled"),
    "place_order":        only(pending={NOTHING_OPEN: "A6 ordered", "else": "A5 pending"},
                               overdue={NOTHING_OPEN: "A6 ordered", "else": "A5 overdue"},
                               deactivated={NOTHING_OPEN: "A13 ordered", "else": "A5 deactivated"}, otherwise="nothing_open"),
    "cancel":             only(pending={ORDERED: "A7 ordered", "else": "A7 cancelled"}, otherwise="not_pending"),
    "extend":             only(pending="A8 pending", otherwise="not_pending"),
    "write_off":          only(overdue={ORDERED: "A14 ordered", "else": "A14 written_off"},
                               deactivated={ORDERED: "A14 ordered", "else": "A14 written_off"}, otherwise="not_overdue"),
    "deactivate":         only(overdue="A19 deactivated", otherwise="not_overdue"),
    "request_return":     only(ordered="A15 return_requested", return_requested="return_already_open", returned="exceeds_held",
                               settled="return_window_closed", otherwise="not_ordered"),
    "confirm_return":     only(return_requested={"open by_member dropped returned": "A16 returned", "else": "A16 ordered"},
                               otherwise="no_return_open"),
    "decline_return":     only(return_requested="A17 ordered", otherwise="no_return_open"),
}
# fmt: on


def test_every_trigger_in_every_state_of_an_authorization_does_what_the_rules_say() -> None:
    assert check_table(AUTHORIZATION, AUTHORIZATION_TABLE, FACTS) == 15 * 10 * len(FACTS)


def test_without_a_row_exactly_its_step_of_the_authorization_is_missing() -> None:
    assert check_deletions(AUTHORIZATION, AUTHORIZATION_TABLE, FACTS) == 27


def test_settled_returned_cancelled_and_written_off_are_final() -> None:
    final = {state for state in State if AUTHORIZATION.final(state)}
    assert final == {State.SETTLED, State.RETURNED, State.CANCELLED, State.WRITTEN_OFF}


@pytest.mark.rule("A7", "A8")
@pytest.mark.parametrize("trigger", [Trigger.CANCEL, Trigger.EXTEND])
@pytest.mark.parametrize(
    ("state", "instead"),
    [
        (State.ORDERED, "ask for a return"),
        (State.OVERDUE, "place the order, or write it off"),
        (State.DEACTIVATED, "place the order, or write it off"),
        (State.RETURN_REQUESTED, "confirm or decline it"),
    ],
)
def test_whoever_can_no_longer_cancel_or_extend_is_told_what_is_possible_instead(
    trigger: Trigger, state: State, instead: str
) -> None:
    assert instead in AUTHORIZATION.refusal(state, trigger).reasons[0]["message"]


@pytest.mark.rule("nothing_open")
@pytest.mark.parametrize(("state", "word"), [(State.CANCELLED, "cancelled"), (State.WRITTEN_OFF, "written off")])
def test_an_order_for_something_cancelled_or_written_off_is_told_so(state: State, word: str) -> None:
    assert word in AUTHORIZATION.refusal(state, Trigger.ORDER).reasons[0]["message"]


@pytest.mark.rule("A9", "A8")
def test_the_order_is_late_from_day_15_and_later_by_the_extension() -> None:
    assert overdue_starts(ASKED, POLICY) == datetime(2026, 1, 20, tzinfo=UTC)
    extended = ASKED.model_copy(update={"extension_days": 14})
    assert overdue_starts(extended, POLICY) == datetime(2026, 2, 3, tzinfo=UTC)


@pytest.mark.rule("A12", "4.3")
def test_the_deactivation_comes_on_the_later_of_day_61_and_one_day_after_the_first_warning_that_got_out() -> None:
    assert deactivation_comes(ASKED, POLICY) is None
    early = ASKED.model_copy(update={"warned_at": datetime(2026, 2, 21, 8, tzinfo=UTC)})
    late = ASKED.model_copy(update={"warned_at": datetime(2026, 3, 20, 23, 59, tzinfo=UTC)})
    assert deactivation_comes(early, POLICY) == datetime(2026, 3, 7, tzinfo=UTC)
    assert deactivation_comes(late, POLICY) == datetime(2026, 3, 21, tzinfo=UTC)
    strict = Policy.model_validate(
        {"name": "s", "version": 1, "authorization": {"warning_days": [], "notice_before_deactivation_days": 0}}
    )
    assert deactivation_comes(ASKED, strict) == datetime(2026, 3, 7, tzinfo=UTC)


def days_of(following: object, facts: AuthorizationFacts, until: int) -> list[int]:
    at, rung = REQUESTED_AT, []
    assert callable(following)
    while (found := following(facts, POLICY, at)) is not None and (found.date() - date(2026, 1, 5)).days <= until:
        assert found.hour == 8
        rung.append((found.date() - date(2026, 1, 5)).days)
        at = found
    return rung


@pytest.mark.rule("A4", "A10", "A11")
def test_reminders_and_warnings_ring_on_their_days() -> None:
    assert days_of(next_order_reminder, ASKED, 100) == [7, 12, 14]
    assert days_of(next_overdue_reminder, ASKED, 64) == [22, 29, 36, 43, 50, 57, 64]
    assert days_of(next_warning, ASKED, 64) == [47, 54, 60, 61, 62, 63, 64]


@pytest.mark.rule("4.3")
def test_fresh_warnings_end_once_one_got_out_and_when_both_readers_refuse() -> None:
    warned = ASKED.model_copy(update={"warned_at": datetime(2026, 2, 21, 8, tzinfo=UTC)})
    one = ASKED.model_copy(update={"warnings_refused": (Reader.CONTACT,)})
    both = ASKED.model_copy(update={"warnings_refused": (Reader.CONTACT, Reader.ACCOUNT_MANAGER)})
    assert days_of(next_warning, warned, 70) == [47, 54, 60]
    assert days_of(next_warning, both, 70) == [47, 54, 60]
    assert days_of(next_warning, one, 62) == [47, 54, 60, 61, 62]


@pytest.mark.rule("A15", "A18")
def test_a_return_can_be_asked_for_until_the_end_of_the_fourteenth_day_after_the_order_was_placed() -> None:
    assert return_closes(WHOLE, POLICY) == datetime(2026, 1, 20, tzinfo=UTC)


def test_open_and_held_are_counted_by_product() -> None:
    assert open_quantity(FACTS["part"]) == {"a": 3}
    assert open_quantity(FACTS["dropped"]) == {}
    assert held(FACTS["part"]) == {"a": 2}
    assert held(FACTS["returned"]) == {}
