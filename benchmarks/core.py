"""The core: customers through one simulated year, on one processor, without Temporal and without mail.

Each customer is invited, reminded, accepts, and has three authorizations: one is ordered in time, one late, one never.
It is warned, something is deactivated, and its licences are renewed once. Every step is fired by a `transitions`
machine; every change of state is yielded as an entry of a journal, every letter as an item of an outbox, and its reader
has it at once. Waiting for the letter hour and deciding once more whether a letter is still true is measured apart;
reading bodies and composing letters are no part of it: that is for doors and mail.
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
from cases.case import Case
from cases.customer import CustomerCase
from cases.customer_commands import accept_invitation
from cases.customer_renewal import renew
from cases.journal import Kind, Outcome
from cases.messages import Accept, Invite, PlaceOrder, parse
from cases.simulation import Simulation
from cases.walking import Walk
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


Letters = Callable[[CustomerCase, datetime, Catalogue], Walk]
"""What becomes of letters: how a customer's walk begins."""


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


class Yielded(Walk):
    """Nobody waits for the letter hour: a letter is with its reader as soon as it is in the outbox."""

    def settle(self, case: Case, now: datetime) -> None:
        for item in case.outbox:
            case.letter_done(item, Outcome.SENT, None, now)
        self.look_again(case, None)


def yielded(customer: CustomerCase, now: datetime, _catalogue: Catalogue) -> Walk:
    life = Yielded(customer)
    life.settle(customer, now)
    return life


def decided(customer: CustomerCase, now: datetime, catalogue: Catalogue) -> Walk:
    """Each letter waits for its turn, and is sent or skipped then."""
    life = Simulation(customer.number, customer.policy, catalogue, composing=False)
    life.begin(customer, now)
    return life


def live_a_year(number: int, invite: Invite, policy: Policy, catalogue: Catalogue, letters: Letters = yielded) -> Walk:
    """One customer's year; customers begin on different days and at different minutes."""
    begun = BEGIN + timedelta(days=number % 365, minutes=number % 97)
    life = letters(CustomerCase.begin(f"VIP{number:017d}", invite, policy, begun), begun, catalogue)
    in_time, late, never = (f"{number:019d}{letter}" for letter in "ABC")
    for hours, authorization in enumerate((in_time, late, never)):
        _authorize(life, authorization, begun + timedelta(days=1, hours=hours), quantity=1 + number % 9 * hours)
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


def _until(life: Walk, at: datetime) -> datetime:
    life.until(at, inclusive=False)
    return at


def _authorize(life: Walk, number: str, at: datetime, quantity: int) -> None:
    _until(life, at)
    facts = AuthorizationFacts(requested_at=at, requested_by=RequestedBy.MEMBER, lines={"cc-all-apps-team": quantity})
    begin(life.customer, number, facts, at, None)
    life.settle(life.customer, at)
    life.spread(at)


def _order(life: Walk, number: str, order: PlaceOrder, at: datetime) -> None:
    _until(life, at)
    place_order(life.authorizations[number], order, at)
    life.settle(life.authorizations[number], at)
    life.spread(at)


def told(life: Walk, steps: int) -> Year:
    cases = (life.customer, *life.authorizations.values())
    letters = [entry.outcome for case in cases for entry in case.journal if entry.kind is Kind.LETTER]
    states = [one.state for one in life.customer.known.values()]
    return Year(
        steps,
        sum(len(case.journal) for case in cases),
        letters.count(Outcome.SENT),
        letters.count(Outcome.SKIPPED),
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


def measure(customers: int, letters: Letters) -> tuple[list[Year], float]:
    """What came of the customers, and the seconds of processor time it took."""
    policy = Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8"), "default")
    catalogue = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    shelf.put(catalogue)
    invite = parse(Invite, INVITE)
    years, spent = [], 0.0
    with Counted() as counted:
        for number in range(customers):
            before, started = counted.steps, time.process_time()
            life = live_a_year(number, invite, policy, catalogue, letters)
            spent += time.process_time() - started
            years.append(told(life, counted.steps - before))
    return years, spent


def run(customers: int = CUSTOMERS) -> bool:
    """Print what was counted and what it cost; false when it is less than promised. Time depends on the machine."""
    gc.collect()
    gc.disable()  # nothing here goes in circles, and how often it is looked for depends on everything else
    years, spent = measure(customers, yielded)
    steps, fewest = sum(year.steps for year in years), min(year.steps for year in years)
    bare = floor(steps)
    some = max(1, customers // 10)
    waited, longer = measure(some, decided)
    gc.enable()
    allowed = SECONDS * customers / CUSTOMERS
    kept = len(years) == customers and fewest >= STEPS_EACH and all(year.as_told for year in (*years, *waited))
    print(f"customers, one year each         {len(years):>10,}")
    print(f"steps fired by transitions       {steps:>10,}   at least {fewest} each, promised {STEPS_EACH}")
    print(f"journal entries                  {sum(year.entries for year in years):>10,}")
    print(f"letters                          {sum(year.sent for year in years):>10,}")
    print(f"seconds of processor             {spent:>10.2f}   at most {allowed:.2f}")
    print(f"seconds for as many bare steps   {bare:>10.2f}   the floor")
    print(f"times the floor                  {spent / bare:>10.2f}")
    print(
        f"the same, each letter decided    {longer / some * customers / bare:>10.2f}   of {some:,} customers:", end=" "
    )
    print(f"{sum(year.sent for year in waited):,} sent, {sum(year.skipped for year in waited):,} skipped")
    return kept
