"""What is to be ordered for an authorization, and what is left of it: dates, months, quantities (section 7)."""

from datetime import date, datetime
from typing import NamedTuple

from states.calendar import Duration, duration, latest_anniversary, local_date, next_anniversary
from states.facts import AuthorizationFacts, CustomerView, FrozenDuration, Quantities
from states.policy import Policy
from states.refusals import Reason
from states.renewal import first_anniversary


class ToOrder(NamedTuple):
    """First monthly date, months, and whether an anniversary is fixed yet (provisional: it is not)."""

    order_from: date
    months: int
    provisional: bool


def to_order(facts: AuthorizationFacts, view: CustomerView, policy: Policy, on: date) -> ToOrder:
    """Computed anew for every answer and letter; `on` is the local day of the order, or today.

    What was added before an anniversary and is ordered after it is ordered from that anniversary on.
    """
    if facts.duration is not None:
        return ToOrder(facts.duration.order_from, facts.duration.months, False)
    added = local_date(facts.requested_at, policy.time_zone)
    if view.anniversary is None or view.anchor is None:
        anchor, until = first_anniversary(added, view.custom_anniversary, policy)
        return ToOrder(*_counted(added, until, added, anchor, policy), True)
    passed = latest_anniversary(view.anchor, on)
    begun = passed if passed is not None and passed >= view.anniversary else view.term_start
    if passed is not None and passed > added:
        added = passed
    until = max(next_anniversary(view.anchor, added), view.anniversary if passed is None else date.min)
    return ToOrder(*_counted(added, until, begun, view.anchor, policy), False)


def frozen(facts: AuthorizationFacts, view: CustomerView, policy: Policy, on: date) -> FrozenDuration:
    """What was to be ordered on the local day of the order that fixed it; a first order fixes the anniversary too."""
    fixed: Duration | ToOrder
    if view.anniversary is None:
        anchor, until = first_anniversary(on, view.custom_anniversary, policy)
        fixed = _counted(local_date(facts.requested_at, policy.time_zone), until, on, anchor, policy)
    else:
        fixed = to_order(facts, view, policy, on)
    return FrozenDuration(order_from=fixed.order_from, months=fixed.months)


def _counted(added: date, until: date, begun: date | None, anchor: date, policy: Policy) -> Duration:
    return duration(added, until, begun, policy.duration_mode, anchor)


def last_warning_on(facts: AuthorizationFacts, policy: Policy, deactivated_on: date) -> date | None:
    """The local day of the last deactivation warning before the deactivation."""
    if not policy.authorization.warning_days:
        return None
    return date.fromordinal(deactivated_on.toordinal() - min(policy.authorization.warning_days))


def out_of_range(lines: Quantities, policy: Policy) -> list[Reason]:
    """Quantities that nobody can order."""
    largest = policy.authorization.largest_quantity
    return [
        Reason("quantity_out_of_range", f"{product}: 1 to {largest} can be ordered.", product=product)
        for product, quantity in lines.items()
        if not 1 <= quantity <= largest
    ]


def happens(at: datetime | None) -> str | None:
    """An instant as the contract writes it: RFC 3339 in UTC."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
