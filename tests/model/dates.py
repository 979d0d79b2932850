"""The model's own arithmetic of dates."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Calendar:
    """Local days of one zone, with their midnight and their letter hour."""

    def __init__(self, zone: str, letter_hour: int) -> None:
        self.zone, self.hour = ZoneInfo(zone), letter_hour

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(0), self.zone).astimezone(UTC)

    def letter_hour(self, day: date) -> datetime:
        return datetime.combine(day, time(self.hour), self.zone).astimezone(UTC)

    def instants(self, after: datetime, to: datetime) -> list[datetime]:
        """Every midnight and letter hour in (after, to]."""
        day, found = self.day(after), []
        while day <= self.day(to):
            found += [at for at in sorted({self.midnight(day), self.letter_hour(day)}) if after < at <= to]
            day += timedelta(days=1)
        return found

    def next_instant(self, after: datetime) -> datetime:
        return self.instants(after, after + timedelta(days=2))[0]


def years_later(anchor: date, years: int) -> date:
    """29 February is 28 February in common years."""
    try:
        return anchor.replace(year=anchor.year + years)
    except ValueError:
        return anchor.replace(year=anchor.year + years, day=28)


def next_year(anchor: date, ended: date) -> date:
    """The anniversary after one that has ended."""
    years = 0
    while years_later(anchor, years) <= ended:
        years += 1
    return years_later(anchor, years)
