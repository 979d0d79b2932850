"""How a reader's language says dates, numbers and quantities. Templates call these functions."""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from activities.languages import Language
from states.facts import LetterLine, RenewalLine

Lines = Iterable[LetterLine] | Iterable[RenewalLine]
MOST_PRODUCTS = 3
"""A sentence names so many products; of more it tells the number, and the table below names them."""


class Count(int):
    """A number that is written as its reader writes it, `1,200` or `1.200`, and still counts for a plural."""

    _locale: Locale

    def __new__(cls, number: int, locale: Locale) -> "Count":
        made = super().__new__(cls, number)
        made._locale = locale
        return made

    def __str__(self) -> str:
        return format_decimal(int(self), locale=self._locale)


class Wording:
    """Dates as `15 March 2027 (CET)`: every date names its zone."""

    def __init__(self, language: Language, time_zone: str) -> None:
        self._locale = language.locale
        self._words = language.translations
        self._zone = ZoneInfo(time_zone)

    @property
    def zone(self) -> str:
        """`Europe/Copenhagen (Denmark)`: the time zone, and the country it is known by."""
        country = self._locale.territories.get(get_global("zone_territories").get(self._zone.key, ""))
        known = country and self._zone.key not in ("UTC", "Etc/UTC")
        return f"{self._zone.key} ({country})" if known else self._zone.key

    def day(self, day: date) -> str:
        """`15 March 2027 (CET)`."""
        return f"{self.short_day(day)} ({self._abbreviation(day)})"

    def weekday(self, day: date) -> str:
        """`Monday 15 March 2027 (CET)`, for the one date a reader must not miss."""
        # British English writes no comma here, though CLDR does.
        form = self._locale.date_formats["full"].pattern.replace("EEEE, d MMMM", "EEEE d MMMM")
        return f"{format_date(day, form, self._locale)} ({self._abbreviation(day)})"

    def short_day(self, day: date) -> str:
        """`15 March 2027`, for the subject line; the letter below it names the zone."""
        return format_date(day, "long", self._locale)

    def today(self, instant: datetime) -> date:
        """The local date of an instant."""
        return instant.astimezone(self._zone).date()

    def number(self, number: int) -> Count:
        """`1,200`."""
        return Count(number, self._locale)

    def total(self, lines: Lines, field: str) -> Count:
        """The sum of one quantity over all products."""
        return self.number(sum(getattr(line, field) for line in lines))

    def licences(self, lines: Lines, field: str) -> str:
        """`12 licences of Photoshop and 3 of Acrobat Pro`; with many products only their number."""
        wanted = [(line.name, self.number(getattr(line, field))) for line in lines if getattr(line, field)]
        if not wanted:
            # NOTE: stands for "12 licences of Photoshop" where there are none.
            return self._words.gettext("no licences")
        if len(wanted) > MOST_PRODUCTS:
            number, products = self.total(lines, field), self.number(len(wanted))
            # NOTE: there are always more than three products.
            said = self._words.ngettext(
                "%(number)s licence of %(products)s products", "%(number)s licences of %(products)s products", number
            )
            return said % {"number": number, "products": products}
        (name, number), *others = wanted
        # NOTE: product is a product's name. The phrase stands in many sentences, as subject and as object.
        said = self._words.ngettext("%(number)s licence of %(product)s", "%(number)s licences of %(product)s", number)
        parts = [said % {"number": number, "product": name}]
        for name, number in others:
            # NOTE: the second and third product of "12 licences of Photoshop and 3 of Acrobat Pro".
            said = self._words.gettext("%(number)s of %(product)s")
            parts.append(said % {"number": number, "product": name})
        return format_list(parts, locale=self._locale)

    def _abbreviation(self, day: date) -> str:
        moment = datetime.combine(day, time(12), self._zone)
        name = moment.tzname() or ""
        return f"UTC{name[:3]}{':' if name[3:] else ''}{name[3:]}" if name[:1] in "+-" else name
