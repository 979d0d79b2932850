"""Renewal orders, and what is declined."""

from gateway.cli.asking import DOING, Doing, lines
from gateway.cli.options import At, OrderReference, Reason, VipNumber
from gateway.cli.updating import update_customer


def renew(
    vip_number: VipNumber, order_reference: OrderReference, /, *products: str, at: At = None, doing: Doing = DOING
) -> None:
    """Record a renewal order.

    Parameters
    ----------
    products
        PRODUCT=QUANTITY; by default all that is held and not renewed yet.
    """
    body = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}
    update_customer(vip_number, "place_renewal_order", body, doing)


def decline(vip_number: VipNumber, /, *products: str, reason: Reason, doing: Doing = DOING) -> None:
    """Decline the renewal: nobody is reminded of it any more.

    Parameters
    ----------
    products
        PRODUCT=QUANTITY; by default all that is still to renew.
    """
    update_customer(vip_number, "decline_renewal", {"reason": reason, "lines": lines(products)}, doing)
