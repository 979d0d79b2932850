"""The core: customers through one simulated year, on one processor, without Temporal and without mail.

Each customer is invited, reminded, accepts, and has three authorizations: one is ordered in time, one late, one never.
It is warned, something is deactivated, and its licences are renewed once. Every step is fired by a `transitions`
machine, every change of state and every letter stands in a journal, every letter goes through its outbox to the moment
at which it is sent or skipped. Reading bodies and composing letters are no part of it: that is for doors and mail.
"""

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from transitions import Machine

from cases import shelf
from cases.authorization_commands import place_order
from cases.buying import begin
from cases.customer import CustomerCase
from cases.customer_commands import accept_invitation
from cases.customer_renewal import renew
from cases.journal import Outcome
from cases.messages import Accept, Invite, PlaceOrder, parse
from cases.simulation import Simulation
from cases.words import AcceptedBy
from states.authorization import State
from states.catalogue import Catalogue
from states.facts import AuthorizationFacts, RequestedBy
from states.lifecycle import Lifecycle
from states.policy import Policy
from states.renewal import State as Renewal

CUSTOMERS = 10_000
STEPS_EACH = 40
SECONDS = 10.0
ROOT = Path(__file__).parents[1]
BEGIN = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
INVITE = {
    "organization": "Aarhus Design ApS",
    "market_segment": "commercial",
    "offer_types": ["team"],
    "region": "DK",
    "address": "Havnegade 1",
    "postal_code": "8000",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "account_manager": {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com"},
}
ACCEPT = Accept(accepted_by=AcceptedBy(name="Mette Holm"), terms_version="2027-1")
IN_TIME, LATE, RENEWAL = (PlaceOrder(order_reference=one) for one in ("PO-1", "PO-2", "R-1"))


class Year(NamedTuple):
    """What a year came to."""

    steps: int
    entries: int
    sent: int
    skipped: int
    as_told: bool
    """One in time, one late, one never, and a renewal."""


class Counted:
    """How many steps the machines have fired."""

    def __init__(self) -> None:
        self.steps = 0
        self._step: Callable[..., Any] = Lifecycle.step

    def __enter__(self) -> "Counted":
        def step(*arguments: Any) -> Any:
            row = self._step(*arguments)
            self.steps += 1
            return row

        Lifecycle.step = step  # type: ignore[assignment, method-assign]
        return self

    def __exit__(self, *_error: object) -> None:
        Lifecycle.step = self._step  # type: ignore[method-assign]


def live_a_year(number: int, invite: Invite, policy: Policy, catalogue: Catalogue) -> Simulation:
    """One customer's year; customers begin on different days and at different minutes."""
    begun = BEGIN + timedelta(days=number % 365, minutes=number % 97)
    vip_number = f"VIP{number:017d}"
    life = Simulation(vip_number, policy, catalogue, composing=False)
    life.begin(CustomerCase.begin(vip_number, invite, policy, begun), begun)
    for which in (1, 2, 3):
        _authorize(life, begun + timedelta(days=1, hours=which), quantity=1 + number % 9 * which)
    in_time, late, _never = life.authorizations
    _order(life, in_time, IN_TIME, begun + timedelta(days=9))
    at = _until(life, begun + timedelta(days=15))
    accept_invitation(life.customer, ACCEPT, at)
    life.settle(life.customer, at)
    life.spread(at)
    _order(life, late, LATE, begun + timedelta(days=38))
    at = _until(life, begun + timedelta(days=362))
    renew(life.customer, RENEWAL, at)
    life.settle(life.customer, at)
    life.until(begun + timedelta(days=365))
    return life


def _until(life: Simulation, at: datetime) -> datetime:
    life.until(at, inclusive=False)
    return at


def _authorize(life: Simulation, at: datetime, quantity: int) -> None:
    _until(life, at)
    facts = AuthorizationFacts(requested_at=at, requested_by=RequestedBy.MEMBER, lines={"cc-all-apps-team": quantity})
    begin(life.customer, next(life.numbers), facts, at, None)
    life.settle(life.customer, at)
    life.spread(at)


def _order(life: Simulation, number: str, order: PlaceOrder, at: datetime) -> None:
    _until(life, at)
    place_order(life.authorizations[number], order, at)
    life.settle(life.authorizations[number], at)
    life.spread(at)


def told(life: Simulation, steps: int) -> Year:
    entries = [entry for _, entry in life.timeline()]
    states = [one.state for one in life.customer.known.values()]
    return Year(
        steps,
        len(entries),
        sum(entry.outcome == Outcome.SENT for entry in entries),
        sum(entry.outcome == Outcome.SKIPPED for entry in entries),
        states == [State.SETTLED, State.SETTLED, State.DEACTIVATED] and life.customer.renewal.state is Renewal.RENEWED,
    )


def floor(steps: int) -> float:
    """Seconds for as many bare steps: a machine of `transitions` with two states, and a model of its own each."""

    class Model:
        state = "off"

    machine = Machine(model=None, states=["off", "on"], initial="off", auto_transitions=False, send_event=True)
    machine.add_transition("switch", "off", "on")
    switch = machine.events["switch"]
    started = time.process_time()
    for _ in range(steps):
        switch.trigger(Model())
    return time.process_time() - started


def run(customers: int = CUSTOMERS) -> bool:
    """Print what was counted and what it cost; false when it is less, or costs more, than promised."""
    policy = Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8"), "default")
    catalogue = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    shelf.put(catalogue)
    invite = parse(Invite, INVITE)
    gc.collect()
    gc.disable()  # nothing here goes in circles, and how often it is looked for depends on everything else
    years = []
    spent = 0.0
    with Counted() as counted:
        for number in range(customers):
            before, started = counted.steps, time.process_time()
            life = live_a_year(number, invite, policy, catalogue)
            spent += time.process_time() - started
            years.append(told(life, counted.steps - before))
    steps = sum(year.steps for year in years)
    bare = floor(steps)
    fewest = min(year.steps for year in years)
    allowed = SECONDS * customers / CUSTOMERS
    kept = len(years) == customers and fewest >= STEPS_EACH and all(year.as_told for year in years)
    print(f"customers, one year each      {len(years):>12,}")
    print(f"steps fired by transitions    {steps:>12,}   at least {fewest} each, promised {STEPS_EACH}")
    print(f"journal entries               {sum(year.entries for year in years):>12,}")
    print(f"letters sent, skipped         {sum(year.sent for year in years):>12,}   {sum(y.skipped for y in years):,}")
    print(f"seconds of processor          {spent:>12.2f}   at most {allowed:.2f}")
    print(f"bare steps, seconds           {bare:>12.2f}   the floor")
    print(f"times the floor               {spent / bare:>12.2f}")
    return kept and spent <= allowed
