"""Everything that happened, recomputed from the list of events: deliberately simple, day by day.

Nothing of `states/` or `cases/` is used here: the words are the rules' own.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.model.authorization import Authorization, Lines, Order
from tests.model.box import Box, No, check_told
from tests.model.customer import Customer
from tests.model.dates import Calendar

Change = tuple[str, str, str, datetime, datetime]
"""Whose, which machine, new state, effective, processed."""
Letter = tuple[str, str, str, datetime, datetime, str, str | None]
"""Whose, name, reader, caused, processed, outcome, why."""


@dataclass
class Event:
    """Somebody asked for something; or mail, readers or workers went down."""

    at: datetime
    name: str
    told: datetime | None = None
    lines: Lines | None = None
    reference: str = ""
    which: int | None = None
    """Which authorization, counted from 0."""
    who: str = ""
    days: int = 0
    until: datetime | None = None


@dataclass
class World:
    figures: dict[str, Any]
    began: datetime
    custom: date | None = None
    clock: datetime = field(init=False)
    awake_from: datetime = field(init=False)
    changes: list[Change] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    """Readers who get no letters until another takes over, or one is sent again on purpose."""

    def __post_init__(self) -> None:
        self.calendar = Calendar(self.figures["time_zone"], self.figures["letter_hour"])
        self.clock = self.awake_from = self.began
        self.customer = Customer(self, "customer", self.began, custom=self.custom)
        self.customer.begin(self.began)
        self.customer.deliver(self.began)

    @property
    def boxes(self) -> list[Box]:
        return [self.customer, *self.customer.authorizations]

    def mail_is_down(self, now: datetime) -> bool:
        return any(since <= now < until for since, until in self.outages)

    # --- time

    def until(self, to: datetime, *, inclusive: bool = True) -> None:
        while True:
            turns = [self.calendar.next_instant(self.clock)]
            turns += [until for _since, until in self.outages if until > self.clock]
            turns += [one.keeps_until for box in self.boxes for one in box.outbox if one.keeps_until]
            at = max(self.awake_from, min(one for one in turns if one > self.clock))
            if at > to or (at == to and not inclusive):
                return
            self.clock = at
            for box in self.boxes:
                box.advance(at, at)
                box.deliver(at)

    # --- events

    def happen(self, event: Event) -> list[str]:
        """The codes of the refusal, if any."""
        self.until(event.at, inclusive=False)
        if event.name == "sleep" and event.until is not None:
            self.awake_from = event.until
        elif event.name == "mail_down" and event.until is not None:
            self.outages.append((event.at, event.until))
        elif event.name == "refuse":
            self.refusing = set(event.who.split())
        else:
            # A refusal changes nothing, not even what it found out to be due.
            for box in self.boxes:
                box.touched = False
            before = deepcopy(self.customer, {id(self): self})
            changes, letters = len(self.changes), len(self.letters)
            try:
                self._ask(event)
                self._tell_authorizations(before, event.at)
            except No as no:
                self.customer = before
                del self.changes[changes:], self.letters[letters:]
                return no.codes
            asked = self.customer if event.which is None else self.customer.authorizations[event.which]
            asked.touched = True
            for box in self.boxes:
                if box.touched:  # whoever has not come to now yet does so later
                    box.deliver(event.at)
        return []

    def _ask(self, event: Event) -> None:
        customer, now = self.customer, event.at
        if event.which is not None:
            one = customer.authorizations[event.which]
            orders = len(one.orders)
            self._ask_authorization(one, event)
            if event.name != "place_order" or len(one.orders) > orders:  # a repeat is no news
                customer.hear(one, now)
            return
        match event.name:
            case "accept_invitation":
                customer.accept(event.who, event.told, now)
            case "resend_invitation":
                customer.resend(now)
            case "withdraw_invitation":
                customer.withdraw(now)
            case "hand_over_contact":
                customer.hand_over(now)
            case "authorize_purchase":
                self._authorize(event)
            case "record_order":
                self._record(event)
            case "place_renewal_order":
                customer.renew(event.reference, event.lines, event.told, now)
            case "decline_renewal":
                customer.decline(event.lines, now)
            case _:
                raise AssertionError(event.name)

    def _tell_authorizations(self, before: Customer, now: datetime) -> None:
        """Whoever hears news first comes to now: all that run of people, the open ones of the anniversary."""
        customer = self.customer
        for one in customer.authorizations:
            of_people = customer.people() != before.people() and not one.final
            of_term = customer.term() != before.term() and one.state in ("pending", "overdue", "deactivated")
            if of_people or of_term:
                one.advance(now, now)

    def _authorize(self, event: Event) -> None:
        customer, now = self.customer, event.at
        assert event.lines is not None
        check_told(event.told, now, customer.first_invited)
        customer.arrive(None, now)
        member = event.who == "member"
        most = self.figures["authorization"]["member_quantity" if member else "largest_quantity"]
        if codes := customer.refuse_buying(event.lines, most, now):
            raise No(*codes)
        one = self._begin(min(event.told or now, now), event.lines)
        one.begin(now, by_member=member)
        customer.hear(one, now)

    def _record(self, event: Event) -> None:
        customer, now = self.customer, event.at
        assert event.lines is not None
        if customer.known(event.reference, "record", event.lines):
            return
        check_told(event.told, now, customer.first_invited)
        customer.arrive(None, now)
        most = self.figures["authorization"]["largest_quantity"]
        if codes := customer.refuse_buying(event.lines, most, now):
            raise No(*codes)
        at = min(event.told or now, now)
        one = self._begin(at, event.lines)
        one.orders = [Order(event.reference, event.lines, at)]
        customer.references[event.reference] = "record", event.lines
        one.begin(now)
        customer.hear(one, now)

    def _begin(self, at: datetime, lines: Lines) -> Authorization:
        number = len(self.customer.authorizations)
        one = Authorization(self, str(number), at, lines=lines, requested=at)
        self.customer.authorizations.append(one)
        return one

    def _ask_authorization(self, one: Authorization, event: Event) -> None:
        now = event.at
        match event.name:
            case "place_order":
                one.place_order(event.reference, event.lines, event.told, now)
            case "cancel" | "write_off":
                one.drop(now, write_off=event.name == "write_off")
            case "extend":
                one.extend(event.days, now)
            case "deactivate":
                one.deactivate(now)
            case "request_return":
                one.request_return(event.reference, event.lines, now)
            case "confirm_return" | "decline_return":
                one.end_return(event.lines, now, confirm=event.name == "confirm_return")
            case _:
                raise AssertionError(event.name)

    # --- what is so

    def view(self, now: datetime) -> dict[str, Any]:
        customer = self.customer
        return {
            "membership": customer.membership,
            "renewal": customer.renewal,
            "authorizations": [one.state for one in customer.authorizations],
            "held": customer.held(),
            "anniversary": customer.anniversary,
            "lists": self._lists(now),
            "next_event": self._next_event(now),
            "unreachable": [bool(box.unreachable) for box in self.boxes],
        }

    def _lists(self, now: datetime) -> list[str]:
        customer = self.customer
        late = any(one.late(now) for one in customer.authorizations)
        waiting = any(one.state == "pending" and not one.late(now) for one in customer.authorizations)
        nothing = customer.membership in ("invited", "accepted") and not (customer.held() or late or waiting)
        every = {
            "no_products": nothing,
            "pending_requests": waiting,
            "overdue_requests": late,
            "upcoming_renewals": customer.renewal == "upcoming",
            "ready_for_renewal": customer.renewal in ("ready", "past_due"),
        }
        return [name for name, holds in every.items() if holds]

    def _next_event(self, now: datetime) -> tuple[str, datetime] | None:
        found = [(at, name) for at, _machine, name in self.customer.deadlines()]
        for one in self.customer.authorizations:
            if one.state in ("pending", "overdue", "deactivated"):
                found += [(at, name) for at, _machine, name in one.deadlines()]
            if one.state == "overdue" and not one.deadlines():
                planned = self.calendar.midnight(one.deactivated_on())
                found += [(planned, "deactivation")] if planned > now else []
        return (min(found)[1], min(found)[0]) if found else None
