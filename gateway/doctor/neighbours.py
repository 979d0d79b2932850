"""A customer and its authorizations: who is missing, and who knows something else of the other."""

from collections.abc import Iterator

from cases.authorization import AuthorizationCase, Snapshot
from cases.customer import CustomerCase
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.seen import Family
from states.authorization import AUTHORIZATION, OPEN
from states.facts import CustomerView
from workflows.names import authorization_id, customer_id

_OF_RENEWAL = ("custom_anniversary", "anchor", "anniversary", "term_start")


def examine(family: Family) -> list[Finding]:
    """Everything that is wrong between them."""
    return list(_between(family))


def _between(family: Family) -> Iterator[Finding]:
    if family.customer is None:
        for seen in family.authorizations.values():
            yield Finding(Code.CUSTOMER_GONE, seen.workflow_id, "its customer does not run")
        return
    customer = family.customer.case
    if customer is None:
        return
    for number, known in customer.known.items():
        if number in customer.lost:
            yield Finding(Code.AUTHORIZATION_LOST, authorization_id(number), f"lost by {_whose(customer)}")
        elif number in family.ended and not AUTHORIZATION.final(known.state):
            what = f"{family.ended[number]}, and {known.state} for {_whose(customer)}"
            yield Finding(Code.AUTHORIZATION_GONE, authorization_id(number), what)
    for number, seen in family.authorizations.items():
        if number not in customer.known:
            yield Finding(Code.AUTHORIZATION_UNKNOWN, seen.workflow_id, f"unknown to {_whose(customer)}")
        elif seen.case is not None and number not in customer.lost:
            wrong = list(_disagreeing(customer, customer.known[number], seen.case))
            told = _told(customer, number, seen.case)
            yield from (Finding(Code.NEIGHBOURS_DISAGREE, seen.workflow_id, f"{one}; {told}") for one in wrong[:1])


def _disagreeing(customer: CustomerCase, known: Snapshot, case: AuthorizationCase) -> Iterator[str]:
    whose = _whose(customer)
    own = case.snapshot()
    if (known.state, known.since) != (own.state, own.since):
        yield f"it is {own.state}, and {known.state} for {whose}"
    if known.news != own.news:
        yield f"not all of its news reached {whose}"
    if _without_terms(known) != _without_terms(own):
        yield f"{whose} knows other facts of it than it does"
    if (told := customer.view().model_copy(update={"news": 0})) != _comparable(case, told):
        yield f"it knows another contact, account manager, invitation or anniversary than {whose} has"


def _told(customer: CustomerCase, number: str, case: AuthorizationCase) -> str:
    """How much news each had of the other: it goes on while they are busy, and stands still where something is lost."""
    its, theirs = 0 if customer.told is None else customer.told.news, case.view.news
    return f"news {customer.known[number].news} of {case.news} came up, {theirs} of {its} down"


def _without_terms(known: Snapshot) -> Snapshot:
    """In which of the customer's terms an order was told is the customer's own knowledge."""
    orders = tuple(order.model_copy(update={"term": 0}) for order in known.facts.orders)
    return known.model_copy(update={"facts": known.facts.model_copy(update={"orders": orders})})


def _comparable(case: AuthorizationCase, told: CustomerView) -> CustomerView:
    """What is ordered no longer asks for the anniversary, so it is told only to those that are open."""
    update = {"news": 0} if case.state in OPEN else {"news": 0, **{name: getattr(told, name) for name in _OF_RENEWAL}}
    return case.view.model_copy(update=update)


def _whose(customer: CustomerCase) -> str:
    return customer_id(customer.vip_number)
