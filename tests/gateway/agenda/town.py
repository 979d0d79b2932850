"""A portfolio in which every situation of an agenda occurs once, on one day: told as stories, shown as rows."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from cases.journal import Outcome, Why
from cases.recording import record_of
from cases.simulation import always_up
from tests.cases.story import Story, refusing

NOON = datetime(2027, 3, 15, 11, 0, tzinfo=UTC)
"""The morning on which everybody is looked at."""
TODAY = NOON.date()
Row = dict[str, Any]
Tell = Callable[[Story], None]
Person = tuple[str, date, Tell, Row]
"""An organisation, its day 0, what happens to it, and what else its invitation says."""


def town(begin: partial[Story], people: Iterable[Person] | None = None) -> tuple[list[Row], list[Row]]:
    """Rows of all customers, and of all their authorizations."""
    customers: list[Row] = []
    authorizations: list[Row] = []
    for number, (name, day_0, tell, more) in enumerate(people or _people(), 1):
        story = begin(day_0=day_0, organization=name, **more)
        story.world.numbers = (f"{number:04X}{count:016X}" for count in range(1, 1 << 30))
        tell(story)
        story.world.until(NOON)
        told = [record_of(case, NOON) for case in (story.world.customer, *story.world.authorizations.values())]
        own = json.loads(json.dumps(told).replace("A" * 20, f"{number:020}"))
        customers += [one["row"] for one in own if one["kind"] == "customer"]
        authorizations += [one["row"] for one in own if one["kind"] == "authorization"]
    return customers, authorizations


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _people() -> Iterator[Person]:
    yield "Invited", ago(10), _nothing, {}
    yield "Expired", ago(40), _nothing, {}
    yield "Accepted", ago(5), lambda story: _do(story.accept(1)), {}
    yield "Withdrawn", ago(10), lambda story: _do(story.tell("withdraw_invitation", 1, reason="a mistake")), {}
    yield "Pending", ago(9), _bought(1), {}
    yield "Overdue", ago(25), _bought(1), {}
    yield "Last warning", ago(61), _bought(1), {}
    yield "No warning got out", ago(80), _bought_unheard, {}
    yield "Deactivated", ago(80), _bought(1), {}
    yield "Lost", ago(9), _lost, {}
    yield "Returning", ago(9), _returning, {}
    yield "Ordered", ago(9), _ordered(8), {}
    yield "Coming up", ago(365 - 95), _ordered(0), {}
    yield "Window", ago(365 - 40), _ordered(0), {}
    yield "Ready", ago(365 - 20), _ordered(0), {}
    yield "Declined", ago(365 + 20), _declined, {}
    yield "Past due", ago(365 + 10), _ordered(0), {}
    yield "Renewed", ago(365 - 10), _renewed, {}
    yield "Address refused", ago(12), _refused, {}
    yield "Manager refused", ago(8), _manager_refused, {}
    yield "Message refused", ago(8), _message_refused, {}
    yield "Invitation refused", ago(8), _invitation_refused, {}
    yield "Øst & Søn", ago(9), _bought(1, manager=False), {"account_manager": PIET}


PIET = {"id": "am-2", "name": "Piet 't Hart", "email": "piet@example.com"}


def _do(_answer: object) -> None:
    """Stories answer; here nobody listens."""


def _nothing(_story: Story) -> None:
    """Nobody does anything."""


def _bought(day: int, manager: bool = True) -> Tell:
    def tell(story: Story) -> None:
        story.accept(0)
        story.authorize(day, requested_by="account_manager" if manager else "member", purchase_order="PO 7")

    return tell


def _bought_unheard(story: Story) -> None:
    story.accept(0)
    story.authorize(1)
    story.until(40)
    story.relay = refusing("contact", "account_manager")


def _ordered(day: int) -> Tell:
    def tell(story: Story) -> None:
        story.accept(0)
        story.direct(day)

    return tell


def _lost(story: Story) -> None:
    story.accept(0)
    number = story.authorize(1)
    story.until(5)
    story.world.customer.mark_lost(number, story.at(6))


def _returning(story: Story) -> None:
    story.accept(0)
    number = story.direct(2)
    story.tell("request_return", 3, number, order_reference="D-1", lines=[_line(2)], reason="too many")


def _declined(story: Story) -> None:
    story.accept(0)
    story.direct(0)
    story.until(365 - 20)
    story.tell("decline_renewal", 365 - 20, reason="they close")


def _renewed(story: Story) -> None:
    story.accept(0)
    story.direct(0)
    story.renew(365 - 15)


def _refused(story: Story) -> None:
    story.accept(0)
    story.relay = refusing("contact")
    story.direct(6)


def _manager_refused(story: Story) -> None:
    story.relay = refusing("account_manager")
    story.accept(1)
    story.relay = always_up
    story.direct(2)


def _message_refused(story: Story) -> None:
    story.accept(0)
    story.relay = _taken_for_spam
    story.direct(2)
    story.relay = always_up


def _invitation_refused(story: Story) -> None:
    story.relay = _taken_for_spam
    story.until(7)
    story.relay = always_up


def _taken_for_spam(_now: datetime, reader: str) -> tuple[Outcome, str | None]:
    return (Outcome.UNDELIVERED, Why.MESSAGE_REFUSED) if reader == "contact" else (Outcome.SENT, None)


def _line(quantity: int) -> Row:
    return {"product": "cc-all-apps-team", "quantity": quantity}
