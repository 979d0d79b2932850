"""Purchase authorizations and their orders."""

from typing import TYPE_CHECKING, Literal

from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, ask, change, lines
from gateway.cli.options import At, AuthorizationNumber, Flag, OrderReference, Reason, ReasonInLetter, VipNumber
from gateway.cli.output import WrongUsage
from gateway.cli.updating import update_authorization, update_customer

if TYPE_CHECKING:
    from gateway.client import Gateway


def authorize(
    vip_number: VipNumber,
    /,
    *products: str,
    by: Literal["account_manager", "member"] = "account_manager",
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
    body: Answer = {"lines": lines(products), "requested_by": by, "purchase_order": purchase_order, "requested_at": at}
    if body["lines"] is None:
        raise WrongUsage("say which products, as PRODUCT=QUANTITY")
    if preview:
        asked = {name: value for name, value in body.items() if value is not None}
        ask(doing, lambda gateway: gateway.preview(vip_number, asked), showing.authorization)
        return
    update_customer(vip_number, "authorize_purchase", body, doing, showing.authorization)


def order(number: str, order_reference: OrderReference, /, *products: str, at: At = None, doing: Doing = DOING) -> None:
    """Record an order: for an authorization (all that is open, unless products are named), or a direct one.

    Parameters
    ----------
    number
        The authorization; for a direct order the customer's VIP number.
    products
        PRODUCT=QUANTITY; a direct order needs them.
    """
    body = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}

    async def act(gateway: "Gateway", said: Answer, key: str) -> Answer:
        if await gateway.kind(number) == "customer":
            return await gateway.update_customer(number, "record_order", said, key)
        return await gateway.update_authorization(number, "place_order", said, key)

    change(doing, body, act, showing.authorization)


def extend(authorization_number: AuthorizationNumber, /, *, days: int, reason: Reason, doing: Doing = DOING) -> None:
    """Let the order be due later; everything after moves with it.

    Parameters
    ----------
    days
        By how many days.
    """
    update_authorization(authorization_number, "extend", {"days": days, "reason": reason}, doing)


def cancel(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Cancel a pending authorization: the customer loses what is not ordered."""
    update_authorization(authorization_number, "cancel", {"reason": reason}, doing)


def write_off(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Give up what is overdue, deactivated or lost: what is not ordered is removed, and the block is lifted."""
    update_authorization(authorization_number, "write_off", {"reason": reason}, doing)


def deactivate(authorization_number: AuthorizationNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Deactivate what is past its last day, when no warning can get out."""
    update_authorization(authorization_number, "deactivate", {"reason": reason}, doing)
