"""Cases lived again by the core: nothing speaks against one that lived by the rules, wherever it lives."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cases.carrying import JOURNAL_KEPT
from cases.journal import Outcome
from cases.simulation import always_up
from gateway.doctor import alone
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from states.authorization import State
from states.policy import Policy
from tests.cases.scripts import BEGIN, lines_of
from tests.cases.test_carrying import begun
from tests.cases.test_past import moved
from tests.gateway.doctor.lives import OF_MAIL, family, found, of_case, seen
from tests.gateway.generated import Life
from tests.model.both import SOLD, CoreAndModel
from workflows.names import authorization_id, customer_id


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


@pytest.mark.parametrize("seed", range(20))
def test_nothing_speaks_against_a_customer_that_moved_here_and_lives_on(policy: Policy, seed: int) -> None:
    until = BEGIN + timedelta(days=400, microseconds=137)
    elsewhere = Life(seed, policy, SOLD, until).world
    assert not {one for one in found(family(elsewhere)) if one.code not in OF_MAIL}
    here = moved(elsewhere, until + timedelta(seconds=5))
    for days in (0, 100):
        here.until(until + timedelta(days=days, seconds=5))
        assert not {one for one in found(family(here)) if one.code not in OF_MAIL}


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
    life.tell("accept_invitation", {"accepted_by": {"name": "Mette Holm"}, "terms_version": "1"}, BEGIN)
    life.tell("record_order", bought, BEGIN)
    life.tell("decline_renewal", {"reason": "fewer people"}, now)
    life.tell("record_order", {**bought, "order_reference": "PO-2"}, now)
    # Asked the other way round, all four would have been declined.
    assert life.customer.renewal.facts.declined == {"cc-all-apps-team": 2}
    assert of_case(life.customer) == set()


def test_a_customer_whose_clock_is_a_moment_behind_that_of_its_authorization_is_well(policy: Policy) -> None:
    life, now = begun(policy, SOLD, always_up), BEGIN + timedelta(days=3)
    asked = {"requested_by": "member", "lines": lines_of(3)}
    number = life.tell("authorize_purchase", asked, BEGIN)["authorization_number"]
    life.tell("place_order", {"order_reference": "PO-1"}, now, number)
    for behind, what in (
        (timedelta(milliseconds=44), set()),
        (timedelta(minutes=2), {Code.JOURNAL_AGAINST_THE_FACTS}),
    ):
        hearing = life.customer.trial()
        (place,) = (place for place, one in enumerate(hearing.journal) if one.trigger == "licences_changed")
        heard = now - behind
        hearing.journal[place] = hearing.journal[place]._replace(effective_at=heard, processed_at=heard)
        hearing.renewal.since = heard
        assert of_case(hearing) == what


def test_a_timer_that_is_late_is_told_once_more_than_ten_minutes_have_passed(policy: Policy) -> None:
    one = seen(begun(policy, SOLD, always_up).customer)
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
