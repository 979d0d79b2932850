"""Local dates, anniversaries and durations, against tables and against a clock that is walked second by second."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from states.calendar import (
    Duration,
    DurationMode,
    add_months,
    add_years,
    at_hour,
    duration,
    latest_anniversary,
    local_date,
    next_anniversary,
    start_of_day,
)

ZONES = (
    "UTC",
    "Europe/Copenhagen",
    "Europe/Amsterdam",
    "America/Los_Angeles",
    "America/Sao_Paulo",  # summer time began at midnight
    "America/Havana",
    "America/St_Johns",  # clocks changed at one minute past midnight
    "America/Toronto",
    "America/Scoresbysund",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Africa/Monrovia",  # 44 minutes and 30 seconds behind until 1972
    "Australia/Lord_Howe",  # summer time of half an hour
    "Pacific/Apia",  # skipped 2011-12-30
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",  # lived a day of 1969 twice, skipped one of 1993
    "Pacific/Chatham",
)
zones = st.sampled_from(ZONES)
days = st.dates(date(1901, 1, 2), date(2100, 12, 31))
anchors = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def walls(zone: str) -> st.SearchStrategy[date]:
    """Days, most of them close to a change of that zone's clock."""
    changes = [
        day
        for day in (date(1965, 1, 1) + timedelta(days=n) for n in range(0, 75 * 365, 7))
        if offset(day, zone) != offset(day + timedelta(days=7), zone)
    ]
    if not changes:
        return days
    return st.one_of(
        days, st.builds(lambda day, n: day + timedelta(days=n), st.sampled_from(changes), st.integers(0, 8))
    )


def offset(day: date, zone: str) -> timedelta | None:
    return datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset()


NEAR_CHANGES = {zone: walls(zone) for zone in ZONES}
zones_and_days = zones.flatmap(lambda zone: st.tuples(st.just(zone), NEAR_CHANGES[zone]))


def first_instant_at(wall: datetime, zone: str) -> datetime:
    """The oracle: walk forward from long before until the wall clock has reached it."""
    instant = wall.replace(tzinfo=UTC) - timedelta(hours=28)
    for step in (timedelta(minutes=1), timedelta(seconds=1)):
        while (instant + step).astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wall:
            instant += step
    return instant + timedelta(seconds=1)


@given(zones_and_days)
@example(("Pacific/Apia", date(2011, 12, 30)))
@example(("Pacific/Kwajalein", date(1993, 8, 21)))
@example(("America/Toronto", date(1919, 3, 31)))
@example(("America/St_Johns", date(2006, 10, 29)))
@example(("America/Sao_Paulo", date(2018, 11, 4)))
def test_a_day_starts_at_the_first_instant_of_its_date(zone_and_day: tuple[str, date]) -> None:
    zone, day = zone_and_day
    assert start_of_day(day, zone) == first_instant_at(datetime.combine(day, time()), zone)


@given(zones_and_days, st.integers(0, 23))
@example(("Europe/Copenhagen", date(2027, 3, 28)), 2)
@example(("Europe/Copenhagen", date(2027, 10, 31)), 2)
@example(("Pacific/Apia", date(2011, 12, 30)), 8)
def test_an_hour_is_the_first_instant_at_which_the_clock_has_reached_it(
    zone_and_day: tuple[str, date], hour: int
) -> None:
    zone, day = zone_and_day
    assert at_hour(day, hour, zone) == first_instant_at(datetime.combine(day, time(hour)), zone)


@given(zones_and_days)
def test_the_start_of_a_day_lies_on_it_and_the_second_before_does_not(zone_and_day: tuple[str, date]) -> None:
    zone, day = zone_and_day
    start = start_of_day(day, zone)
    assert start.tzinfo is UTC
    assert local_date(start, zone) >= day
    assert local_date(start - timedelta(seconds=1), zone) < day


@given(zones, st.builds(datetime.combine, days, st.times(), zones.map(ZoneInfo)))
def test_a_local_date_does_not_depend_on_the_zone_in_which_the_instant_is_written(zone: str, instant: datetime) -> None:
    expected = instant.astimezone(ZoneInfo(zone)).date()
    assert local_date(instant, zone) == local_date(instant.astimezone(UTC), zone) == expected


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2027, 3, 1), "UTC", datetime(2027, 3, 1, tzinfo=UTC)),
        (date(2027, 3, 1), "Europe/Copenhagen", datetime(2027, 2, 28, 23, tzinfo=UTC)),
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        (date(2011, 12, 31), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        (date(1919, 3, 31), "America/Toronto", datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
        (date(2006, 10, 29), "America/St_Johns", datetime(2006, 10, 29, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_skipped_midnight_is_the_first_instant_and_a_doubled_one_the_first_of_two(
    day: date, zone: str, expected: datetime
) -> None:
    assert start_of_day(day, zone) == expected


def test_a_local_date_is_refused_for_an_instant_without_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        local_date(datetime(2027, 3, 1), "UTC")  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 31), 2, date(2024, 3, 31)),
        (date(2024, 1, 31), -2, date(2023, 11, 30)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
    ],
)
def test_months_keep_the_anchors_day_or_the_last_of_a_shorter_month(anchor: date, months: int, expected: date) -> None:
    assert add_months(anchor, months) == expected


@given(anchors, st.integers(-300, 300))
def test_months_are_counted_from_the_anchor_and_only_a_short_month_changes_the_day(anchor: date, months: int) -> None:
    later = add_months(anchor, months)
    assert (later.year - anchor.year) * 12 + later.month - anchor.month == months
    assert later.day == anchor.day or (later.day < anchor.day and (later + timedelta(days=1)).day == 1)


def test_a_29th_of_february_comes_back_in_leap_years() -> None:
    assert [add_years(date(2024, 2, 29), years).isoformat() for years in range(5)] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@given(anchors, st.dates(date(1980, 1, 1), date(2090, 12, 31)))
@example(date(2024, 2, 29), date(2025, 2, 28))
@example(date(2024, 2, 29), date(2028, 2, 28))
def test_anniversaries_are_those_of_the_whole_series(anchor: date, day: date) -> None:
    series = [add_years(anchor, years) for years in range(120)]
    assert next_anniversary(anchor, day) == min(a for a in series if a > day)
    assert latest_anniversary(anchor, day) == max((a for a in series if a <= day), default=None)


# The table of rules.md section 7, and the further vectors of the facts: added, anniversary, next_month, running_month.
TABLE = [
    ("2024-01-16", "2025-01-16", ("2024-01-16", 12), ("2024-01-16", 12)),
    ("2022-11-14", "2023-09-03", ("2022-12-03", 9), ("2022-11-03", 10)),
    ("2018-08-20", "2019-01-15", ("2018-09-15", 4), ("2018-08-15", 5)),
    ("2018-12-16", "2019-01-15", ("2018-12-15", 1), ("2018-12-15", 1)),
    ("2024-03-01", "2025-01-31", ("2024-03-31", 10), ("2024-02-29", 11)),
    ("2018-01-16", "2019-01-16", ("2018-01-16", 12), ("2018-01-16", 12)),
    ("2018-08-15", "2019-01-15", ("2018-08-15", 5), ("2018-08-15", 5)),
    ("2018-08-14", "2019-01-15", ("2018-08-15", 5), ("2018-07-15", 6)),
    ("2018-12-15", "2019-01-15", ("2018-12-15", 1), ("2018-12-15", 1)),
    ("2024-12-10", "2025-04-01", ("2025-01-01", 3), ("2024-12-01", 4)),
    ("2024-06-01", "2026-06-15", ("2024-06-15", 24), ("2024-05-15", 25)),
]


@pytest.mark.parametrize(("added", "anniversary", "next_month", "running_month"), TABLE)
def test_the_duration_is_that_of_the_table(
    added: str, anniversary: str, next_month: tuple[str, int], running_month: tuple[str, int]
) -> None:
    modes: tuple[tuple[DurationMode, tuple[str, int]], ...] = (
        ("next_month", next_month),
        ("running_month", running_month),
    )
    for mode, (order_from, months) in modes:
        told = duration(date.fromisoformat(added), date.fromisoformat(anniversary), None, mode)
        assert told == Duration(date.fromisoformat(order_from), months)


def test_a_running_month_does_not_begin_before_the_term() -> None:
    term_start = date(2024, 6, 1)
    assert duration(term_start, date(2026, 6, 15), term_start, "running_month") == Duration(term_start, 25)


def test_what_was_added_before_the_term_is_ordered_from_its_start() -> None:
    told = duration(date(2025, 1, 10), date(2026, 1, 16), date(2025, 1, 16), "next_month")
    assert told == Duration(date(2025, 1, 16), 12)


def test_a_term_shorter_than_a_month_is_ordered_from_its_start() -> None:
    told = duration(date(2026, 6, 10), date(2026, 6, 15), date(2026, 6, 10), "next_month")
    assert told == Duration(date(2026, 6, 10), 1)


@pytest.mark.parametrize("mode", ["next_month", "running_month"])
def test_a_first_order_of_29_february_is_ordered_for_the_whole_year(mode: DurationMode) -> None:
    first = date(2024, 2, 29)
    assert duration(first, date(2025, 2, 28), first, mode) == Duration(first, 12)


def test_monthly_dates_have_the_anchors_own_day_in_every_later_year() -> None:
    anchor, anniversary, term_start = date(2024, 2, 29), date(2027, 2, 28), date(2026, 2, 28)
    told = duration(date(2026, 3, 29), anniversary, term_start, "next_month", anchor)
    assert told == Duration(date(2026, 3, 29), 11)
    assert duration(term_start, anniversary, term_start, "next_month", anchor) == Duration(term_start, 12)


@given(
    anchors,
    st.integers(1, 6),
    st.integers(0, 364),
    st.sampled_from(["next_month", "running_month"]),
)
def test_a_duration_is_found_by_counting_monthly_dates_back(
    anchor: date, year: int, days_added: int, mode: DurationMode
) -> None:
    term_start, anniversary = add_years(anchor, year - 1), add_years(anchor, year)
    added = term_start + timedelta(days=days_added)
    monthly = [max(add_months(anchor, 12 * year - months), term_start) for months in range(1, 13)]
    if mode == "next_month":
        fitting = [n for n, day in enumerate(monthly, 1) if day >= added]
        months = max(fitting, default=1)
    else:
        months = min(n for n, day in enumerate(monthly, 1) if day <= added)
    assert duration(added, anniversary, term_start, mode, anchor) == Duration(monthly[months - 1], months)
