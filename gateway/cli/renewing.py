"""Renewal orders, and what is declined."""

from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, change, lines


def renew(
    vip_number: str, order_reference: str, /, *products: str, at: str | None = None, doing: Doing = DOING
) -> None:
    """Record a renewal order.

    Parameters
    ----------
    vip_number
        The customer.
    order_reference
        The order by its reference.
    products
        PRODUCT=QUANTITY; by default all that is held and not renewed yet.
    at
        When it was placed, such as 2027-03-01T10:00:00Z; by default now.
    """
    body = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}
    _update(vip_number, "place_renewal_order", body, doing)


def decline(vip_number: str, /, *products: str, reason: str, doing: Doing = DOING) -> None:
    """Decline the renewal: nobody is reminded of it any more.

    Parameters
    ----------
    vip_number
        The customer.
    products
        PRODUCT=QUANTITY; by default all that is still to renew.
    reason
        Why, for the journal.
    """
    _update(vip_number, "decline_renewal", {"reason": reason, "lines": lines(products)}, doing)


def _update(vip_number: str, name: str, body: Answer, doing: Doing) -> None:
    change(
        doing, body, lambda gateway, said, key: gateway.update_customer(vip_number, name, said, key), showing.customer
    )
