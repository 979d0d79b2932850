"""When a customer that moved is the same customer: what is answered about it, its changes of state, and its past."""

from datetime import datetime
from typing import Any

from cases.answers import Answer, customer_answer
from cases.case import Case
from cases.customer import CustomerCase
from cases.journal import Kind
from cases.past import past_of
from cases.simulation import Simulation


def details(customer: CustomerCase, now: datetime) -> Answer:
    """The answer; authorizations and products in no order, since nothing depends on it."""
    answer = customer_answer(customer, now, whole=True)
    answer.pop("history")
    for name, key in (("authorizations", "authorization_number"), ("products", "product")):
        answer[name].sort(key=lambda one, key=key: str(one[key]))
    answer["open_authorizations"].sort(key=lambda one: str(one["authorization_number"]))
    return answer


def states(case: Case) -> list[tuple[Any, ...]]:
    changes = [entry for entry in case.journal if entry.kind is Kind.TRANSITION]
    return [(one.effective_at, one.machine, one.trigger, one.source, one.target) for one in changes]


def the_same(life: Simulation, other: Simulation, now: datetime) -> None:
    assert details(other.customer, now) == details(life.customer, now)
    assert states(other.customer) == states(life.customer)
    for number, case in other.authorizations.items():
        assert states(case) == states(life.authorizations[number])
    assert past_of(other.customer) == past_of(life.customer)
