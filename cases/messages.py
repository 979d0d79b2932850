"""Bodies of starts, updates and queries, as the contract names them. A bad one is refused with every field named."""

import re
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StrictInt,
    ValidationError,
)

from states.facts import MarketSegment, OfferType, Quantities, RequestedBy
from states.refusals import refuse, refuse_fields

LARGEST_BODY = 64 * 1024
"""Bytes of a body, as JSON."""

COUNTRIES = frozenset(
    line.split("\t")[0]
    for line in files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


def _plain(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must not be empty")
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text


def _reference(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", text):
        raise ValueError("must be 1 to 64 letters, digits and ._:-")
    return text


def _vip_number(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{20}", text):
        raise ValueError("must be 20 upper-case letters and digits")
    return text


def _authorization_number(text: str) -> str:
    if not re.fullmatch(r"[0-9A-F]{20}", text):
        raise ValueError("must be 20 upper-case hexadecimal digits")
    return text


def _email(text: str) -> str:
    try:
        return validate_email(_plain(text), allow_smtputf8=False, check_deliverability=False).ascii_email or text
    except EmailNotValidError as error:
        raise ValueError(f"must be an e-mail address: {error}") from None


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError("must be a country by its two upper-case letters (ISO 3166), such as DK")
    return text


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError("must be a language tag such as en, da or nl-BE")
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


Name = Annotated[str, Field(max_length=80), AfterValidator(_plain)]
Text = Annotated[str, Field(max_length=250), AfterValidator(_plain)]
Reference = Annotated[str, AfterValidator(_reference)]
VipNumber = Annotated[str, AfterValidator(_vip_number)]
AuthorizationNumber = Annotated[str, AfterValidator(_authorization_number)]
Email = Annotated[str, Field(max_length=240), AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, Field(max_length=35), AfterValidator(_language)]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Past = Annotated[date, PlainValidator(_past)]
"""A day gone by (it began at 00:00 local time), or an instant."""
Number = StrictInt
AtLeastOne = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]


class Body(BaseModel):
    """Every body may say who did it, for the journal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: Text | None = None


class Part(BaseModel):
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


class Accept(Body):
    accepted_by: AcceptedBy
    terms_version: Reference
    accepted_at: Instant | None = None
    invitation: Annotated[StrictInt, Field(ge=1)] | None = None
    """Number of the invitation whose link was used; a link that was ended by handing over is refused."""


class WithReason(Body):
    reason: Text


class HandOver(Body):
    name: Name
    email: Email
    language: Language | None = None
    reason: Text


class AddOfferTypes(Body):
    offer_types: Annotated[frozenset[OfferType], Field(min_length=1)]


class Assign(Body):
    id: Reference
    name: Name
    email: Email
    language: Language | None = None


class Authorize(Body):
    lines: Lines
    purchase_order: Annotated[str, Field(max_length=64), AfterValidator(_plain)] | None = None
    requested_by: RequestedBy
    requested_at: Instant | None = None


class PlaceOrder(Body):
    order_reference: Reference
    lines: Lines | None = None
    ordered_at: Instant | None = None


class RecordOrder(Body):
    """A direct order needs lines."""

    order_reference: Reference
    lines: Lines
    ordered_at: Instant | None = None


class Extend(Body):
    days: Annotated[StrictInt, Field(ge=1, le=3660)]
    reason: Text


class RequestReturn(Body):
    order_reference: Reference
    reason: Text
    lines: CountedLines | None = None


class ConfirmReturn(Body):
    lines: CountedLines | None = None


class DeclineRenewal(Body):
    reason: Text
    lines: CountedLines | None = None


class WriteOffLost(Body):
    authorization_number: AuthorizationNumber
    reason: Text


class Nothing(Body):
    """A command without fields of its own."""


class PastOrder(Part):
    """Without lines: everything that was open, or to be renewed, at the time."""

    order_reference: Reference
    ordered_on: Past
    lines: CountedLines | None = None


class PastAuthorization(Part):
    """An authorization that already lives. Without a request it was a direct order: exactly one, of all its lines."""

    authorization_number: AuthorizationNumber | None = None
    requested_on: Past | None = None
    requested_by: RequestedBy = RequestedBy.ACCOUNT_MANAGER
    lines: CountedLines
    purchase_order: Annotated[str, Field(max_length=64), AfterValidator(_plain)] | None = None
    orders: tuple[PastOrder, ...] = ()


class History(Part):
    """What already happened to a customer that is taken over (section 10)."""

    invited_on: Past
    accepted_on: Past | None = None
    accepted_by: AcceptedBy | None = None
    """The contact, where nobody knows any more."""
    terms_version: Reference = "unknown"
    authorizations: tuple[PastAuthorization, ...] = ()
    renewal_orders: tuple[PastOrder, ...] = ()


class Invite(Body):
    """Starting a customer is the invitation; none of it can be edited later (section 3)."""

    organization: Name
    market_segment: MarketSegment
    offer_types: Annotated[frozenset[OfferType], Field(min_length=1)]
    region: Country
    address: Text
    postal_code: Annotated[str, Field(max_length=40), AfterValidator(_plain)]
    contact: Person
    account_manager: Manager
    language: Language | None = None
    anniversary_date: date | None = None
    external_id: Reference | None = None
    history: History | None = None


B = TypeVar("B", bound=BaseModel)


def parse(form: type[B], body: Any) -> B:
    """The body as its form. Raises `Refused` (`invalid_request`, every field named; `body_too_large`)."""
    if not isinstance(body, dict):
        raise refuse("invalid_request", "body: must be one JSON object", field="body")
    if len(repr(body)) > LARGEST_BODY:
        raise refuse("body_too_large", f"The body is larger than {LARGEST_BODY} bytes.", limit=LARGEST_BODY)
    try:
        return form.model_validate(body)
    except ValidationError as error:
        raise refuse_fields(error) from None
