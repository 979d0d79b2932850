"""Bodies of starts, updates and queries, as the contract names them. A bad one is refused with every field named."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from cases.history import History
from cases.words import (
    AcceptedBy,
    AuthorizationNumber,
    CountedLines,
    Country,
    Email,
    Instant,
    Language,
    Lines,
    Manager,
    Name,
    Person,
    PostalCode,
    PurchaseOrder,
    Reference,
    Text,
)
from states.facts import MarketSegment, OfferType, Reader, RequestedBy
from states.refusals import refuse, refuse_fields

LARGEST_BODY = 64 * 1024
"""Bytes of a body, as JSON."""


class Body(BaseModel):
    """Every body may say who did it, for the journal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: Text | None = None


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


class LiftAddress(Body):
    """Letters go to a reader's address again."""

    reader: Reader = Reader.CONTACT
    reason: Text


class RecordBounce(Body):
    """What a mail server reported about a letter that was sent: the letter as the journal names it, and its fate."""

    letter: Reference
    reader: Reader
    caused_at: Instant
    """The letter's effective time, by which the journal knows it."""
    permanent: bool
    """It came back for good. Otherwise it is delayed, and some server goes on trying."""
    sent_to: Name | None = None
    """The address; None: the report does not say."""
    status: Annotated[str, Field(pattern=r"^[245]\.\d{1,3}\.\d{1,3}$")] | None = None
    bounced_at: Instant | None = None
    authorization_number: AuthorizationNumber | None = None
    """The closed authorization whose letter it was, told to its customer."""


class Authorize(Body):
    lines: Lines
    purchase_order: PurchaseOrder | None = None
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


class Invite(Body):
    """Starting a customer is the invitation; none of it can be edited later (section 3)."""

    organization: Name
    market_segment: MarketSegment
    offer_types: Annotated[frozenset[OfferType], Field(min_length=1)]
    region: Country
    address: Text
    postal_code: PostalCode
    contact: Person
    account_manager: Manager
    language: Language | None = None
    anniversary_date: date | None = None
    external_id: Reference | None = None
    history: History | None = None


B = TypeVar("B", bound=BaseModel)


def too_large(body: object) -> bool:
    """A case would refuse this body (`body_too_large`)."""
    return len(repr(body)) > LARGEST_BODY


def parse(form: type[B], body: Any) -> B:
    """The body as its form. Raises `Refused` (`invalid_request`, every field named; `body_too_large`)."""
    if not isinstance(body, dict):
        raise refuse("invalid_request", "body: must be one JSON object", field="body")
    if too_large(body):
        raise refuse("body_too_large", f"The body is larger than {LARGEST_BODY} bytes.", limit=LARGEST_BODY)
    try:
        return form.model_validate(body)
    except ValidationError as error:
        raise refuse_fields(error) from None
