"""A customer tells its past so that it can be taken over elsewhere, and is the same there (rules, section 10)."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.past import past_of
from cases.simulation import Simulation, always_up
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.sameness import states, the_same
from tests.cases.scripts import BEGIN, INVITE, WISHES, Wish, after, ask, lines_of
from tests.cases.test_carrying import begun


def moved(life: Simulation, now: datetime) -> Simulation:
    """The same customer, taken over by another server from what it tells."""
    customer = life.customer
    body: dict[str, Any] = {
        **INVITE,
        "contact": customer.contact.model_dump(),
        "account_manager": customer.account_manager.model_dump(exclude_none=True),
        "language": customer.language,
        "offer_types": sorted(customer.offer_types),
        "history": past_of(customer),
    }
    other = Simulation(life.vip_number, life.policy, life.catalogue)
    other.invite(body, now)
    return other


@settings(max_examples=150, deadline=None)
@given(wishes=WISHES, rest=st.integers(0, 24 * 200))
def test_whatever_happened_a_customer_that_moves_is_the_same_customer(
    wishes: list[Wish], rest: int, policy: Policy, catalogue: Catalogue
) -> None:
    life, now = begun(policy, catalogue), BEGIN
    for wish in wishes:
        now += after(wish.hours) + timedelta(seconds=1)
        ask(life, wish, now)
    now += timedelta(hours=rest, seconds=1)
    life.until(now)
    the_same(life, moved(life, now), now)


def test_what_was_told_late_is_told_late_again(policy: Policy, catalogue: Catalogue) -> None:
    """An order of day 14 that is told on day 20 leaves the authorization overdue in between, here and there."""
    life = begun(policy, catalogue, relay=always_up)
    number = life.tell("authorize_purchase", {"requested_by": "member", "lines": lines_of(3)}, BEGIN)[
        "authorization_number"
    ]
    placed = {"order_reference": "PO-1", "ordered_at": (BEGIN + timedelta(days=14)).isoformat()}
    told = BEGIN + timedelta(days=20)
    life.tell("place_order", placed, told, number)
    assert [target for *_, target in states(life.authorizations[number])] == ["pending", "overdue", "ordered"]
    the_same(life, moved(life, told), told)


def test_a_warning_that_got_out_counts_elsewhere_too(policy: Policy, catalogue: Catalogue) -> None:
    life = begun(policy, catalogue, relay=always_up)
    number = life.tell("authorize_purchase", {"requested_by": "member", "lines": lines_of(3)}, BEGIN)[
        "authorization_number"
    ]
    now = BEGIN + timedelta(days=70)
    life.until(now)
    assert life.authorizations[number].state.value == "deactivated"
    the_same(life, moved(life, now), now)


def test_what_was_lost_and_written_off_stays_written_off(policy: Policy, catalogue: Catalogue) -> None:
    life = begun(policy, catalogue, relay=always_up)
    number = life.tell("authorize_purchase", {"requested_by": "member", "lines": lines_of(3)}, BEGIN)[
        "authorization_number"
    ]
    now = BEGIN + timedelta(days=3)
    life.until(now)
    life.customer.mark_lost(number, now)
    life.tell("write_off_lost", {"authorization_number": number, "reason": "so it was agreed"}, now)
    the_same(life, moved(life, now), now)
