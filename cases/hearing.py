"""What neighbours may say to each other: news that can't be about this case is not taken in, whoever sent it."""

from datetime import datetime
from typing import Any

from cases.authorization import AuthorizationCase, Snapshot
from cases.commands import TOLERANCE
from cases.customer import CustomerCase
from states.facts import CustomerView


class Senseless(ValueError):
    """News in the right form that can't be true."""


def hear_authorization(case: CustomerCase, told: Any, now: datetime) -> None:
    """The customer takes in news of an authorization. Raises `ValueError`."""
    snapshot = Snapshot.model_validate(told)
    facts, before = snapshot.facts, case.known.get(snapshot.authorization_number)
    if before is not None and (facts.requested_at, facts.lines) != (before.facts.requested_at, before.facts.lines):
        raise Senseless("an authorization never changes what was asked for")
    if not facts.lines or min(facts.lines.values()) < 1 or facts.requested_at > now + TOLERANCE:
        raise Senseless("nobody asked for that")
    case.hear(snapshot, now)


def hear_customer(case: AuthorizationCase, told: Any, now: datetime) -> None:
    """The authorization takes in news of its customer. Raises `ValueError`."""
    view = CustomerView.model_validate(told)
    if (view.organization, view.custom_anniversary) != (case.view.organization, case.view.custom_anniversary):
        raise Senseless("that is another customer")
    case.hear(view, now)
