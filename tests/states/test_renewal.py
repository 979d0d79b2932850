"""The renewal, all states and triggers (docs/rules.md, section 5)."""

from datetime import UTC, date, datetime

import pytest

from states.facts import RenewalFacts
from states.renewal import (
    RENEWAL,
    State,
    begin_next_year,
    end_term,
    first_anniversary,
    fix_anniversary,
    next_last_chance,
    next_ready_reminder,
    next_upcoming_reminder,
    to_renew,
)
from tests.states.tables import POLICY, Cell, Table, check_deletions, check_table

A = date(2027, 1, 5)
TERM = RenewalFacts(anchor=date(2026, 1, 5), anniversary=A, term_start=date(2026, 1, 5), turn=1)
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def facts(**quantities: dict[str, int]) -> RenewalFacts:
    return TERM.model_copy(update=quantities)


FACTS = {
    "nothing": facts(),
    "held": facts(ending={"a": 5}),
    "part": facts(ending={"a": 5}, renewed={"a": 2}),
    "all": facts(ending={"a": 5}, renewed={"a": 5, "b": 1}),
    "said": facts(ending={"a": 5}, renewed={"a": 2}, declined={"a": 3}),
    "declined": facts(ending={"a": 5}, declined={"a": 5}),
    "declined_and_coming": facts(ending={"a": 5}, declined={"a": 5}, coming={"b": 1}),
    "only_coming": facts(coming={"b": 1}),
    "only_renewed": facts(renewed={"a": 2}),
}
NO = "not_allowed"
DONE = "all said only_renewed"
"""Everything held is renewed or declined, and something was renewed."""
GOES_ON = "part all said declined_and_coming only_coming only_renewed"
HOLDS = "held part all said declined declined_and_coming only_coming"
CLOSED, EMPTY = "renewal_window_closed", "nothing_to_renew"


def line(*cells: Cell) -> dict[str, Cell]:
    """A line of the table: first what has not begun, then the states in their order."""
    return dict(zip(("-", *(state.value for state in State)), cells, strict=True))


# fmt: off
RENEWAL_TABLE: Table = {
    #                        -   no_term                  in_term                  upcoming
    #                        ready                                                 past_due                                              renewed  lapsed
    "licences_changed": line(NO, {HOLDS: "R1 in_term", "else": NO}, {"nothing": "R13 no_term", "else": NO}, {"nothing": "R13 no_term", "else": NO},
                             {DONE: "R6 renewed", "nothing": "R13 no_term", "else": NO}, {DONE: "R9 in_term", "nothing": "R13 no_term", "else": NO},
                             {"held part": "R14 ready", "else": NO}, {HOLDS: "R1 in_term", "else": NO}),
    "renewal_upcoming": line(NO, NO, "R2 upcoming", NO, NO, NO, NO, NO),
    "window_opens":     line(NO, NO, NO, "R4 ready", NO, NO, NO, NO),
    "remind":           line(NO, NO, NO, "R3 upcoming", "R5 ready", "R8 past_due", NO, NO),
    "anniversary":      line(NO, NO, NO, NO, "R7 past_due", NO, NO, NO),
    "next_term":        line(NO, NO, NO, NO, NO, NO, "R10 in_term", NO),
    "licences_expire":  line(NO, NO, NO, NO, {GOES_ON: "R11 in_term", "else": "R12 lapsed"}, {GOES_ON: "R11 in_term", "else": "R12 lapsed"}, NO, NO),
    "place_renewal_order": line(NO, EMPTY, CLOSED, CLOSED, {DONE: "R6 renewed", "else": "5.1 ready"}, {DONE: "R9 in_term", "else": "5.1 past_due"},
                                "5.1 renewed", CLOSED),
    "decline_renewal":  line(NO, EMPTY, CLOSED, "5.5 upcoming", {DONE: "R6 renewed", "else": "5.5 ready"}, {DONE: "R9 in_term", "else": "5.5 past_due"},
                             EMPTY, EMPTY),
}
# fmt: on


def test_every_trigger_in_every_state_of_a_renewal_does_what_the_rules_say() -> None:
    assert check_table(RENEWAL, RENEWAL_TABLE, FACTS) == 9 * 8 * len(FACTS)


def test_without_a_row_exactly_its_step_of_the_renewal_is_missing() -> None:
    assert check_deletions(RENEWAL, RENEWAL_TABLE, FACTS) == 30


def test_no_state_of_a_renewal_is_final() -> None:
    assert not [state for state in State if RENEWAL.final(state)]


@pytest.mark.rule("R2", "R4", "R7", "R12", "R10")
@pytest.mark.parametrize(
    ("state", "name", "trigger", "at"),
    [
        (State.IN_TERM, "held", "renewal_upcoming", datetime(2026, 10, 8, tzinfo=UTC)),  # W - 59
        (State.UPCOMING, "held", "window_opens", datetime(2026, 12, 6, tzinfo=UTC)),  # A - 30
        (State.READY, "held", "anniversary", datetime(2027, 1, 5, tzinfo=UTC)),
        (State.READY, "declined", "licences_expire", datetime(2027, 2, 5, tzinfo=UTC)),  # A + 31
        (State.PAST_DUE, "held", "licences_expire", datetime(2027, 2, 5, tzinfo=UTC)),
        (State.RENEWED, "all", "next_term", datetime(2027, 1, 5, tzinfo=UTC)),
    ],
)
def test_each_state_of_a_renewal_ends_by_itself_on_its_day(state: State, name: str, trigger: str, at: datetime) -> None:
    moment = RENEWAL.deadline(state, FACTS[name], POLICY)
    assert moment is not None
    assert (moment.trigger.value, moment.at) == (trigger, at)


@pytest.mark.rule("R13")
def test_without_a_term_nothing_comes_by_itself() -> None:
    for state in (State.NO_TERM, State.LAPSED):
        assert RENEWAL.upcoming(state, RenewalFacts(), POLICY, NOW) is None


@pytest.mark.rule("R3", "R5", "R8")
def test_reminders_of_a_renewal_ring_on_their_days_before_and_after_the_anniversary() -> None:
    found = []
    for following in (next_upcoming_reminder, next_ready_reminder, next_last_chance):
        at = NOW
        while (rung := following(FACTS["held"], POLICY, at)) is not None:
            found.append((rung.date() - A).days)
            at = rung
    assert found == [-45, -14, -7, 7, 15, 23, 30]


@pytest.mark.rule("R1")
def test_the_first_order_fixes_the_anniversary_12_months_later_or_on_the_custom_date_while_it_is_ahead() -> None:
    assert first_anniversary(date(2024, 2, 29), None, POLICY) == (date(2024, 2, 29), date(2025, 2, 28))
    assert first_anniversary(date(2026, 1, 5), date(2028, 7, 1), POLICY) == (date(2028, 7, 1), date(2028, 7, 1))
    assert first_anniversary(date(2026, 1, 5), date(2026, 1, 5), POLICY)[1] == date(2027, 1, 5)
    fixed = fix_anniversary(RenewalFacts(term_start=date(2026, 1, 5)), POLICY, NOW)
    assert (fixed.anniversary, fixed.anchor, fixed.turn) == (A, date(2026, 1, 5), 1)
    with pytest.raises(ValueError, match="first order"):
        fix_anniversary(RenewalFacts(), POLICY, NOW)


@pytest.mark.rule("2.3", "5.7")
def test_a_term_begun_on_29_february_comes_back_to_it_in_leap_years() -> None:
    year = RenewalFacts(anchor=date(2024, 2, 29), anniversary=date(2025, 2, 28), renewed={"a": 1})
    found = []
    for _ in range(4):
        year = begin_next_year(year, POLICY, NOW)
        found.append(year.anniversary)
    assert found == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28)]


@pytest.mark.rule("R13")
def test_the_end_of_a_term_keeps_the_custom_date_and_nothing_else() -> None:
    ended = end_term(facts(ending={"a": 1}).model_copy(update={"custom_anniversary": date(2029, 1, 1)}), POLICY, NOW)
    assert (ended.custom_anniversary, ended.anniversary, ended.ending) == (date(2029, 1, 1), None, {})


@pytest.mark.rule("5.5")
def test_what_is_declined_is_not_to_renew_but_is_held() -> None:
    assert to_renew(FACTS["said"]) == {}
    assert to_renew(FACTS["part"]) == {"a": 3}
