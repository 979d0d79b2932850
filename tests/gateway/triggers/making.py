"""Triggers of every kind on customers and authorizations that are there for them: each works in whatever order, but for
those that need another's answer first."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.bodies import Line
from gateway.client import Gateway
from tests.gateway.waiting import until
from tests.workflows.lab import INVITATION, LINES
from workflows.names import authorization_id, customer_id

PRODUCT = "cc-all-apps-team"
MANY = 250
RENEWED = 2
"""Licences of each renewal order."""
NUMBERED = frozenset({"authorize", "record_order"})
"""What begins an authorization, which others then speak to."""
_OF_EACH_KIND = (0, 4, 5, 7)
"""Turns of a member: what is authorized is cancelled, returned, asked to be returned in vain, and kept."""


@dataclass(frozen=True, eq=False)
class Trigger:
    """One request: by its mark, which is its key, a journal knows it again."""

    mark: str
    command: str
    """The method of the client."""
    number: str
    """The case; empty: the authorization that `after` began, or that it was about."""
    body: dict[str, Any]
    after: "Trigger | None" = None
    """Has to be answered first."""


@dataclass
class Scene:
    """Everything that is there before, and the triggers."""

    triggers: list[Trigger] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    steady: list[str] = field(default_factory=list)
    """Workflow IDs of the cases that most triggers are about."""
    before: dict[str, int] = field(default_factory=dict)
    """By VIP number, how many authorizations there are before."""
    bounces: dict[str, str] = field(default_factory=dict)
    """By its status, the mark of a letter that came back: a journal does not say who told of it."""

    def add(self, command: str, number: str, after: Trigger | None = None, **body: Any) -> Trigger:
        mark = f"t{len(self.triggers):03}"
        made = Trigger(mark, command, number, {**body, "actor": mark}, after)
        self.triggers.append(made)
        return made


async def scene(gateway: Gateway, share: float = 1, *, bounces: bool = True) -> Scene:
    """500 different triggers, or a share of each kind; without bounces there are more invitations instead."""
    made = Scene()

    def some(most: int) -> range:
        return range(max(1, round(most * share)))

    async def invited(**more: Any) -> str:
        customer = await gateway.start_customer({**INVITATION, **more})
        number: str = customer["vip_number"]
        made.customers.append(number)
        made.before[number] = len(customer["authorizations"])
        return number

    for turn in some(20 if bounces else 36):
        made.add("invite", "", **{**INVITATION, "organization": f"Invited {turn}"})
    for _ in some(20):
        made.add("accept", await invited(), accepted_by={"name": "Mette"}, terms_version="1")
    for _ in some(10):
        number = await invited()
        for _ in range(3):
            made.add("resend", number)
    for _ in some(10):
        made.add("withdraw", await invited(), reason="invited twice")
    for turn in some(8) if bounces else ():
        _bounced(made, await _told(gateway, await invited()), turn)
    for member in some(6):
        number = await invited()
        await gateway.accept(number, {"accepted_by": {"name": "Mette"}, "terms_version": "1"})
        await _of_member(made, gateway, number, member, share)
    for _ in some(3):
        _late(made, await gateway.customer(await invited(history=_history(*[_asked(200)] * 8))))
    for _ in some(2):
        _renewing(made, await invited(history=_history(_asked(345, 50, 345))))
    return made


async def _of_member(made: Scene, gateway: Gateway, number: str, member: int, share: float) -> None:
    asked = await gateway.authorize(number, {"lines": [_line(MANY)], "requested_by": "account_manager"})
    big = asked["authorization_number"]
    made.before[number] += 1
    made.steady += [customer_id(number), authorization_id(big)]
    for turn in range(8) if share == 1 else _OF_EACH_KIND:
        email = f"c{member}.{turn}@example.com"
        made.add("hand_over_contact", number, name=f"Contact {turn}", email=email, reason="left")
        made.add("assign_account_manager", number, id=f"am-{member}-{turn}", name="Next", email="next@example.org")
        made.add("place_order", big, order_reference=f"PO-{turn}", lines=[_line(1 + turn)])
        begun = made.add("authorize", number, lines=LINES, requested_by="member")
        if turn < 3:
            made.add("cancel", "", begun, reason="no")
            continue
        placed = made.add("place_order", "", begun, order_reference=f"SO-{turn}")
        if turn < 7:
            back = made.add("request_return", "", placed, order_reference=f"SO-{turn}", reason="wrong")
            if turn < 5:
                made.add("confirm_return", "", back)
            else:
                made.add("decline_return", "", back, reason="no")
    for turn in range(6) if share == 1 else range(2):
        made.add("record_order", number, order_reference=f"D-{turn}", lines=[_line(1)])
    for _ in range(5) if share == 1 else range(2):
        made.add("extend", big, days=1, reason="agreed")
    made.add("add_offer_types", number, offer_types=["enterprise"])


def _late(made: Scene, customer: Any) -> None:
    """What is overdue is written off, or deactivated by hand."""
    for turn, one in enumerate(customer["authorizations"]):
        made.add("write_off" if turn % 2 else "deactivate", one["authorization_number"], reason="never ordered")


def _renewing(made: Scene, number: str) -> None:
    for turn in range(6):
        made.add("renew", number, order_reference=f"R-{turn}", lines=[_line(RENEWED)])
    for _ in range(4):
        made.add("decline_renewal", number, reason="fewer", lines=[_line(3)])


def _bounced(made: Scene, letter: tuple[str, dict[str, Any]], turn: int) -> None:
    """It came back, so no letter goes to that address, until somebody lifts that."""
    number, sent = letter
    status = f"5.1.{turn + 1}"
    body = {"letter": sent["letter"], "reader": sent["reader"], "caused_at": sent["effective_at"], "permanent": True}
    back = made.add("record_bounce", number, **body, status=status)
    made.bounces[status] = back.mark
    made.add("lift_address", number, back, reader="contact", reason="it works again")


async def _told(gateway: Gateway, number: str) -> tuple[str, dict[str, Any]]:
    """The customer, and its invitation once it is out."""

    async def letters() -> list[Any]:
        return [entry for entry in await gateway.journal(number) if entry["kind"] == "letter"]

    return number, dict((await until(letters, bool))[0])


def _history(*authorizations: dict[str, Any]) -> dict[str, Any]:
    return {"invited_on": _ago(500), "accepted_on": _ago(499), "authorizations": list(authorizations)}


def _asked(days: int, quantity: int = 5, ordered: int | None = None) -> dict[str, Any]:
    placed = [] if ordered is None else [{"order_reference": "SO-1", "ordered_on": _ago(ordered)}]
    return {"requested_on": _ago(days), "lines": [_line(quantity)], "orders": placed}


def _line(quantity: int) -> Line:
    return {"product": PRODUCT, "quantity": quantity}


def _ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
