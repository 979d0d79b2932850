"""What already happened to a customer that is taken over (rules, section 10)."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from cases.words import (
    AcceptedBy,
    AuthorizationNumber,
    CountedLines,
    Part,
    Past,
    PurchaseOrder,
    Reference,
    Text,
)
from states.facts import Reader, RequestedBy


class PastOrder(Part):
    """Without lines: everything that was open, or to be renewed, at the time."""

    order_reference: Reference
    ordered_on: Past
    told_on: Past | None = None
    """When it was recorded, if not as it was placed."""
    lines: CountedLines | None = None


class PastDecline(Part):
    """A renewal was declined: all that was to be renewed at the time, or these lines."""

    declined_on: Past
    reason: Text
    lines: CountedLines | None = None


class PastDeed(Part):
    """What somebody did to an authorization besides ordering, by the name of the update."""

    name: Literal[
        "cancel", "extend", "write_off", "deactivate", "request_return", "confirm_return", "decline_return",
        "write_off_lost",
    ]  # fmt: skip
    on: Past
    reason: Text | None = None
    days: Annotated[StrictInt, Field(ge=1, le=3660)] | None = None
    order_reference: Reference | None = None
    lines: CountedLines | None = None


class PastAuthorization(Part):
    """An authorization that already lives. Without a request it was a direct order: exactly one, of all its lines."""

    authorization_number: AuthorizationNumber | None = None
    requested_on: Past | None = None
    requested_by: RequestedBy = RequestedBy.ACCOUNT_MANAGER
    lines: CountedLines
    purchase_order: PurchaseOrder | None = None
    orders: tuple[PastOrder, ...] = ()
    deeds: tuple[PastDeed, ...] = ()
    warned_on: Past | None = None
    """When the first deactivation warning got out."""
    undelivered_to: tuple[Reader, ...] = ()
    """Readers whose last letter could not be delivered."""


class History(Part):
    """What already happened to a customer that is taken over (section 10)."""

    invited_on: Past
    accepted_on: Past | None = None
    accepted_by: AcceptedBy | None = None
    """The contact, where nobody knows any more."""
    accepted_told_on: Past | None = None
    """When it was recorded, if not as it happened."""
    terms_version: Reference = "unknown"
    resent_on: tuple[Past, ...] = ()
    handed_over_on: tuple[Past, ...] = ()
    withdrawn_on: Past | None = None
    withdrawal_reason: Text | None = None
    authorizations: tuple[PastAuthorization, ...] = ()
    renewal_orders: tuple[PastOrder, ...] = ()
    renewal_declines: tuple[PastDecline, ...] = ()
    undelivered_to: tuple[Reader, ...] = ()
    letters_stopped: tuple[Reader, ...] = ()
    """Readers whose address takes no mail (8.2)."""
