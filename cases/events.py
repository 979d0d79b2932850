"""What happened to a customer before it was taken over, event by event (rules, section 10)."""

from datetime import datetime
from typing import NamedTuple

from cases.history import PastAuthorization, PastDecline, PastDeed, PastOrder
from cases.words import AcceptedBy, CountedLines


class Accepted(NamedTuple):
    """Somebody accepted the invitation, at that time."""

    at: datetime
    by: AcceptedBy
    terms_version: str


class Resent(NamedTuple):
    """The invitation was sent again."""


class HandedOver(NamedTuple):
    """Another contact took over."""


class Withdrawn(NamedTuple):
    """The invitation was withdrawn."""

    reason: str


class Requested(NamedTuple):
    """Products were authorized."""

    number: str
    told: PastAuthorization


class Ordered(NamedTuple):
    """An order for an authorization was placed, at that time."""

    at: datetime
    number: str
    told: PastOrder


class OrderedDirectly(NamedTuple):
    """An order without an authorization before it was placed, at that time."""

    at: datetime
    number: str
    told: PastOrder
    lines: CountedLines
    purchase_order: str | None


class Done(NamedTuple):
    """Something else was done to an authorization."""

    number: str
    told: PastDeed


class Warned(NamedTuple):
    """A deactivation warning got out."""

    number: str


class Renewed(NamedTuple):
    """A renewal order was placed, at that time."""

    at: datetime
    told: PastOrder


class Declined(NamedTuple):
    """A renewal was declined."""

    told: PastDecline


What = (
    Accepted
    | Resent
    | HandedOver
    | Withdrawn
    | Requested
    | Ordered
    | OrderedDirectly
    | Done
    | Warned
    | Renewed
    | Declined
)


class Event(NamedTuple):
    """Something that happened: when it was told, and the field that tells of it."""

    at: datetime
    field: str
    what: What
