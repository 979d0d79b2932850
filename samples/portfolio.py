"""A reseller's portfolio on a given day: customers with a past, and what happens to some of them on that day.

The same for the same day. Dates are days before it or after it, so every state is there whenever it is made.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from samples.making import Maker, SampleCustomer, Step
from samples.organisations import DEVICES, ORGANISATIONS

SEED = 2027


def generate(today: date) -> list[SampleCustomer]:
    """The portfolio on that day."""
    chance = random.Random(SEED)  # noqa: S311 - samples, not secrets
    return [
        situation(Maker(today, organisation, chance))
        for situation, organisation in zip(_SITUATIONS, ORGANISATIONS, strict=True)
    ]


# --- membership


def invited_today(make: Maker) -> SampleCustomer:
    return make.customer()


def invited_days_ago(make: Maker) -> SampleCustomer:
    return make.customer({"invited_on": make.ago(5)})


def expired(make: Maker) -> SampleCustomer:
    return make.customer({"invited_on": make.ago(41)})


def withdrawn(make: Maker) -> SampleCustomer:
    return make.customer({"invited_on": make.ago(8)}, Step("withdraw_invitation", {"reason": "Invited twice"}))


def accepted(make: Maker) -> SampleCustomer:
    return make.member()


# --- authorizations


def pending(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(4), products=2, purchase_order="PO 7781"))


def pending_before_acceptance(make: Maker) -> SampleCustomer:
    return make.customer({"invited_on": make.ago(6), "authorizations": [make.asked(make.ago(2))]})


def pending_by_the_member(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(13), by="member"))


def ordered_in_part(make: Maker) -> SampleCustomer:
    asked = make.asked(make.ago(9), products=2)
    return make.member({**asked, "orders": [make.order(make.ago(3), asked["lines"][:1])]})


def overdue(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(22), products=2))


def overdue_beside_what_is_held(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(200), make.order(make.ago(191))), make.asked(make.ago(48), by="member"))


def past_its_last_day(make: Maker) -> SampleCustomer:
    """Its warning goes out at the next letter hour; the day after it is deactivated."""
    return make.member(make.asked(make.ago(66)))


def deactivated(make: Maker) -> SampleCustomer:
    asked = make.asked(make.ago(75))
    reason = {"reason": "Nobody can be reached"}
    return make.member(asked, then=(Step("deactivate", reason, asked["authorization_number"]),))


def cancelled(make: Maker) -> SampleCustomer:
    asked = make.asked(make.ago(6))
    return make.member(
        asked, then=(Step("cancel", {"reason": "The project was stopped"}, asked["authorization_number"]),)
    )


def extended(make: Maker) -> SampleCustomer:
    asked = make.asked(make.ago(11))
    step = Step("extend", {"days": 7, "reason": "Waiting for the budget"}, asked["authorization_number"])
    return make.member(asked, then=(step,))


def written_off(make: Maker) -> SampleCustomer:
    asked = make.asked(make.ago(33))
    return make.member(asked, then=(Step("write_off", {"reason": "Never used"}, asked["authorization_number"]),))


def settled(make: Maker) -> SampleCustomer:
    """Part of it was ordered and its return window is over; the rest is given up today."""
    asked = make.asked(make.ago(47), products=2)
    asked["orders"] = [make.order(make.ago(40), asked["lines"][:1])]
    return make.member(asked, then=(Step("write_off", {"reason": "Not needed"}, asked["authorization_number"]),))


def ordered(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(12), make.order(make.ago(5)), products=2))


def ordered_directly(make: Maker) -> SampleCustomer:
    lines = [{"product": DEVICES[make.organisation.segment], "quantity": 25}]
    direct = {"authorization_number": make.number(), "lines": lines, "orders": [make.order(make.ago(7))]}
    return make.member(direct)


def return_asked_for(make: Maker) -> SampleCustomer:
    return _returned(make, confirmed=False)


def returned(make: Maker) -> SampleCustomer:
    return _returned(make, confirmed=True)


def _returned(make: Maker, *, confirmed: bool) -> SampleCustomer:
    order = make.order(make.ago(6))
    asked = make.asked(make.ago(11), order)
    number = asked["authorization_number"]
    request = {"order_reference": order["order_reference"], "reason": "The wrong product was ordered"}
    steps = [Step("request_return", request, number)]
    if confirmed:
        steps.append(Step("confirm_return", {}, number))
    return make.member(asked, then=tuple(steps))


# --- renewal


def _ordered_a_year_before(make: Maker, days: int, **more: Any) -> SampleCustomer:
    """A customer whose anniversary is so many days ahead, or gone by."""
    day = make.year_before(days)
    return make.member(make.asked(day, make.order(day), products=2), **more)


def in_term(make: Maker) -> SampleCustomer:
    return make.member(make.asked(make.ago(150), make.order(make.ago(143)), products=3), make.asked(make.ago(3)))


def upcoming_soon(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 80)


def upcoming(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 60)


def nearly_ready(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 33)


def ready(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 24)


def ready_and_late(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 9)


def partly_renewed(make: Maker) -> SampleCustomer:
    day = make.year_before(15)
    asked = make.asked(day, make.order(day), products=2)
    return make.member(asked, renewal_orders=[make.order(make.ago(4), asked["lines"][:1])])


def past_due(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, -9)


def past_due_for_long(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, -26)


def renewed(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, 12, renewal_orders=[make.order(make.ago(5))])


def renewed_today(make: Maker) -> SampleCustomer:
    step = Step("place_renewal_order", {"order_reference": make.reference()})
    return _ordered_a_year_before(make, 18, then=(step,))


def in_its_second_year(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, -100, renewal_orders=[make.order(make.ago(112))])


def lapsed(make: Maker) -> SampleCustomer:
    return _ordered_a_year_before(make, -50)


def with_a_date_of_its_own(make: Maker) -> SampleCustomer:
    """A custom anniversary date, so its first term is longer than a year."""
    sample = make.member(make.asked(make.ago(70), make.order(make.ago(62))))
    sample.body["anniversary_date"] = (make.today + timedelta(days=420)).isoformat()
    return sample


_SITUATIONS: tuple[Callable[[Maker], SampleCustomer], ...] = (
    invited_today, pending, upcoming_soon, overdue, ready, in_term, accepted, past_due, pending_before_acceptance,
    ordered, deactivated, renewed, cancelled, upcoming, past_its_last_day, return_asked_for, invited_days_ago,
    ready_and_late, written_off, overdue_beside_what_is_held, ordered_in_part, nearly_ready, expired, settled, lapsed,
    partly_renewed, withdrawn, in_its_second_year, with_a_date_of_its_own, ordered_directly, invited_today,
    past_due_for_long, pending_by_the_member, returned, extended, renewed_today, accepted, overdue, in_term, expired,
)  # fmt: skip
