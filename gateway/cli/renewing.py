"""Renewal orders, and what is declined."""

from gateway.bodies import DeclineRenewal, PlaceOrder
from gateway.cli import showing
from gateway.cli.asking import DOING, Doing, change, lines
from gateway.cli.options import At, OrderReference, Reason, VipNumber


def renew(
    vip_number: VipNumber, order_reference: OrderReference, /, *products: str, at: At = None, doing: Doing = DOING
) -> None:
    """Record a renewal order.

    Parameters
    ----------
    products
        PRODUCT=QUANTITY; by default all that is held and not renewed yet.
    """
    body: PlaceOrder = {"order_reference": order_reference, "lines": lines(products), "ordered_at": at}
    change(doing, body, lambda gateway, said, key: gateway.renew(vip_number, said, key), showing.customer)


def decline(vip_number: VipNumber, /, *products: str, reason: Reason, doing: Doing = DOING) -> None:
    """Decline the renewal: nobody is reminded of it any more.

    Parameters
    ----------
    products
        PRODUCT=QUANTITY; by default all that is still to renew.
    """
    body: DeclineRenewal = {"reason": reason, "lines": lines(products)}
    change(doing, body, lambda gateway, said, key: gateway.decline_renewal(vip_number, said, key), showing.customer)
