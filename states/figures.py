"""The kinds of value that a policy is made of, each with what would be right when it is not."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"{name!r} is not a known time zone, an IANA name is right, as in Europe/Copenhagen") from None
    return name


def _language(code: str) -> str:
    if not (code.isascii() and code.isalpha() and code.islower() and len(code) in (2, 3)):
        raise ValueError(f"{code!r} is not a language, two or three small letters are right, as in da")
    return code


def _region(code: str) -> str:
    if not (code.isascii() and code.isalpha() and code.isupper() and len(code) == 2):
        raise ValueError(f"{code!r} is not a region, a country's two capital letters are right, as in DK")
    return code


def _zero_is_never(value: object) -> object:
    return None if value == 0 and type(value) is int else value


# Strict, so that "14", 14.0 and true are mistakes and not figures; the upper bounds keep every date representable.
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Day = Annotated[int, Field(strict=True, ge=1, le=3660)]
DayOrZero = Annotated[int, Field(strict=True, ge=0, le=3660)]
Months = Annotated[int, Field(strict=True, ge=1, le=120)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Language = Annotated[str, AfterValidator(_language)]
Region = Annotated[str, AfterValidator(_region)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Hour = Annotated[int, Field(strict=True, ge=0, le=23)]
EveryDays = Annotated[Day | None, BeforeValidator(_zero_is_never)]
YesOrNo = Annotated[bool, Field(strict=True)]
