"""What a customer holds in its running term, counted from its authorizations (rules, section 5)."""

from collections.abc import Iterable

from cases.authorization import Snapshot
from states.calendar import local_date
from states.facts import Order, Quantities, RenewalFacts, minus, plus
from states.policy import Policy


def recounted(facts: RenewalFacts, known: Iterable[Snapshot], policy: Policy) -> RenewalFacts:
    """What is held, split at the anniversary by the local day on which it was ordered."""
    ending: Quantities = dict(facts.carried)
    coming: Quantities = {}
    for snapshot in known:
        for order in snapshot.facts.orders:
            if not _counts(order, facts, policy):
                continue
            kept = minus(order.lines, order.returned)
            if facts.anniversary is not None and local_date(order.ordered_at, policy.time_zone) >= facts.anniversary:
                coming = plus(coming, kept)
            else:
                ending = plus(ending, kept)
    return facts.model_copy(update={"ending": ending, "coming": coming})


def _counts(order: Order, facts: RenewalFacts, policy: Policy) -> bool:
    """An order of an earlier term no longer counts; one told after that term ended belongs to the running one."""
    if order.term >= facts.term:
        return True
    return facts.counted_from is not None and local_date(order.ordered_at, policy.time_zone) >= facts.counted_from
