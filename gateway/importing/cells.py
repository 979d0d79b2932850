"""What stands in a cell: days as people write them, whole numbers, texts that no spreadsheet takes for a formula."""

import re
from datetime import date, datetime
from typing import Literal

Dates = Literal["iso", "dmy", "mdy"]
"""How days are written that are not ISO: asked for, never guessed."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - full width counts too
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_NAMED = re.compile(r"(\d{1,2})[. -]+([a-z]+)[. -]+(\d{4})")
_MIDNIGHT = re.compile(r"[ T]+0{1,2}[:.]00([:.]00)?$")
_MONTH_NAMES = """
jan januar januari january
feb februar februari february
mar marts mrt maart march
apr april
maj mei may
jun juni june
jul juli july
aug august augustus
sep sept september
okt oct oktober october
nov november
dec december
"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split("\n")) for name in names.split()}


def safe(text: str) -> str:
    """The text as it is written to a file: what a spreadsheet would compute begins with an apostrophe."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The text as it was meant; the inverse of `safe`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def tidy(cell: str) -> str:
    """What was meant by a cell: on one line, with plain spaces, and without a spreadsheet's apostrophe."""
    lines = (line.strip() for line in plain(cell.replace("\u00a0", " ").strip()).splitlines())
    return ", ".join(line for line in lines if line)


def day(text: str, dates: Dates) -> str:
    """A day, or an instant with its zone, as ISO 8601. Raises `ValueError` with what is wrong."""
    if _ISO.fullmatch(text):
        return _iso(text)
    told = _MIDNIGHT.sub("", text).casefold()
    if _ISO.fullmatch(told):
        return _iso(told)
    if (found := _NUMERIC.fullmatch(told)) is not None:
        if dates == "iso":
            raise ValueError(f"{text} is not an ISO day, and nobody said how days are written here: --dates dmy or mdy")
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        return _made(text, year, *((second, first) if dates == "dmy" else (first, second)))
    if (found := _NAMED.fullmatch(told)) is not None and found[2] in _MONTHS:
        return _made(text, int(found[3]), _MONTHS[found[2]], int(found[1]))
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        raise ValueError(f"{text} is how a spreadsheet counts days; format the column as a date")
    if re.fullmatch(r"\d{1,2}([./-])\d{1,2}\1\d{2}", told):
        raise ValueError(f"{text} has a year of two digits; four are needed")
    raise ValueError(f"{text} is not a day")


def whole(text: str) -> int:
    """A whole number. Raises `ValueError`."""
    if not re.fullmatch(r"-?\d{1,18}", text) or not text.isascii():
        raise ValueError(f"{text} is not a whole number")
    return int(text)


def several(text: str) -> list[str]:
    """What is separated by semicolons."""
    return [one.strip() for one in text.split(";") if one.strip()]


def word(text: str) -> str:
    """A word of the contract, however a person writes it: `Account manager` is `account_manager`."""
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


def _iso(text: str) -> str:
    try:
        if "T" not in text and "t" not in text:
            return date.fromisoformat(text).isoformat()
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar, or no instant") from None
    if instant.tzinfo is None:
        raise ValueError(f"{text} does not say its zone")
    return text


def _made(text: str, year: int, month: int, number: int) -> str:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar") from None
