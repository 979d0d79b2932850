"""Cases lived again by the core: nothing speaks against one that lived by the rules, and each planted lie is found."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from cases import shelf
from cases.authorization import AuthorizationCase
from cases.carrying import JOURNAL_KEPT, carry, load_authorization, load_customer
from cases.case import Case
from cases.customer import CustomerCase
from cases.journal import Entry, Kind, Outcome
from cases.simulation import Simulation, always_up
from gateway.doctor import alone, neighbours
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.seen import Family, Seen
from states.authorization import State
from states.policy import Policy
from tests.cases.scripts import BEGIN, lines_of
from tests.cases.test_carrying import begun
from tests.cases.test_past import moved
from tests.gateway.generated import Life
from tests.model.both import POLICIES, SOLD, CoreAndModel
from workflows.names import authorization_id, customer_id
from workflows.visibility import Attributes, authorization_attributes, customer_attributes

OF_MAIL = {Code.UNREACHABLE, Code.LETTER_WAITS}


def seen(case: Case) -> Seen[Any]:
    """The case as a server that keeps its lists would show it, at the moment up to which everything has happened."""
    carried = json.loads(json.dumps(carry(case)))
    if isinstance(case, CustomerCase):
        shown = _listed(customer_attributes(case, case.cursor, False))
        return Seen(customer_id(case.number), shown, case.cursor, case=load_customer(carried))
    assert isinstance(case, AuthorizationCase)
    shown = _listed(authorization_attributes(case, case.cursor, False))
    return Seen(authorization_id(case.number), shown, case.cursor, case=load_authorization(carried))


def _listed(shown: Attributes) -> TypedSearchAttributes:
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in shown.items() if value is not None])


def family(life: Simulation) -> Family:
    running = {number: seen(case) for number, case in life.authorizations.items() if not case.final}
    return Family(seen(life.customer), running, {})


def found(one: Family) -> set[Finding]:
    return {finding for each in one.everybody for finding in alone.examine(each)} | set(neighbours.examine(one))


def of_case(case: Case) -> set[Code]:
    return {finding.code for finding in alone.examine(seen(case))}


class NothingFound(CoreAndModel):
    """Whatever people ask for, whenever, with mail and workers down at times."""

    def _go(self, day: date, minute: int) -> None:
        # In the very instant of a day's first moment only an import tells anything, and in its own order.
        super()._go(day, minute)
        self.now += timedelta(microseconds=137)

    def teardown(self) -> None:
        if hasattr(self, "core"):
            for end in (self.now, self.now + timedelta(days=200)):
                self.core.until(end)
                assert not {one for one in found(family(self.core)) if one.code not in OF_MAIL}


def test_nothing_speaks_against_a_customer_that_lived_by_the_rules() -> None:
    run_state_machine_as_test(
        NothingFound,
        settings=settings(
            derandomize=True,
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(scope="module")
def policy() -> Policy:
    shelf.put(SOLD)
    return Policy.from_toml(POLICIES, "default")


@pytest.mark.parametrize("seed", range(20))
def test_nothing_speaks_against_a_customer_that_moved_here_and_lives_on(policy: Policy, seed: int) -> None:
    until = BEGIN + timedelta(days=400, microseconds=137)
    elsewhere = Life(seed, policy, SOLD, until).world
    assert not {one for one in found(family(elsewhere)) if one.code not in OF_MAIL}
    here = moved(elsewhere, until + timedelta(seconds=5))
    for days in (0, 100):
        here.until(until + timedelta(days=days, seconds=5))
        assert not {one for one in found(family(here)) if one.code not in OF_MAIL}


@pytest.fixture(scope="module")
def life(policy: Policy) -> Simulation:
    """A customer with one authorization ordered in parts and returned, another overdue, and a year gone by."""
    life = begun(policy, SOLD, always_up)
    after = [BEGIN + timedelta(days=day) for day in range(500)]
    life.tell("resend_invitation", {}, after[1])
    life.tell("accept_invitation", {"accepted_by": {"name": "Mette Holm"}, "terms_version": "1"}, after[2])
    asked = {"requested_by": "member", "lines": lines_of(5)}
    first, second = (life.tell("authorize_purchase", asked, after[3])["authorization_number"] for _ in range(2))
    life.tell("place_order", {"order_reference": "PO-1", "lines": lines_of(2)}, after[5], first)
    life.tell("extend", {"days": 3, "reason": "agreed"}, after[6], second)
    life.tell("place_order", {"order_reference": "PO-2"}, after[30], first)
    life.tell("place_order", {"order_reference": "PO-3"}, after[31], second)
    third = life.tell("authorize_purchase", asked, after[340])["authorization_number"]
    life.tell("place_renewal_order", {"order_reference": "PO-4", "lines": lines_of(4)}, after[345])
    life.until(after[360])
    assert life.authorizations[third].state is State.OVERDUE
    return life


def _everybody(life: Simulation) -> list[Case]:
    return [life.customer, *(case for case in life.authorizations.values() if not case.final)]


def _lies(case: Case) -> Iterator[tuple[str, Case]]:
    """The case with one thing of its journal changed."""
    changes: dict[str, Callable[[Entry], Entry]] = {
        "an hour earlier": lambda entry: entry._replace(effective_at=entry.effective_at - timedelta(hours=1)),
        "a second later": lambda entry: entry._replace(effective_at=entry.effective_at + timedelta(seconds=1)),
        "from elsewhere": lambda entry: entry._replace(source="elsewhere"),
        "to elsewhere": lambda entry: entry._replace(target="elsewhere"),
        "for another reason": lambda entry: entry._replace(trigger="another"),
        "counted otherwise": lambda entry: entry._replace(sequence=entry.sequence + 1),
        "processed before": lambda entry: entry._replace(processed_at=entry.processed_at - timedelta(days=700)),
    }
    for place, entry in enumerate(case.journal):
        for what, change in changes.items():
            if entry.kind is not Kind.LETTER or what in ("from elsewhere", "counted otherwise", "processed before"):
                lying = case.trial()
                lying.journal[place] = change(entry)
                yield f"entry {entry.sequence} {what}", lying
        lying = case.trial()
        del lying.journal[place]
        yield f"entry {entry.sequence} is missing", lying


def test_each_change_of_a_journal_is_found(life: Simulation) -> None:
    tried = 0
    for case in _everybody(life):
        assert of_case(case) == set()
        for what, lying in _lies(case):
            tried += 1
            assert of_case(lying) & {Code.JOURNAL_AGAINST_THE_RULES, Code.JOURNAL_AGAINST_THE_FACTS}, what
    assert tried > 140


def test_a_change_of_state_on_another_day_is_told_with_both_days(life: Simulation) -> None:
    lying = life.customer.trial()
    place = next(place for place, one in enumerate(lying.journal) if one.trigger == "renewal_upcoming")
    day = lying.journal[place].effective_at - timedelta(days=1)
    lying.journal[place] = lying.journal[place]._replace(effective_at=day)
    what = [finding.what for finding in alone.examine(seen(lying))]
    assert what == [
        "renewal: in_term -> renewal_upcoming -> upcoming on 2027-10-18T00:00:00Z is told, "
        "in_term -> renewal_upcoming -> upcoming on 2027-10-19T00:00:00Z follows from its facts"
    ]


@pytest.mark.parametrize(
    ("machine", "changes"),
    [
        ("membership", {"invited_at": BEGIN + timedelta(days=9)}),
        ("membership", {"something_authorized": False}),
        ("renewal", {"anniversary": date(2028, 3, 1)}),
        ("renewal", {"renewed": {"cc-all-apps-team": 3}}),
        ("renewal", {"ending": {"cc-all-apps-team": 11}}),
        ("authorization", {"extension_days": 4}),
        ("authorization", {"dropped": {"cc-all-apps-team": 1}}),
    ],
)
def test_a_fact_that_does_not_follow_from_what_happened_is_found(
    life: Simulation, machine: str, changes: dict[str, Any]
) -> None:
    case = next(case for case in reversed(_everybody(life)) if machine in case.machines).trial()
    track = case.track(machine)
    track.facts = track.facts.model_copy(update=changes)
    assert of_case(case) == {Code.STATE_AGAINST_THE_FACTS}


@pytest.mark.parametrize(("machine", "state"), [("membership", "invited"), ("renewal", "lapsed")])
def test_a_state_that_its_journal_does_not_lead_to_is_found(life: Simulation, machine: str, state: str) -> None:
    case = life.customer.trial()
    track = case.track(machine)
    track.state = type(track.state)(state)
    assert of_case(case) == {Code.JOURNAL_AGAINST_THE_RULES}


def test_a_closed_authorization_that_its_customer_tells_otherwise_is_found(life: Simulation) -> None:
    case = life.customer.trial()
    number = next(number for number, known in case.known.items() if known.state is State.SETTLED)
    case.known[number] = case.known[number].model_copy(update={"state": State.CANCELLED})
    assert of_case(case) == {Code.STATE_AGAINST_THE_FACTS}


def test_a_journal_whose_beginning_stayed_behind_with_an_earlier_run_is_well(policy: Policy) -> None:
    life, now = begun(policy, SOLD), BEGIN
    for count in range(JOURNAL_KEPT):
        now += timedelta(hours=5, microseconds=count)
        manager = {"id": f"am-{count}", "name": "Piet Smit", "email": "piet@example.com"}
        life.tell("assign_account_manager", manager, now)
    life.tell("resend_invitation", {}, now)
    life.until(now + timedelta(days=60))
    looked_at = seen(life.customer).case
    assert looked_at is not None
    assert looked_at.journal[0].sequence > 1
    assert of_case(life.customer) == set()
    lying = life.customer.trial()
    lying.journal[-1] = lying.journal[-1]._replace(sequence=1)
    assert of_case(lying) == {Code.JOURNAL_AGAINST_THE_RULES}
    short = life.customer.trial()
    short.journal = short.journal[-20:]
    assert of_case(short) == {Code.JOURNAL_AGAINST_THE_RULES}


def test_what_was_lost_and_given_up_is_well_here_and_where_it_moves(policy: Policy) -> None:
    life, now = begun(policy, SOLD, always_up), BEGIN + timedelta(days=3)
    asked = {"requested_by": "member", "lines": lines_of(3)}
    number = life.tell("authorize_purchase", asked, BEGIN)["authorization_number"]
    life.tell("place_order", {"order_reference": "PO-1", "lines": lines_of(1)}, now, number)
    life.customer.mark_lost(number, now)
    assert found(family(life)) == {
        Finding(Code.AUTHORIZATION_LOST, authorization_id(number), f"lost by {customer_id(life.vip_number)}")
    }
    life.tell("write_off_lost", {"authorization_number": number, "reason": "so it was agreed"}, now)
    assert life.authorizations[number].state is State.ORDERED
    assert found(family(life)) == set()
    elsewhere = moved(life, now + timedelta(hours=1))
    assert elsewhere.authorizations[number].state is State.ORDERED
    assert found(family(elsewhere)) == set()


def test_what_was_told_in_one_instant_has_no_order_that_could_be_held_against_a_customer(policy: Policy) -> None:
    life, now = begun(policy, SOLD, always_up), BEGIN + timedelta(days=300)
    bought = {"order_reference": "PO-1", "lines": lines_of(2)}
    life.tell("record_order", bought, BEGIN)
    life.tell("decline_renewal", {"reason": "fewer people"}, now)
    life.tell("record_order", {**bought, "order_reference": "PO-2"}, now)
    # Asked the other way round, all four would have been declined.
    assert life.customer.renewal.facts.declined == {"cc-all-apps-team": 2}
    assert of_case(life.customer) == set()


def test_a_timer_that_is_late_is_told_once_more_than_ten_minutes_have_passed(life: Simulation) -> None:
    one = seen(life.customer)
    assert one.case is not None
    due = one.case.upcoming()
    assert due is not None
    assert alone.examine(replace(one, now=due[1].at + timedelta(minutes=10))) == []
    late = alone.examine(replace(one, now=due[1].at + timedelta(minutes=11)))
    assert [finding.code for finding in late] == [Code.OVERDUE_TIMER]


def test_letters_that_wait_for_longer_than_an_hour_are_told_without_their_words(policy: Policy) -> None:
    life = begun(policy, SOLD, lambda now, _reader: now + timedelta(minutes=5))
    one = seen(life.customer)
    assert alone.examine(replace(one, now=BEGIN + timedelta(minutes=59))) == []
    found = alone.examine(replace(one, now=BEGIN + timedelta(minutes=61), attempts=12))
    told = [(finding.code, finding.what) for finding in found]
    assert told == [(Code.LETTER_WAITS, "invitation to the contact since 2027-01-11T09:30:00Z, tried 12 times")]


def test_a_letter_that_could_not_be_delivered_is_told_with_its_day_and_why(policy: Policy) -> None:
    def refusing(_now: object, reader: str) -> tuple[Outcome, str | None]:
        return (Outcome.UNDELIVERED, "recipient_refused") if reader == "contact" else (Outcome.SENT, None)

    life = begun(policy, SOLD, refusing)
    found = alone.examine(seen(life.customer))
    told = [(finding.code, finding.what) for finding in found]
    assert told == [(Code.UNREACHABLE, "invitation to the contact on 2027-01-11T09:30:00Z: recipient_refused")]
