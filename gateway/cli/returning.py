"""Returns: asked for, then confirmed or declined."""

from gateway import bodies
from gateway.bodies import ConfirmReturn, RequestReturn
from gateway.cli import showing
from gateway.cli.asking import DOING, Doing, change, lines
from gateway.cli.options import AuthorizationNumber, Flag, ReasonInLetter
from gateway.cli.output import WrongUsage

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
    number, show = authorization_number, showing.authorization
    if confirm and not decline and reason is None:
        confirmed: ConfirmReturn = {"lines": lines(words)}
        change(doing, confirmed, lambda gateway, said, key: gateway.confirm_return(number, said, key), show)
    elif decline and not confirm and not words and reason is not None:
        declined: bodies.Reason = {"reason": reason}
        change(doing, declined, lambda gateway, said, key: gateway.decline_return(number, said, key), show)
    elif words and "=" not in words[0] and not confirm and not decline and reason is not None:
        asked: RequestReturn = {"order_reference": words[0], "reason": reason, "lines": lines(words[1:])}
        change(doing, asked, lambda gateway, said, key: gateway.request_return(number, said, key), show)
    else:
        raise WrongUsage(_USAGE)
