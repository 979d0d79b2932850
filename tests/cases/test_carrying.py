"""What is carried from run to run is small and whole (rules, section 2: nothing is forgotten or told twice)."""

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from cases.answers import customer_answer
from cases.carrying import JOURNAL_KEPT, NotCarried, carry, load_authorization, load_customer
from cases.case import Case
from cases.journal import Kind, Outcome
from cases.simulation import Relay, Simulation
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.scripts import BEGIN, INVITE, WISHES, Wish, after, ask, lines_of


def through_json(case: Case) -> dict[str, Any]:
    carried: dict[str, Any] = json.loads(json.dumps(carry(case)))
    return carried


def size_of(case: Case) -> int:
    return len(json.dumps(carry(case), separators=(",", ":")))


def moody(now: Any, reader: str) -> Any:
    """A relay that is down every third day, and refuses the contact every fifth."""
    if now.toordinal() % 3 == 0:
        return now + timedelta(hours=11)
    if now.toordinal() % 5 == 0 and reader == "contact":
        return Outcome.UNDELIVERED, "recipient_refused"
    return Outcome.SENT, None


def begun(policy: Policy, catalogue: Catalogue, relay: Relay = moody) -> Simulation:
    simulation = Simulation("A" * 20, policy, catalogue, relay)
    simulation.invite(INVITE, BEGIN)
    return simulation


@settings(max_examples=150, deadline=None)
@given(wishes=WISHES)
def test_a_case_that_is_carried_after_every_step_lives_as_one_that_never_is(
    wishes: list[Wish], policy: Policy, catalogue: Catalogue
) -> None:
    stays, moves, now = begun(policy, catalogue), begun(policy, catalogue), BEGIN
    for wish in wishes:
        now += after(wish.hours)
        assert ask(stays, wish, now) == ask(moves, wish, now)
        moves.customer = load_customer(through_json(moves.customer))
        for number, case in moves.authorizations.items():
            moves.authorizations[number] = load_authorization(through_json(case))
    stays.until(now + timedelta(days=400))
    moves.until(now + timedelta(days=400))
    assert moves.customer.journal == stays.customer.journal[-len(moves.customer.journal) :]
    assert moves.customer.sequence == stays.customer.sequence
    assert moves.authorizations == stays.authorizations
    assert moves.customer.known == stays.customer.known
    assert carry(moves.customer) == carry(stays.customer)


def test_a_customer_with_a_hundred_authorizations_and_five_hundred_answers_stays_small(
    policy: Policy, catalogue: Catalogue
) -> None:
    """House, section 4: 64 KB, and 300 bytes for each authorization beyond a hundred."""
    chance, now = Random(1), BEGIN
    simulation = begun(policy, catalogue, relay=lambda _now, _reader: (Outcome.SENT, None))
    customer = simulation.customer
    simulation.tell("accept_invitation", {"accepted_by": {"name": "Mette Holm"}, "terms_version": "2027-1"}, now)
    simulation.numbers = iter(lambda: f"{chance.getrandbits(80):020X}", None)

    def one_more() -> list[dict[str, Any]]:
        nonlocal now
        now += timedelta(hours=7, microseconds=chance.randrange(10**9))
        wish = {"lines": lines_of(chance.randrange(1, 200)), "requested_by": "member"}
        asked = simulation.tell("authorize_purchase", wish, now)
        now += timedelta(hours=1, microseconds=chance.randrange(10**9))
        order = {"order_reference": f"PO-{chance.randrange(10**8)}"}
        simulation.tell("place_order", order, now, asked["authorization_number"])
        return [asked, *(customer_answer(customer, now) for _ in range(4))]

    for _ in range(100):
        for answer in one_more():
            now += timedelta(microseconds=chance.randrange(10**9))
            customer.ledger.keep(f"{chance.getrandbits(128):032x}:{chance.getrandbits(64):016x}", answer, now)
    while len(customer.journal) < JOURNAL_KEPT:
        at = now + timedelta(microseconds=chance.randrange(10**12))
        customer.enter(Kind.FACT, at, at, "membership", "resend_invitation", actor=f"person-{chance.randrange(9)}")
    assert (len(customer.known), len(customer.ledger.handled)) == (100, 500)
    small = size_of(customer)
    assert small <= 64 * 1024
    for _ in range(20):
        one_more()
    customer.journal = customer.journal[:JOURNAL_KEPT]
    assert size_of(customer) - small <= 20 * 300


def test_of_the_journal_only_the_newest_entries_are_carried(policy: Policy, catalogue: Catalogue) -> None:
    customer = begun(policy, catalogue).customer
    for count in range(300):
        customer.enter(Kind.FACT, BEGIN, BEGIN, reason=str(count))
    loaded = load_customer(through_json(customer))
    assert loaded.journal == customer.journal[-JOURNAL_KEPT:]
    assert loaded.sequence == customer.sequence


def test_what_a_newer_release_carried_is_refused_by_an_older_one(policy: Policy, catalogue: Catalogue) -> None:
    carried = {**through_json(begun(policy, catalogue).customer), "schema": 99}
    with pytest.raises(NotCarried, match="99"):
        load_customer(carried)
