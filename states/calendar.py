"""Local dates, anniversaries and months to order (rules, sections 2 and 7).

Instants are aware datetimes in UTC; zones are IANA names; days and months are whole. All of this is pure, so
answers are remembered: a simulation asks for the same few hundred days a hundred thousand times.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

DurationMode = Literal["next_month", "running_month"]

_SECOND = timedelta(seconds=1)


class Duration(NamedTuple):
    """What to order: the first monthly date, and how many months from it up to the anniversary."""

    order_from: date
    months: int


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_date(instant: datetime, zone: str) -> date:
    """The date on the wall at that instant. Raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    if zone == "UTC":
        return (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).date()
    return instant.astimezone(_zone(zone)).date()


@lru_cache(maxsize=32768)
def days_after(day: date, days: int, hour: int, zone: str) -> datetime:
    """That local hour of the day so many days after (or before) another."""
    return at_hour(day + timedelta(days=days), hour, zone)


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of that local date. A date that was skipped whole begins when the next one does."""
    return at_hour(day, 0, zone)


@lru_cache(maxsize=32768)
def at_hour(day: date, hour: int, zone: str) -> datetime:
    """That local hour: a skipped one is the first instant after the gap, a doubled one the first of the two."""
    wall = datetime.combine(day, time(hour))
    if zone == "UTC":
        return wall.replace(tzinfo=UTC)
    local = wall.replace(tzinfo=_zone(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, local.replace(fold=1).astimezone(UTC), instant, _zone(zone))


def _end_of_gap(wall: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant in (before, after] whose wall clock has reached `wall`."""
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=32768)
def add_months(anchor: date, months: int) -> date:
    """The anchor's own day that many months later (or earlier), clamped to the length of its month."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if anchor.day <= 28:
        return date(year, month + 1, anchor.day)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def add_years(anchor: date, years: int) -> date:
    """The same day that many years later: 29 February is 28 February in common years."""
    return add_months(anchor, 12 * years)


def next_anniversary(anchor: date, after: date) -> date:
    """The first of anchor, anchor + 1 year, … strictly after a date."""
    if after < anchor:
        return anchor
    this_year = add_years(anchor, after.year - anchor.year)
    return this_year if this_year > after else add_years(anchor, after.year - anchor.year + 1)


def latest_anniversary(anchor: date, on_or_before: date) -> date | None:
    """The last of anchor, anchor + 1 year, … on or before a date; None before the anchor."""
    if on_or_before < anchor:
        return None
    this_year = add_years(anchor, on_or_before.year - anchor.year)
    return this_year if this_year <= on_or_before else add_years(anchor, on_or_before.year - anchor.year - 1)


@lru_cache(maxsize=32768)
def duration(
    added: date, anniversary: date, term_start: date | None, mode: DurationMode, anchor: date | None = None
) -> Duration:
    """What to order for products added on a day, up to the anniversary after it (rules, section 7).

    Monthly dates have the day of `anchor`, the date from which the anniversaries are counted. Without it they have the
    day of the term's start if the term is whole years long, else the anniversary's own: that is enough for every date
    but a 29 February some years ago. What was added before the term is ordered from its start.
    """
    if term_start is not None and added < term_start:
        added = term_start
    if anchor is None:
        anchor = _own_day(anniversary, term_start)
    to_anniversary = _months_between(anchor, anniversary)
    months = _months_between(added, anniversary)
    in_the_month_of_adding = add_months(anchor, to_anniversary - months)
    if mode == "next_month" and in_the_month_of_adding < added:
        months -= 1
    elif mode == "running_month" and in_the_month_of_adding > added:
        months += 1
    months = max(months, 1)
    order_from = add_months(anchor, to_anniversary - months)
    return Duration(order_from if term_start is None else max(order_from, term_start), months)


def _own_day(anniversary: date, term_start: date | None) -> date:
    if term_start is not None and add_years(term_start, anniversary.year - term_start.year) == anniversary:
        return term_start
    return anniversary


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
