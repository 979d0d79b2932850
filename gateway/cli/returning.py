"""Returns: asked for, then confirmed or declined."""

from typing import Annotated

from cyclopts import Parameter

from gateway.cli.asking import DOING, Doing, lines
from gateway.cli.buying import update
from gateway.cli.output import WrongUsage

_USAGE = (
    "say either vip return NUMBER ORDER-REFERENCE [PRODUCT=QUANTITY ...] --reason WHY, "
    "vip return NUMBER --confirm [PRODUCT=QUANTITY ...], or vip return NUMBER --decline --reason WHY"
)


def take_back(
    authorization_number: str,
    /,
    *words: str,
    confirm: Annotated[bool, Parameter(negative=())] = False,
    decline: Annotated[bool, Parameter(negative=())] = False,
    reason: str | None = None,
    doing: Doing = DOING,
) -> None:
    """Ask for a return of an order; confirm or decline the one that is open.

    vip return NUMBER ORDER-REFERENCE [PRODUCT=QUANTITY ...] --reason WHY, within its window;
    vip return NUMBER --confirm [PRODUCT=QUANTITY ...], then those licences are removed;
    vip return NUMBER --decline --reason WHY.

    Parameters
    ----------
    authorization_number
        The authorization.
    words
        To ask, the order by its reference; then, if it is not all of it, PRODUCT=QUANTITY.
    confirm
        Confirm the open return, or the part of it that is named.
    decline
        Decline the open return.
    reason
        Why, for the journal and the letter.
    """
    if confirm and not decline and reason is None:
        update(authorization_number, "confirm_return", {"lines": lines(words)}, doing)
    elif decline and not confirm and not words and reason is not None:
        update(authorization_number, "decline_return", {"reason": reason}, doing)
    elif words and "=" not in words[0] and not confirm and not decline and reason is not None:
        body = {"order_reference": words[0], "reason": reason, "lines": lines(words[1:])}
        update(authorization_number, "request_return", body, doing)
    else:
        raise WrongUsage(_USAGE)
