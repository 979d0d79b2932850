"""The sample customers: complete on every day, and in nobody's real mailbox."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from cases.simulation import Simulation
from samples.making import SampleCustomer
from samples.portfolio import generate
from states.authorization import State as AuthorizationState
from states.catalogue import Catalogue
from states.membership import State as Membership
from states.policy import Policy
from states.renewal import State as Renewal
from states.standing import CustomerList

DAYS = [date(2027, 1, 1), date(2028, 2, 29), date(2027, 3, 31), date(2026, 11, 21), date(2028, 3, 1)]
MORNING, NIGHT = time(0, 3, tzinfo=UTC), time(23, 58, tzinfo=UTC)


def lived(sample: SampleCustomer, policy: Policy, catalogue: Catalogue, now: datetime) -> Simulation:
    customer = Simulation(sample.vip_number, policy, catalogue)
    customer.invite(sample.body, now)
    for step in sample.then:
        now += timedelta(seconds=1)
        customer.tell(step.name, step.body, now, step.authorization)
    return customer


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("hour", [MORNING, NIGHT], ids=["morning", "night"])
def test_every_state_of_every_machine_and_three_customers_in_every_list_are_there(
    today: date, hour: time, policy: Policy, catalogue: Catalogue
) -> None:
    now = datetime.combine(today, hour)
    customers = [lived(sample, policy, catalogue, now) for sample in generate(today)]
    memberships = Counter(one.customer.state for one in customers)
    renewals = Counter(one.customer.renewal.state for one in customers)
    running = Counter(case.state for one in customers for case in one.authorizations.values())
    lists = Counter(name for one in customers for name in one.customer.lists(now + timedelta(minutes=1)))
    assert set(memberships) == set(Membership)
    assert set(renewals) == set(Renewal)
    assert set(running) == set(AuthorizationState), "each of them with a workflow of its own"
    assert all(lists[name] >= 3 for name in CustomerList), lists


def test_a_handful_of_letters_goes_out_at_once(policy: Policy, catalogue: Catalogue) -> None:
    now = datetime.combine(DAYS[0], NIGHT)
    customers = [lived(sample, policy, catalogue, now) for sample in generate(DAYS[0])]
    sent = Counter(entry.letter for one in customers for _, entry in one.timeline() if entry.outcome == "sent")
    assert 8 <= sum(sent.values()) <= 40, sent
    assert {"invitation", "licences_deactivated", "return_requested"} <= set(sent)


def test_the_same_day_gives_the_same_portfolio() -> None:
    assert generate(DAYS[0]) == generate(DAYS[0])


def test_numbers_and_organisations_are_unique_and_last_from_day_to_day() -> None:
    first, second = generate(DAYS[0]), generate(DAYS[1])
    assert [one.vip_number for one in first] == [one.vip_number for one in second]
    assert len({one.vip_number for one in first}) == len({one.body["organization"] for one in first}) == len(first)


def test_every_address_is_reserved_for_examples() -> None:
    for sample in generate(DAYS[0]):
        for person in (sample.body["contact"], sample.body["account_manager"]):
            domain = person["email"].rpartition("@")[2]
            assert domain.endswith((".example.com", ".example.org", ".example.net")), person


def test_four_countries_and_several_account_managers_are_among_them() -> None:
    samples = generate(DAYS[0])
    assert {one.body["region"] for one in samples} == {"DK", "NL", "DE", "GB"}
    assert len({one.body["account_manager"]["id"] for one in samples}) >= 3
