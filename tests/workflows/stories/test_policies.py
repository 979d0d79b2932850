"""Stories under other policies and in other time zones (rules, sections 2 and 9)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import YEAR, accept, authorize, direct_order, mail_down, mail_up, on, order, until


@pytest.mark.rule("A9", "A12")
async def test_the_strict_policy_deactivates_after_a_day_without_a_warning(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        until(16, authorizations=("overdue",)),
        until(17, authorizations=("deactivated",)),
        on(18, "09:00", order("PO-1")),
        until(40, authorizations=("settled",)),
        profile="strict",
    )


@pytest.mark.rule("A12")
async def test_the_strict_policy_asks_for_no_notice_even_without_mail(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(14, "20:00", mail_down()),
        until(18, authorizations=("deactivated",)),
        on(20, "10:00", mail_up()),
        until(22),
        profile="strict",
    )


@pytest.mark.rule("A4", "A9", "A11", "A12")
async def test_the_classic_policy_gives_thirty_days(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        until(31, authorizations=("pending",)),
        until(33, authorizations=("overdue",)),
        until(62, authorizations=("deactivated",)),
        profile="classic",
    )


@pytest.mark.rule("2.1", "2.4")
async def test_days_and_letter_hours_are_local_across_both_changes_of_the_clock(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "23:30", authorize(5)),
        until(16, authorizations=("overdue",)),
        on(20, "00:15", order("PO-1")),
        on(date(YEAR, 10, 14), "23:45", authorize(2)),
        until(date(YEAR, 12, 20), authorizations=("settled", "deactivated")),
        begin=date(YEAR, 3, 20),
        zone="Europe/Copenhagen",
    )


@pytest.mark.rule("2.1", "2.4")
async def test_a_midnight_that_the_clocks_skip_is_the_first_instant_of_its_date(play: Play) -> None:
    zone = ZoneInfo("America/Santiago")
    days = (datetime(YEAR, 8, 20, tzinfo=zone) + timedelta(days=each) for each in range(60))
    skipped = next(day.date() for day in days if day.astimezone(UTC).astimezone(zone).hour)
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5), direct_order("PO-1", 1)),
        until(16, authorizations=("overdue", "settled")),
        begin=skipped - timedelta(days=15),
        zone="America/Santiago",
    )
