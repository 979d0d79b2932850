"""Cases parked in every state of the three machines; each has lived up to there, and has a way on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from gateway.client import Gateway
from states.authorization import AUTHORIZATION, State
from tests.workflows.histories import until
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab

Body = dict[str, Any]
SOME = [{**LINES[0], "quantity": 2}]
WHY = {"reason": "for the proof"}


def ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def _authorized(days: int, *deeds: Body, ordered: int | None = None, **more: Any) -> Body:
    orders = [] if ordered is None else [{"order_reference": "O-1", "ordered_on": ago(ordered)}]
    return {"requested_on": ago(days), "lines": LINES, "orders": orders, "deeds": list(deeds), **more}


def _deed(name: str, days: int, **more: Any) -> Body:
    return {"name": name, "on": ago(days), **more}


def _accepted(*authorizations: Body, since: int, **more: Any) -> Body:
    past = {"invited_on": ago(since), "accepted_on": ago(since), "authorizations": list(authorizations), **more}
    return {"history": past}


def _term(days: int, **more: Any) -> Body:
    """A term that began so many days ago."""
    direct = {"lines": LINES, "orders": [{"order_reference": "D-1", "ordered_on": ago(days)}]}
    return _accepted(direct, since=days + 10, **more)


@dataclass(frozen=True)
class Parked:
    """How a case comes to its state, and which command takes it on to which."""

    machine: str
    state: str
    start: Body
    command: str | None
    body: Body = field(default_factory=dict)
    then: str | None = None
    """None: the same state."""


_ORDER = {"order_reference": "PO-9"}
_RETURN = {"order_reference": "O-1", "reason": "too many"}
PARKED = (
    Parked("membership", "invited", {}, "accept_invitation", ACCEPT, "accepted"),
    Parked("membership", "accepted", _accepted(since=3), "add_offer_types", {"offer_types": ["enterprise"]}),
    Parked("membership", "expired", {"history": {"invited_on": ago(40)}}, "resend_invitation", {}, "invited"),
    Parked(
        "membership",
        "withdrawn",
        {"history": {"invited_on": ago(9), "withdrawn_on": ago(3), "withdrawal_reason": "a mistake"}},
        None,
    ),
    Parked("renewal", "no_term", _accepted(since=5), "record_order", {**_ORDER, "lines": LINES}, "in_term"),
    Parked("renewal", "in_term", _term(100), "record_order", {**_ORDER, "lines": LINES}),
    Parked("renewal", "upcoming", _term(300), "decline_renewal", {**WHY, "lines": SOME}),
    Parked("renewal", "ready", _term(350), "place_renewal_order", _ORDER, "renewed"),
    Parked(
        "renewal",
        "renewed",
        _term(350, renewal_orders=[{"order_reference": "R-1", "ordered_on": ago(5)}]),
        "record_order",
        {**_ORDER, "lines": LINES},
        "ready",
    ),
    Parked("renewal", "past_due", _term(380), "place_renewal_order", _ORDER, "in_term"),
    Parked("renewal", "lapsed", _term(410), "record_order", {**_ORDER, "lines": LINES}, "in_term"),
    Parked("authorization", "pending", _accepted(_authorized(3), since=9), "cancel", WHY, "cancelled"),
    Parked(
        "authorization",
        "ordered",
        _accepted(_authorized(5, ordered=3), since=9),
        "request_return",
        _RETURN,
        "return_requested",
    ),
    Parked("authorization", "overdue", _accepted(_authorized(20), since=30), "write_off", WHY, "written_off"),
    Parked(
        "authorization",
        "deactivated",
        _accepted(_authorized(70, warned_on=ago(12)), since=80),
        "place_order",
        _ORDER,
        "ordered",
    ),
    Parked(
        "authorization",
        "return_requested",
        _accepted(_authorized(5, _deed("request_return", 2, **_RETURN), ordered=3), since=9),
        "confirm_return",
        {},
        "returned",
    ),
    Parked("authorization", "cancelled", _accepted(_authorized(5, _deed("cancel", 2, **WHY)), since=9), None),
    Parked("authorization", "written_off", _accepted(_authorized(30, _deed("write_off", 2, **WHY)), since=40), None),
    Parked(
        "authorization",
        "returned",
        _accepted(
            _authorized(5, _deed("request_return", 2, **_RETURN), _deed("confirm_return", 1), ordered=3), since=9
        ),
        None,
    ),
    Parked("authorization", "settled", _accepted(_authorized(40, ordered=35), since=50), None),
)


@dataclass
class Place:
    """A parked case on a server."""

    parked: Parked
    vip: str
    number: str | None
    """Of its authorization, where that is the parked case and still runs."""

    async def state(self, house: Lab) -> str:
        if self.number is not None:
            return str((await house.authorization(self.number).query("details"))["state"])
        details = await house.customer(self.vip).query("details")
        if self.parked.machine == "authorization":
            return str(details["authorizations"][0]["state"])
        return str(details["state" if self.parked.machine == "membership" else "renewal_state"])

    async def go_on(self, house: Lab) -> None:
        if self.parked.command is None:
            return
        if self.number is not None:
            await house.order(self.number, self.parked.command, self.parked.body)
        else:
            await house.tell(self.vip, self.parked.command, self.parked.body)


async def park(house: Lab, every: Sequence[Parked] = PARKED) -> list[Place]:
    """One case for each; an authorization with its customer."""
    gateway, places = Gateway(house.client, task_queue=house.settings.task_queue), []
    for parked in every:
        vip = await house.invite(**{**INVITATION, **parked.start})
        known = (await gateway.customer(vip))["authorizations"]
        alive = [one["authorization_number"] for one in known if not AUTHORIZATION.final(State(one["state"]))]
        for number in alive:
            await until(partial(_runs, house, number))
        house.numbers[vip] = alive
        places.append(Place(parked, vip, alive[0] if parked.machine == "authorization" and alive else None))
    return places


async def _runs(house: Lab, number: str) -> bool:
    """Whether its workflow has begun: a customer that is taken over starts it after its own."""
    try:
        await house.authorization(number).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
