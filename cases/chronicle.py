"""The past of a customer that is taken over, put in order; what is wrong in it is named field by field (section 10)."""

from collections.abc import Callable
from datetime import datetime

from cases.commands import TOLERANCE
from cases.events import (
    Accepted,
    Declined,
    Done,
    Event,
    HandedOver,
    Ordered,
    OrderedDirectly,
    Renewed,
    Requested,
    Resent,
    Warned,
    Withdrawn,
)
from cases.history import History, PastAuthorization
from cases.words import AcceptedBy, Past, added_up
from states.calendar import local_date, start_of_day
from states.facts import Quantities, minus
from states.policy import Policy
from states.refusals import Reason, Refused

_ON_ONE_DAY = (
    Resent, HandedOver, Accepted, Requested, OrderedDirectly, Ordered, Done, Warned, Renewed, Declined, Withdrawn
)  # fmt: skip


class Chronicle:
    """What happened, from the invitation on. Raises `Refused` (`invalid_request`) with everything that is wrong."""

    def __init__(
        self, history: History, contact: str, policy: Policy, now: datetime, number: Callable[[], str]
    ) -> None:
        self._policy, self._now, self._number = policy, now, number
        self._wrong: list[Reason] = []
        self._seen: set[str] = set()
        self.numbers: list[str] = []
        """Of the authorizations, in the order in which they are told."""
        self._references: set[str] = set()
        events: list[Event] = []
        self.invited_at = self._when(history.invited_on, "history.invited_on", None, "")
        if history.accepted_on is not None:
            at = self._when(history.accepted_on, "history.accepted_on", self.invited_at, "the invitation")
            by = history.accepted_by or AcceptedBy(name=contact)
            told_at = self._later(history.accepted_told_on, "history.accepted_told_on", at)
            events.append(Event(told_at, "history.accepted_on", Accepted(at, by, history.terms_version)))
        events += self._of_the_invitation(history)
        for index, told in enumerate(history.authorizations):
            events += self._authorization(told, f"history.authorizations.{index}")
        for index, order in enumerate(history.renewal_orders):
            place = f"history.renewal_orders.{index}"
            self._once(order.order_reference, self._references, f"{place}.order_reference")
            at = self._when(order.ordered_on, f"{place}.ordered_on", self.invited_at, "the invitation")
            events.append(Event(self._later(order.told_on, f"{place}.told_on", at), place, Renewed(at, order)))
        for index, decline in enumerate(history.renewal_declines):
            place = f"history.renewal_declines.{index}"
            at = self._when(decline.declined_on, f"{place}.declined_on", self.invited_at, "the invitation")
            events.append(Event(at, place, Declined(decline)))
        if self._wrong:
            raise Refused(self._wrong)
        self.events = sorted(events, key=lambda event: (event.at, _ON_ONE_DAY.index(type(event.what))))

    def _authorization(self, told: PastAuthorization, place: str) -> list[Event]:
        if told.authorization_number is not None:
            self._once(told.authorization_number, self._seen, f"{place}.authorization_number")
        number = told.authorization_number or self._number()
        self.numbers.append(number)
        if told.requested_on is None:
            return self._direct(told, place, number)
        asked_at = self._when(told.requested_on, f"{place}.requested_on", self.invited_at, "the invitation")
        orders, references = list[tuple[datetime, str, Ordered]](), set[str]()
        for index, order in enumerate(told.orders):
            field = f"{place}.orders.{index}"
            self._once(order.order_reference, references, f"{field}.order_reference")
            at = self._when(order.ordered_on, f"{field}.ordered_on", asked_at, "the request")
            orders.append((self._later(order.told_on, f"{field}.told_on", at), field, Ordered(at, number, order)))
        self._covered(added_up(told.lines), sorted(orders, key=lambda order: order[0]))
        return [
            Event(asked_at, place, Requested(number, told)),
            *(Event(*order) for order in orders),
            *self._done(told, place, number, asked_at),
        ]

    def _of_the_invitation(self, history: History) -> list[Event]:
        events = []
        for name, what in (("resent_on", Resent()), ("handed_over_on", HandedOver())):
            for index, day in enumerate(getattr(history, name)):
                field = f"history.{name}.{index}"
                events.append(Event(self._when(day, field, self.invited_at, "the invitation"), field, what))
        if history.withdrawn_on is not None:
            if history.withdrawal_reason is None:
                self._mark("history.withdrawal_reason", "is missing; a withdrawal has a reason")
            at = self._when(history.withdrawn_on, "history.withdrawn_on", self.invited_at, "the invitation")
            events.append(Event(at, "history.withdrawn_on", Withdrawn(history.withdrawal_reason or "")))
        return events

    def _done(self, told: PastAuthorization, place: str, number: str, begun: datetime) -> list[Event]:
        events = []
        for index, deed in enumerate(told.deeds):
            field = f"{place}.deeds.{index}"
            events.append(Event(self._when(deed.on, f"{field}.on", begun, "the request"), field, Done(number, deed)))
        if told.warned_on is not None:
            field = f"{place}.warned_on"
            events.append(Event(self._when(told.warned_on, field, begun, "the request"), field, Warned(number)))
        return events

    def _direct(self, told: PastAuthorization, place: str, number: str) -> list[Event]:
        if len(told.orders) != 1:
            self._mark(f"{place}.requested_on", "is missing; only a direct order, one order of everything, has none")
            return []
        order, field = told.orders[0], f"{place}.orders.0"
        if order.lines is not None and added_up(order.lines) != added_up(told.lines):
            self._mark(f"{field}.lines", "differ from what was authorized; a direct order is of everything")
        self._once(order.order_reference, self._references, f"{field}.order_reference")
        at = self._when(order.ordered_on, f"{field}.ordered_on", self.invited_at, "the invitation")
        placed = OrderedDirectly(at, number, order, told.lines, told.purchase_order)
        return [
            Event(self._later(order.told_on, f"{field}.told_on", at), field, placed),
            *self._done(told, place, number, at),
        ]

    def _covered(self, rest: Quantities, orders: list[tuple[datetime, str, Ordered]]) -> None:
        """Orders never cover more than is open."""
        for at, field, what in orders:
            lines = rest if what.told.lines is None else added_up(what.told.lines)
            if not rest:
                self._mark(field, f"nothing was open any more on {self._day(at)}")
            for product, quantity in lines.items():
                if quantity > rest.get(product, 0):
                    self._mark(f"{field}.lines", f"{product}: {quantity} ordered, {rest.get(product, 0)} were open")
            rest = minus(rest, lines)

    def _when(self, told: Past, field: str, not_before: datetime | None, thing: str) -> datetime:
        """A day without an hour began at 00:00; on one day things happened in the order of their kind."""
        if isinstance(told, datetime):
            at = told
        else:
            at = start_of_day(told, self._policy.time_zone)
            if not_before is not None and self._day(not_before) == told:
                at = not_before
        if at > self._now + TOLERANCE:
            self._mark(field, "lies in the future")
        elif not_before is not None and at < not_before:
            self._mark(field, f"lies before {thing}")
        return min(at, self._now)

    def _later(self, told: Past | None, field: str, happened: datetime) -> datetime:
        """When it was told: as it happened, unless it says otherwise."""
        return happened if told is None else self._when(told, field, happened, "the thing itself")

    def _day(self, at: datetime) -> Past:
        return local_date(at, self._policy.time_zone)

    def _once(self, told: str, seen: set[str], field: str) -> None:
        if told in seen:
            self._mark(field, f"{told} stands here twice")
        seen.add(told)

    def _mark(self, field: str, sentence: str) -> None:
        self._wrong.append(Reason("invalid_request", f"{field}: {sentence}", field=field))
