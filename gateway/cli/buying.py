"""Purchase authorizations and their orders."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, ask, change, lines
from gateway.cli.output import WrongUsage

if TYPE_CHECKING:
    from gateway.client import Gateway


def authorize(
    vip_number: str,
    /,
    *products: str,
    by: Literal["account_manager", "member"] = "account_manager",
    purchase_order: str | None = None,
    at: str | None = None,
    preview: Annotated[bool, Parameter(negative=())] = False,
    doing: Doing = DOING,
) -> None:
    """Authorize products: they can be used at once, and the order is due within days.

    Parameters
    ----------
    vip_number
        The customer.
    products
        PRODUCT=QUANTITY, one or more.
    by
        Who asks for them.
    purchase_order
        The customer's own purchase-order number.
    at
        When it was requested, such as 2027-03-01T10:00:00Z; by default now.
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
    change(
        doing,
        body,
        lambda gateway, said, key: gateway.update_customer(vip_number, "authorize_purchase", said, key),
        showing.authorization,
    )


def order(number: str, order_reference: str, /, *products: str, at: str | None = None, doing: Doing = DOING) -> None:
    """Record an order: for an authorization (all that is open, unless products are named), or a direct one.

    Parameters
    ----------
    number
        The authorization; for a direct order the customer's VIP number.
    order_reference
        The order by its reference.
    products
        PRODUCT=QUANTITY; a direct order needs them.
    at
        When it was placed, such as 2027-03-01T10:00:00Z; by default now.
    """
    body = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}

    async def act(gateway: "Gateway", said: Answer, key: str) -> Answer:
        if await gateway.kind(number) == "customer":
            return await gateway.update_customer(number, "record_order", said, key)
        return await gateway.update_authorization(number, "place_order", said, key)

    change(doing, body, act, showing.authorization)


def extend(authorization_number: str, /, *, days: int, reason: str, doing: Doing = DOING) -> None:
    """Let the order be due later; everything after moves with it.

    Parameters
    ----------
    authorization_number
        The authorization.
    days
        By how many days.
    reason
        Why, for the journal.
    """
    update(authorization_number, "extend", {"days": days, "reason": reason}, doing)


def cancel(authorization_number: str, /, *, reason: str, doing: Doing = DOING) -> None:
    """Cancel a pending authorization: the customer loses what is not ordered.

    Parameters
    ----------
    authorization_number
        The authorization.
    reason
        Why, for the journal and the letter.
    """
    update(authorization_number, "cancel", {"reason": reason}, doing)


def write_off(authorization_number: str, /, *, reason: str, doing: Doing = DOING) -> None:
    """Give up what is overdue, deactivated or lost: what is not ordered is removed, and the block is lifted.

    Parameters
    ----------
    authorization_number
        The authorization.
    reason
        Why, for the journal and the letter.
    """
    update(authorization_number, "write_off", {"reason": reason}, doing)


def deactivate(authorization_number: str, /, *, reason: str, doing: Doing = DOING) -> None:
    """Deactivate what is past its last day, when no warning can get out.

    Parameters
    ----------
    authorization_number
        The authorization.
    reason
        Why, for the journal and the letter.
    """
    update(authorization_number, "deactivate", {"reason": reason}, doing)


def update(authorization_number: str, name: str, body: Answer, doing: Doing) -> None:
    """One update on an authorization."""
    change(
        doing,
        body,
        lambda gateway, said, key: gateway.update_authorization(authorization_number, name, said, key),
        showing.authorization,
    )
