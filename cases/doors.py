"""The one way in: a command by its name, first tried on a copy, then applied. The same for every door."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.answers import Answer, authorization_answer, customer_answer
from cases.authorization import AuthorizationCase
from cases.authorization_commands import COMMANDS as AUTHORIZATION_COMMANDS
from cases.customer import CustomerCase
from cases.customer_commands import COMMANDS as CUSTOMER_COMMANDS
from cases.deeds import remembering
from cases.messages import Authorize, parse
from states.catalogue import Catalogue

NUMBERED = frozenset({"authorize_purchase", "record_order", "place_renewal_order"})
"""Commands that look at the catalogue, and may begin an authorization with the number they are given."""


def to_customer(
    case: CustomerCase, name: str, body: Any, now: datetime, number: Callable[[], str], sold: Catalogue | None
) -> Answer:
    """Apply a command to a customer. Raises `Refused`; whoever tries it first uses a copy (`case.trial()`)."""
    command = CUSTOMER_COMMANDS[name]
    form = parse(command.form, body)
    with remembering(case, name, form, now):
        if name in NUMBERED:
            answer: Answer = command.apply(case, form, now, number(), sold)
            return answer
        answered: Answer | None = command.apply(case, form, now)
    return customer_answer(case, now) if answered is None else answered


def to_authorization(case: AuthorizationCase, name: str, body: Any, now: datetime) -> Answer:
    """Apply a command to an authorization. Raises `Refused`."""
    command = AUTHORIZATION_COMMANDS[name]
    form = parse(command.form, body)
    reference = getattr(form, "order_reference", None) if name == "place_order" else None
    if reference is not None and (first := case.answers.get(reference)) is not None:
        command.apply(case.trial(), form, now)  # raises when it says something else than before
        return first
    with remembering(case, name, form, now):
        command.apply(case, form, now)
    answer = answer_of(case, now)
    if reference is not None:
        case.answers[reference] = answer
    return answer


def answer_of(case: AuthorizationCase, now: datetime) -> Answer:
    return authorization_answer(
        case.authorization_number, case.vip_number, case.state.value, case.facts, case.view, case.policy, now
    )


def preview(case: CustomerCase, body: Any, now: datetime, sold: Catalogue) -> Answer:
    """What `authorize_purchase` would answer; nothing happens."""
    parse(Authorize, body)
    answer = to_customer(case.trial(), "authorize_purchase", body, now, lambda: "0" * 20, sold)
    return {name: value for name, value in answer.items() if name != "authorization_number"}
