"""Stories of contract years (rules, section 5)."""

from datetime import date, timedelta

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import (
    OTHER,
    YEAR,
    When,
    accept,
    authorize,
    decline,
    direct_order,
    on,
    order,
    refused,
    renew,
    until,
)

BEGIN = date(YEAR, 1, 13)
A = date(YEAR + 1, 1, 14)
"""The anniversary date of what was first ordered on the day after."""
NEXT = date(YEAR + 2, 1, 14)


def after(anniversary: date, days: int) -> date:
    return anniversary + timedelta(days=days)


@pytest.mark.rule("R1", "R2", "R3", "R4", "R5", "R6", "R10", "R14")
async def test_two_years_are_renewed_in_their_windows(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5), refused(renew("R-0"), "renewal_window_closed")),
        until(after(A, -80), renewal_state="upcoming", lists=["upcoming_renewals"]),
        until(after(A, -10), renewal_state="ready", lists=["ready_for_renewal"]),
        on(after(A, -6), "09:00", renew("R-1"), renew("R-1")),
        until(after(A, -5), renewal_state="renewed"),
        on(after(A, -4), "09:00", direct_order("PO-2", 2)),
        until(after(A, -4), renewal_state="ready"),
        on(after(A, -3), "09:00", renew("R-2")),
        until(after(A, 1), renewal_state="in_term", anniversary_date=NEXT.isoformat()),
        until(after(NEXT, -80), renewal_state="upcoming"),
        on(after(NEXT, -20), "09:00", renew("R-3")),
        until(after(NEXT, 1), renewal_state="in_term"),
    )


@pytest.mark.rule("R7", "R8", "R9")
async def test_a_late_renewal_begins_the_next_year_on_the_same_day(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5), direct_order("PO-2", 3, OTHER)),
        on(after(A, -20), "09:00", renew("R-1", 2)),
        until(after(A, 5), renewal_state="past_due", lists=["ready_for_renewal"]),
        on(after(A, 10), "09:00", renew("R-2", 3), decline(1, OTHER)),
        until(after(A, 16), renewal_state="past_due"),
        on(after(A, 20), "09:00", renew("R-3", 2, OTHER)),
        until(after(A, 21), renewal_state="in_term", anniversary_date=NEXT.isoformat()),
        until(after(NEXT, -80), renewal_state="upcoming"),
    )


@pytest.mark.rule("R7", "R8", "R11")
async def test_what_was_not_renewed_is_removed_at_the_roll(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5), direct_order("PO-2", 3, OTHER)),
        on(after(A, -20), "09:00", renew("R-1", 4)),
        until(after(A, 30), renewal_state="past_due"),
        until(after(A, 32), renewal_state="in_term", anniversary_date=NEXT.isoformat()),
        on(after(A, 32), "13:00", refused(renew("R-2"), "renewal_window_closed")),
    )


@pytest.mark.rule("R12", "R1")
async def test_nothing_renewed_lapses_and_a_new_first_order_begins_a_new_term(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5)),
        until(after(A, 32), renewal_state="lapsed", lists=["no_products"]),
        on(after(A, 33), "09:00", refused(renew("R-1"), "renewal_window_closed"), authorize(2)),
        on(after(A, 40), "09:00", order("PO-2", of=1)),
        until(after(A, 41), renewal_state="in_term", anniversary_date=after(NEXT, 40).isoformat()),
    )


@pytest.mark.rule("R12")
async def test_all_declined_is_silence_until_it_lapses(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5)),
        on(after(A, -70), "09:00", decline(), refused(decline(), "nothing_to_renew")),
        until(after(A, 1), renewal_state="ready"),
        until(after(A, 32), renewal_state="lapsed"),
    )


@pytest.mark.rule("R9", "R6")
async def test_a_decline_completes_what_was_renewed_and_a_renewal_takes_it_back(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5), direct_order("PO-2", 3, OTHER)),
        on(after(A, -20), "09:00", renew("R-1", 2), decline(3), decline(3, OTHER)),
        until(after(A, -19), renewal_state="renewed"),
        on(after(A, -18), "09:00", renew("R-2", 1)),
        until(after(A, 1), renewal_state="in_term"),
    )


@pytest.mark.rule("R11")
async def test_what_is_ordered_between_the_anniversary_and_the_roll_belongs_to_the_new_term(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5)),
        on(after(A, -3), "09:00", authorize(4, OTHER)),
        on(after(A, 3), "09:00", order("PO-2", of=1), authorize(1)),
        on(after(A, 10), "09:00", order("PO-3", of=2, ordered_at=When(after(A, 9), "10:00"))),
        until(after(A, 30), renewal_state="past_due"),
        until(after(A, 32), renewal_state="in_term", anniversary_date=NEXT.isoformat()),
        until(after(NEXT, -80), renewal_state="upcoming"),
    )


@pytest.mark.rule("R4", "R7")
async def test_overdue_items_hold_back_what_goes_beyond_a_renewal(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5)),
        on(after(A, -40), "09:00", authorize(2)),
        on(after(A, -10), "09:00", refused(renew("R-1", 6), "overdue_items"), renew("R-2", 5)),
        until(after(A, 1), renewal_state="in_term"),
        on(after(A, 2), "09:00", order("PO-2", of=1)),
        until(after(A, 3), authorizations=("settled", "ordered")),
    )


@pytest.mark.rule("R1", "R2")
async def test_a_custom_anniversary_makes_the_first_term_longer_and_the_next_one_a_year(play: Play) -> None:
    custom = date(YEAR + 1, 9, 1)
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(2, "09:00", order("PO-1")),
        until(after(custom, -95), renewal_state="in_term", anniversary_date=custom.isoformat()),
        until(after(custom, -80), renewal_state="upcoming"),
        on(after(custom, -10), "09:00", renew("R-1")),
        until(after(custom, 1), renewal_state="in_term", anniversary_date=date(YEAR + 2, 9, 1).isoformat()),
        invite={"anniversary_date": custom.isoformat()},
    )


@pytest.mark.rule("R1", "R4")
async def test_a_first_order_inside_the_window_of_a_custom_date_is_ready_at_once(play: Play) -> None:
    custom = date(YEAR + 1, 2, 1)
    await play(
        on(0, "10:45", accept()),
        on(after(custom, -10), "07:00", direct_order("PO-1", 5)),
        until(after(custom, -9), renewal_state="ready"),
        until(after(custom, 40), renewal_state="lapsed"),
        on(after(custom, 50), "09:00", direct_order("PO-2", 1)),
        until(after(custom, 51), renewal_state="in_term"),
        invite={"anniversary_date": custom.isoformat()},
    )


@pytest.mark.rule("R1", "R10")
async def test_an_anniversary_on_29_february_comes_back_in_the_next_leap_year(play: Play) -> None:
    leap = date(YEAR + 1, 2, 29)
    common = [date(YEAR + years, 2, 28) for years in (2, 3, 4)]
    await play(
        on(0, "10:45", accept()),
        on(leap, "09:00", direct_order("PO-1", 5)),
        until(after(leap, 1), anniversary_date=common[0].isoformat()),
        *[on(after(day, -20), "09:00", renew(f"R-{day.year}")) for day in common],
        until(after(common[2], 1), renewal_state="in_term", anniversary_date=date(YEAR + 5, 2, 29).isoformat()),
        begin=after(leap, -5),
    )
