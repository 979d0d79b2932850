"""Returns: asked for, then confirmed or declined."""

from gateway.cli.asking import DOING, Doing, lines
from gateway.cli.buying import update


def request(
    authorization_number: str, order_reference: str, /, *products: str, reason: str, doing: Doing = DOING
) -> None:
    """Ask for a return of an order, within its window.

    Parameters
    ----------
    authorization_number
        The authorization.
    order_reference
        The order by its reference.
    products
        PRODUCT=QUANTITY; by default all of the order.
    reason
        Why, for the journal and the letter.
    """
    body = {"order_reference": order_reference, "reason": reason, "lines": lines(products)}
    update(authorization_number, "request_return", body, doing)


def confirm(authorization_number: str, /, *products: str, doing: Doing = DOING) -> None:
    """Confirm the open return: those licences are removed.

    Parameters
    ----------
    authorization_number
        The authorization.
    products
        PRODUCT=QUANTITY; by default all that was asked for.
    """
    update(authorization_number, "confirm_return", {"lines": lines(products)}, doing)


def decline(authorization_number: str, /, *, reason: str, doing: Doing = DOING) -> None:
    """Decline the open return.

    Parameters
    ----------
    authorization_number
        The authorization.
    reason
        Why, for the journal and the letter.
    """
    update(authorization_number, "decline_return", {"reason": reason}, doing)
