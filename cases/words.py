"""Words of the contract: what a name, a number, a date and a line of a body look like."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainValidator, StrictInt

from states.facts import Quantities

COUNTRIES = frozenset(
    line.split("\t")[0]
    for line in files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
VIP_NUMBER, AUTHORIZATION_NUMBER = r"[A-Z0-9]{20}", r"[0-9A-F]{20}"
"""What numbers look like, as regular expressions; every authorization number has the form of a VIP number too."""


def _plain(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must not be empty")
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text


def _of_form(pattern: str, told: str) -> AfterValidator:
    """A text of one form; the sentence says which."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(told)
        return text

    return AfterValidator(checked)


def _described(**schema: Any) -> Any:
    """What a validator checks, as JSON Schema says it to those who write bodies; nothing is checked by it."""
    return Field(json_schema_extra=schema)


@lru_cache(maxsize=4096)  # one account manager stands in thousands of bodies
def _email(text: str) -> str:
    try:
        return validate_email(_plain(text), allow_smtputf8=False, check_deliverability=False).ascii_email or text
    except EmailNotValidError as error:
        raise ValueError(f"must be an e-mail address: {error}") from None


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError("must be a country by its two upper-case letters (ISO 3166), such as DK")
    return text


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _past(value: object) -> date:
    try:
        past = date.fromisoformat(str(value)) if len(str(value)) <= 10 else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("must be a date such as 2027-03-01, or an instant with its zone") from None
    if isinstance(past, datetime) and past.tzinfo is None:
        raise ValueError("must say its zone, or be a date without an hour")
    return past


_REFERENCE, _LANGUAGE = r"[A-Za-z0-9._:-]{1,64}", r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
_LINE = _described(minLength=1, pattern=r"\S", description="One line of characters that can be seen.")

Name = Annotated[str, Field(max_length=80), AfterValidator(_plain), _LINE]
Text = Annotated[str, Field(max_length=250), AfterValidator(_plain), _LINE]
Reference = Annotated[
    str, _of_form(_REFERENCE, "must be 1 to 64 letters, digits and ._:-"), _described(pattern=f"^{_REFERENCE}$")
]
PurchaseOrder = Annotated[str, Field(max_length=64), AfterValidator(_plain), _LINE]
PostalCode = Annotated[str, Field(max_length=40), AfterValidator(_plain), _LINE]
VipNumber = Annotated[str, _of_form(VIP_NUMBER, "must be 20 upper-case letters and digits")]
AuthorizationNumber = Annotated[
    str,
    _of_form(AUTHORIZATION_NUMBER, "must be 20 upper-case hexadecimal digits"),
    _described(pattern=f"^{AUTHORIZATION_NUMBER}$"),
]
Email = Annotated[str, Field(max_length=240), AfterValidator(_email), _described(format="email")]
Country = Annotated[str, AfterValidator(_country), _described(enum=sorted(COUNTRIES))]
Language = Annotated[
    str,
    Field(max_length=35),
    _of_form(_LANGUAGE, "must be a language tag such as en, da or nl-BE"),
    _described(pattern=f"^{_LANGUAGE}$"),
]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Past = Annotated[date, PlainValidator(_past)]
"""A day gone by (it began at 00:00 local time), or an instant."""
Number = StrictInt
AtLeastOne = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]


class Part(BaseModel):
    """A part of a body."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(Part):
    """One product; a quantity out of range is refused by the rules, not by the form."""

    product: Reference
    quantity: Number


class CountedLine(Part):
    product: Reference
    quantity: AtLeastOne


Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
CountedLines = Annotated[tuple[CountedLine, ...], Field(min_length=1, max_length=200)]


def added_up(lines: tuple[Line, ...] | tuple[CountedLine, ...]) -> Quantities:
    """Lines of the same product in one request are added up (section 4)."""
    total: Quantities = {}
    for line in lines:
        total[line.product] = total.get(line.product, 0) + line.quantity
    return total


class Person(Part):
    name: Name
    email: Email


class Manager(Part):
    id: Reference
    name: Name
    email: Email
    language: Language | None = None


class AcceptedBy(Part):
    name: Name
    identity: Text | None = None
