"""Returns: asked for, then confirmed or declined."""

from gateway.cli.asking import DOING, Doing, lines
from gateway.cli.options import AuthorizationNumber, Flag, ReasonInLetter
from gateway.cli.output import WrongUsage
from gateway.cli.updating import update_authorization

_USAGE = (
    "say either vip return NUMBER ORDER-REFERENCE [PRODUCT=QUANTITY ...] --reason WHY, "
    "vip return NUMBER --confirm [PRODUCT=QUANTITY ...], or vip return NUMBER --decline --reason WHY"
)


def take_back(
    authorization_number: AuthorizationNumber,
    /,
    *words: str,
    confirm: Flag = False,
    decline: Flag = False,
    reason: ReasonInLetter | None = None,
    doing: Doing = DOING,
) -> None:
    """Ask for a return of an order; confirm or decline the one that is open.

    vip return NUMBER ORDER-REFERENCE [PRODUCT=QUANTITY ...] --reason WHY, within its window;
    vip return NUMBER --confirm [PRODUCT=QUANTITY ...], then those licences are removed;
    vip return NUMBER --decline --reason WHY.

    Parameters
    ----------
    words
        To ask, the order by its reference; then, if it is not all of it, PRODUCT=QUANTITY.
    confirm
        Confirm the open return, or the part of it that is named.
    decline
        Decline the open return.
    """
    if confirm and not decline and reason is None:
        update_authorization(authorization_number, "confirm_return", {"lines": lines(words)}, doing)
    elif decline and not confirm and not words and reason is not None:
        update_authorization(authorization_number, "decline_return", {"reason": reason}, doing)
    elif words and "=" not in words[0] and not confirm and not decline and reason is not None:
        body = {"order_reference": words[0], "reason": reason, "lines": lines(words[1:])}
        update_authorization(authorization_number, "request_return", body, doing)
    else:
        raise WrongUsage(_USAGE)
