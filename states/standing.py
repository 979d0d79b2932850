"""Questions across the machines: may this customer buy, what may it add, which lists is it in (sections 4 and 6)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from states.authorization import State as AuthorizationState
from states.catalogue import Catalogue, Product
from states.facts import Fact, MarketSegment, OfferType, Quantities
from states.membership import State as Membership
from states.policy import Policy
from states.refusals import Reason
from states.renewal import State as Renewal

LOST = "lost"
"""What a customer calls an authorization whose workflow vanished; it counts as overdue."""


class CustomerList(StrEnum):
    """The five lists of the Customers page (section 6). They overlap."""

    NO_PRODUCTS = "no_products"
    PENDING_REQUESTS = "pending_requests"
    OVERDUE_REQUESTS = "overdue_requests"
    UPCOMING_RENEWALS = "upcoming_renewals"
    READY_FOR_RENEWAL = "ready_for_renewal"


class Buyer(Fact):
    """What the buying rules look at."""

    membership: Membership
    market_segment: MarketSegment
    offer_types: frozenset[OfferType]
    late: tuple[str, ...] = ()
    """Numbers of its authorizations that are overdue, deactivated or lost."""


def reasons_against(
    buyer: Buyer,
    lines: Quantities,
    policy: Policy,
    catalogue: Catalogue | None,
    *,
    authorizing: bool,
    by_member: bool = False,
) -> list[Reason]:
    """Why this customer may not buy these products, in the rules' order; empty: it may.

    Without a catalogue the products are not looked at: whoever decides again later has looked before. A direct order
    (`authorizing` false) of a product that must be ordered directly is welcome.
    """
    found: list[Reason] = []
    if buyer.late:
        message = "Something is overdue; place its order or write it off first."
        found.append(Reason("overdue_items", message, authorizations=list(buyer.late)))
    for code in ("product_not_authorizable", "product_unknown", "offer_type_missing", "segment_mismatch"):
        for product in lines if catalogue is not None else ():
            if reason := _product_reason(code, product, buyer, catalogue, authorizing):
                found.append(reason)
    most = policy.authorization.member_quantity if by_member else policy.authorization.largest_quantity
    for product, quantity in lines.items():
        if not 1 <= quantity <= most:
            message = f"{product}: 1 to {most} can be asked for."
            found.append(Reason("quantity_out_of_range", message, product=product, largest=most))
    return found + membership_reasons(buyer.membership)


def membership_reasons(membership: Membership) -> list[Reason]:
    """The membership is not alive."""
    if membership is Membership.EXPIRED:
        return [Reason("invitation_expired", "The invitation has expired; resend it first.")]
    if membership is Membership.WITHDRAWN:
        return [Reason("invitation_withdrawn", "The invitation was withdrawn; invite the organisation anew.")]
    return []


def _product_reason(
    code: str, product_id: str, buyer: Buyer, catalogue: Catalogue | None, authorizing: bool
) -> Reason | None:
    product = None if catalogue is None else catalogue.get(product_id)
    if product is None:
        if code == "product_unknown":
            return Reason(code, f"{product_id} is not in the catalogue.", product=product_id)
        return None
    if code == "product_not_authorizable" and authorizing and product.order_directly:
        return Reason(code, f"{product.name} must be ordered directly.", product=product_id)
    if code == "offer_type_missing" and product.offer_type not in buyer.offer_types:
        message = f"{product.name} belongs to the {product.offer_type} offer; add that offer type first."
        return Reason(code, message, product=product_id, offer_type=product.offer_type.value)
    if code == "segment_mismatch" and buyer.market_segment not in product.segments:
        sold_to = [segment.value for segment in product.segments]
        message = f"{product.name} is sold to {', '.join(sold_to)} only."
        return Reason(code, message, product=product_id, segments=sold_to)
    return None


def products_for(buyer: Buyer, policy: Policy, catalogue: Catalogue) -> Iterable[tuple[Product, list[Reason]]]:
    """Every product of the catalogue, and why this customer may not add it (none: it may)."""
    for product in catalogue:
        yield product, reasons_against(buyer, {product.product: 1}, policy, catalogue, authorizing=True)


def lists_of(
    membership: Membership, renewal: Renewal, held: Quantities, states: Mapping[str, str]
) -> tuple[CustomerList, ...]:
    """The lists a customer is in; `states` are those of its authorizations, as they count at this moment."""
    found = set(states.values())
    late = found & {AuthorizationState.OVERDUE.value, AuthorizationState.DEACTIVATED.value, LOST}
    waiting = AuthorizationState.PENDING.value in found
    lists = []
    if membership in (Membership.INVITED, Membership.ACCEPTED) and not held and not late and not waiting:
        lists.append(CustomerList.NO_PRODUCTS)
    if waiting:
        lists.append(CustomerList.PENDING_REQUESTS)
    if late:
        lists.append(CustomerList.OVERDUE_REQUESTS)
    if renewal is Renewal.UPCOMING:
        lists.append(CustomerList.UPCOMING_RENEWALS)
    if renewal in (Renewal.READY, Renewal.PAST_DUE):
        lists.append(CustomerList.READY_FOR_RENEWAL)
    return tuple(lists)
