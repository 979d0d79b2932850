"""Cases without a server, as the doctor would see them there."""

import json
from typing import Any

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from cases.authorization import AuthorizationCase
from cases.carrying import carry, load_authorization, load_customer
from cases.case import Case
from cases.customer import CustomerCase
from cases.simulation import Simulation
from gateway.doctor import alone, neighbours
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.seen import Family, Seen
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
