"""Whatever is changed in a journal, a state or a fact is found."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from cases.case import Case
from cases.journal import Entry, Kind
from cases.simulation import Simulation, always_up
from gateway.doctor import alone
from gateway.doctor.codes import Code
from states.authorization import State
from states.policy import Policy
from tests.cases.scripts import BEGIN, lines_of
from tests.cases.test_carrying import begun
from tests.gateway.doctor.lives import of_case, seen
from tests.model.both import SOLD


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


def test_a_case_that_cannot_be_lived_again_is_found_whatever_is_missing(life: Simulation) -> None:
    case = life.customer.trial()
    del case.references.placed["PO-4"]
    found = alone.examine(seen(case))
    told = [(finding.code, finding.what) for finding in found]
    assert told == [(Code.JOURNAL_AGAINST_THE_FACTS, "what happened to it can't happen again: KeyError")]


def test_a_closed_authorization_that_its_customer_tells_otherwise_is_found(life: Simulation) -> None:
    case = life.customer.trial()
    number = next(number for number, known in case.known.items() if known.state is State.SETTLED)
    case.known[number] = case.known[number].model_copy(update={"state": State.CANCELLED})
    assert of_case(case) == {Code.STATE_AGAINST_THE_FACTS}
