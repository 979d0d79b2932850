"""How English says dates, numbers and lists in a letter. One class a language; templates call its functions."""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from states.facts import LetterLine, RenewalLine

Lines = Iterable[LetterLine] | Iterable[RenewalLine]


class English:
    """Dates as `15 March 2027 (CET)`: every date names its zone."""

    language = "en"
    locale = "en_GB"

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def day(self, day: date) -> str:
        """`15 March 2027 (CET)`."""
        return f"{format_date(day, 'long', self.locale)} ({self._abbreviation(day)})"

    def weekday(self, day: date) -> str:
        """`Monday 15 March 2027 (CET)`, for the one date a reader must not miss."""
        return f"{format_date(day, 'EEEE d MMMM y', self.locale)} ({self._abbreviation(day)})"

    def short_day(self, day: date) -> str:
        """`15 March 2027`, for the subject line; the letter below it names the zone."""
        return format_date(day, "long", self.locale)

    def today(self, instant: datetime) -> date:
        """The local date of an instant."""
        return instant.astimezone(self._zone).date()

    def number(self, number: int) -> str:
        """`1,200`."""
        return format_decimal(number, locale=self.locale)

    def count(self, number: int, one: str, many: str) -> str:
        """`1 licence`, `1,200 licences`."""
        return f"{self.number(number)} {one if number == 1 else many}"

    def total(self, lines: Lines, field: str) -> int:
        """The sum of one quantity over all products."""
        return sum(getattr(line, field) for line in lines)

    def agree(self, lines: Lines, field: str, one: str, many: str) -> str:
        """The words that agree with how many licences there are: `it`, `them`."""
        return one if self.total(lines, field) == 1 else many

    def licences(self, lines: Lines, field: str) -> str:
        """`12 licences of Photoshop and 3 of Acrobat Pro`; with more than three products only their number."""
        wanted = [(line.name, getattr(line, field)) for line in lines if getattr(line, field)]
        if len(wanted) > 3:
            return f"{self.licence_count(lines, field)} of {self.count(len(wanted), 'product', 'products')}"
        parts = [
            f"{self.number(quantity)} of {name}"
            if place
            else f"{self.count(quantity, 'licence', 'licences')} of {name}"
            for place, (name, quantity) in enumerate(wanted)
        ]
        return format_list(parts, locale=self.locale) if parts else "no licences"

    def licence_count(self, lines: Lines, field: str) -> str:
        """`15 licences`, for the subject line."""
        return self.count(self.total(lines, field), "licence", "licences")

    def _abbreviation(self, day: date) -> str:
        moment = datetime.combine(day, time(12), self._zone)
        name = moment.tzname() or ""
        return f"UTC{name[:3]}{':' if name[3:] else ''}{name[3:]}" if name[:1] in "+-" else name
