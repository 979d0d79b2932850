"""Why something is refused."""

from typing import NotRequired

from typing_extensions import TypedDict

from gateway.vocabulary import MarketSegment, OfferType


class ReasonAgainst(TypedDict):
    """Why something is refused: a stable code, a sentence, and what helps to make it legal."""

    code: str
    message: str
    field: NotRequired[str]
    """Where in the body it is; parts are joined with dots."""
    product: NotRequired[str]
    offer_type: NotRequired[OfferType]
    segments: NotRequired[list[MarketSegment]]
    largest: NotRequired[int]
    """The most that can be asked for."""
    open: NotRequired[int]
    """The most that can be ordered."""
    legal_quantities: NotRequired[dict[str, int]]
    recorded: NotRequired[dict[str, int]]
    """What this order was recorded with before."""
    authorizations: NotRequired[list[str]]
    """Those that are overdue, deactivated or lost."""
    state: NotRequired[str]
    days_left: NotRequired[int]
    possible_from: NotRequired[str]
    earliest: NotRequired[str]
    latest: NotRequired[str]
    opens: NotRequired[str]
    ended: NotRequired[str]
    after: NotRequired[str]
    last: NotRequired[str]
    limit: NotRequired[int]
    """Bytes."""
