"""Purchase authorizations and their orders."""

from typing import TYPE_CHECKING, cast

from gateway import bodies
from gateway.bodies import Authorize, Extend, PlaceOrder, RecordOrder
from gateway.cli import showing
from gateway.cli.asking import DOING, Doing, ask, change, lines
from gateway.cli.options import At, AuthorizationNumber, Flag, OrderReference, Reason, ReasonInLetter, VipNumber
from gateway.cli.output import WrongUsage
from gateway.vocabulary import RequestedBy

if TYPE_CHECKING:
    from gateway.answers import Authorization
    from gateway.client import Gateway


def authorize(
    vip_number: VipNumber,
    /,
    *products: str,
    by: RequestedBy = "account_manager",
    purchase_order: str | None = None,
    at: At = None,
    preview: Flag = False,
    doing: Doing = DOING,
) -> None:
    """Authorize products: they can be used at once, and the order is due within days.

    Parameters
    ----------
    products
        PRODUCT=QUANTITY, one or more.
    by
        Who asks for them.
    purchase_order
        The customer's own purchase-order number.
    preview
        Only say what the answer would be.
    """
    if (asked := lines(products)) is None:
        raise WrongUsage("say which products, as PRODUCT=QUANTITY")
    body: Authorize = {"lines": asked, "requested_by": by, "purchase_order": purchase_order, "requested_at": at}
    if preview:
        ask(doing, lambda gateway: gateway.preview(vip_number, body), showing.authorization)
        return
    change(doing, body, lambda gateway, said, key: gateway.authorize(vip_number, said, key), showing.authorization)


def order(number: str, order_reference: OrderReference, /, *products: str, at: At = None, doing: Doing = DOING) -> None:
    """Record an order: for an authorization (all that is open, unless products are named), or a direct one.

    Parameters
    ----------
    number
        The authorization; for a direct order the customer's VIP number.
    products
        PRODUCT=QUANTITY; a direct order needs them.
    """
    body: PlaceOrder = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}

    async def act(gateway: "Gateway", said: PlaceOrder, key: str) -> "Authorization":
        if await gateway.kind(number) == "customer":
            return await gateway.record_order(number, cast(RecordOrder, said), key)  # refused, if lines are missing
        return await gateway.place_order(number, said, key)

    change(doing, body, act, showing.authorization)


def extend(authorization_number: AuthorizationNumber, /, *, days: int, reason: Reason, doing: Doing = DOING) -> None:
    """Let the order be due later; everything after moves with it.

    Parameters
    ----------
    days
        By how many days.
    """
    body: Extend = {"days": days, "reason": reason}
    number = authorization_number
    change(doing, body, lambda gateway, said, key: gateway.extend(number, said, key), showing.authorization)


def cancel(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Cancel a pending authorization: the customer loses what is not ordered."""
    body: bodies.Reason = {"reason": reason}
    number = authorization_number
    change(doing, body, lambda gateway, said, key: gateway.cancel(number, said, key), showing.authorization)


def write_off(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Give up what is overdue, deactivated or lost: what is not ordered is removed, and the block is lifted."""
    body: bodies.Reason = {"reason": reason}
    change(
        doing,
        body,
        lambda gateway, said, key: gateway.write_off(authorization_number, said, key),
        showing.authorization,
    )


def deactivate(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Deactivate what is past its last day, when no warning can get out."""
    body: bodies.Reason = {"reason": reason}
    change(
        doing,
        body,
        lambda gateway, said, key: gateway.deactivate(authorization_number, said, key),
        showing.authorization,
    )
