"""Bodies of what changes something, as the contract names them (docs/contract.md, bodies).

Instants are RFC 3339 (`2027-03-01T10:00:00Z`), days ISO 8601. What may be left out may also be None. A test holds every
one of them, field by field, against the form that the case itself checks it with.
"""

from typing import NotRequired

from typing_extensions import TypedDict

from gateway.vocabulary import Deed, MarketSegment, OfferType, Reader, RequestedBy


class Line(TypedDict, closed=True):
    """So many licences of a product."""

    product: str
    quantity: int


class Person(TypedDict, closed=True):
    name: str
    email: str


class Manager(TypedDict, closed=True):
    """An account manager; letters to this person are in the customer's region's language unless it is said."""

    id: str
    name: str
    email: str
    language: NotRequired[str | None]


class AcceptedBy(TypedDict, closed=True):
    """Who accepted; by the `identity` a later acceptance is known to be of the same person."""

    name: str
    identity: NotRequired[str | None]


class _Body(TypedDict):
    actor: NotRequired[str | None]
    """Who did it, for the journal."""


class Nothing(_Body, closed=True):
    """A command without fields of its own."""


class Reason(_Body, closed=True):
    reason: str


class Accept(_Body, closed=True):
    accepted_by: AcceptedBy
    terms_version: str
    accepted_at: NotRequired[str | None]
    invitation: NotRequired[int | None]
    """Number of the invitation whose link was used."""


class HandOver(_Body, closed=True):
    """The new contact."""

    name: str
    email: str
    language: NotRequired[str | None]
    reason: str


class AddOfferTypes(_Body, closed=True):
    offer_types: list[OfferType]


class Assign(_Body, closed=True):
    """The new account manager."""

    id: str
    name: str
    email: str
    language: NotRequired[str | None]


class LiftAddress(_Body, closed=True):
    """Whose address takes letters again; without a reader the contact's."""

    reader: NotRequired[Reader]
    reason: str


class RecordBounce(_Body, closed=True):
    """A letter as the journal names it (`caused_at` is its effective time), and what became of it."""

    letter: str
    reader: Reader
    caused_at: str
    permanent: bool
    sent_to: NotRequired[str | None]
    status: NotRequired[str | None]
    bounced_at: NotRequired[str | None]
    authorization_number: NotRequired[str | None]


class Authorize(_Body, closed=True):
    lines: list[Line]
    purchase_order: NotRequired[str | None]
    requested_by: RequestedBy
    requested_at: NotRequired[str | None]


class PlaceOrder(_Body, closed=True):
    """Without lines: all that is open, or all that is held and not renewed yet."""

    order_reference: str
    lines: NotRequired[list[Line] | None]
    ordered_at: NotRequired[str | None]


class RecordOrder(_Body, closed=True):
    """A direct order."""

    order_reference: str
    lines: list[Line]
    ordered_at: NotRequired[str | None]


class Extend(_Body, closed=True):
    days: int
    reason: str


class RequestReturn(_Body, closed=True):
    """Without lines: all of that order."""

    order_reference: str
    reason: str
    lines: NotRequired[list[Line] | None]


class ConfirmReturn(_Body, closed=True):
    """Without lines: all that the return asks for."""

    lines: NotRequired[list[Line] | None]


class DeclineRenewal(_Body, closed=True):
    """Without lines: all that is still to renew."""

    reason: str
    lines: NotRequired[list[Line] | None]


class WriteOffLost(_Body, closed=True):
    authorization_number: str
    reason: str


class PastOrder(TypedDict, closed=True):
    order_reference: str
    ordered_on: str
    told_on: NotRequired[str | None]
    lines: NotRequired[list[Line] | None]


class PastDecline(TypedDict, closed=True):
    declined_on: str
    reason: str
    lines: NotRequired[list[Line] | None]


class PastDeed(TypedDict, closed=True):
    name: Deed
    on: str
    reason: NotRequired[str | None]
    days: NotRequired[int | None]
    order_reference: NotRequired[str | None]
    lines: NotRequired[list[Line] | None]


class PastAuthorization(TypedDict, closed=True):
    """An authorization that already lives; without a request it was a direct order."""

    authorization_number: NotRequired[str | None]
    requested_on: NotRequired[str | None]
    requested_by: NotRequired[RequestedBy]
    lines: list[Line]
    purchase_order: NotRequired[str | None]
    orders: NotRequired[list[PastOrder]]
    deeds: NotRequired[list[PastDeed]]
    warned_on: NotRequired[str | None]
    undelivered_to: NotRequired[list[Reader]]


class History(TypedDict, closed=True):
    """What already happened to a customer that is taken over; days are dates or instants."""

    invited_on: str
    accepted_on: NotRequired[str | None]
    accepted_by: NotRequired[AcceptedBy | None]
    accepted_told_on: NotRequired[str | None]
    terms_version: NotRequired[str]
    resent_on: NotRequired[list[str]]
    handed_over_on: NotRequired[list[str]]
    withdrawn_on: NotRequired[str | None]
    withdrawal_reason: NotRequired[str | None]
    authorizations: NotRequired[list[PastAuthorization]]
    renewal_orders: NotRequired[list[PastOrder]]
    renewal_declines: NotRequired[list[PastDecline]]
    undelivered_to: NotRequired[list[Reader]]
    letters_stopped: NotRequired[list[Reader]]


class Invite(_Body, closed=True):
    organization: str
    market_segment: MarketSegment
    offer_types: list[OfferType]
    region: str
    address: str
    postal_code: str
    contact: Person
    account_manager: Manager
    language: NotRequired[str | None]
    anniversary_date: NotRequired[str | None]
    external_id: NotRequired[str | None]
    history: NotRequired[History | None]
