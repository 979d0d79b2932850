"""An authorization of the model: what its days bring, and what people do to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.box import BOTH, Box, Machine, No, Waiting, check_told, figure, minus, plus
from tests.model.dates import LONG_AGO

Lines = dict[str, int]
CONTACT, MANAGER = BOTH[:1], BOTH[1:]


@dataclass
class Order:
    reference: str
    lines: Lines
    at: datetime
    returned: Lines = field(default_factory=dict)
    heard: bool = False
    counts: bool = True
    """It belongs to the customer's running term."""

    @property
    def kept(self) -> Lines:
        return minus(self.lines, self.returned)


@dataclass
class Authorization(Box):
    lines: Lines = field(default_factory=dict)
    requested: datetime = LONG_AGO
    orders: list[Order] = field(default_factory=list)
    dropped: Lines = field(default_factory=dict)
    extension: int = 0
    warned: datetime | None = None
    refused: set[str] = field(default_factory=set)
    returning: tuple[Order, Lines] | None = None

    def begin(self, now: datetime, *, by_member: bool = False) -> None:
        self.machines = {"authorization": Machine(None, self.requested)}
        state = "ordered" if self.orders else "pending"
        self.change("authorization", state, self.requested, now)
        if self.orders:
            self.tell("order_received", CONTACT, self.requested, now, person=True)
        elif by_member:
            self.tell("products_added_by_member", MANAGER, self.requested, now, person=True)
        else:
            self.tell("products_added", CONTACT, self.requested, now, person=True)
        self.advance(now, now)

    @property
    def state(self) -> str:
        return str(self.machines["authorization"].state)

    @property
    def final(self) -> bool:
        return self.state in ("settled", "returned", "cancelled", "written_off")

    def late(self, now: datetime) -> bool:
        """Overdue or deactivated, or due to be overdue by now."""
        due = self.state == "pending" and self.world.calendar.midnight(self.overdue_on()) <= now
        return due or self.state in ("overdue", "deactivated")

    def tell(
        self,
        letter: str,
        readers: tuple[str, ...],
        at: datetime,
        now: datetime,
        *,
        person: bool = False,
        changes: bool = True,
    ) -> None:
        since = self.machines["authorization"].since
        caused = since if changes else at
        self.post(letter, readers, "authorization", self.name, caused, now, person=person, changes=changes)

    def open(self) -> Lines:
        rest = minus(self.lines, self.dropped)
        for order in self.orders:
            rest = minus(rest, order.lines)
        return rest

    # --- days

    def day(self, number: int) -> date:
        return self.world.calendar.day(self.requested) + timedelta(days=number + self.extension)

    def figure(self, name: str) -> int:
        found: int = figure(self.world, "authorization", name)
        return found

    def overdue_on(self) -> date:
        return self.day(self.figure("overdue_from_day"))

    def deactivated_on(self) -> date:
        planned, notice = self.day(self.figure("deactivated_from_day")), self.figure("notice_before_deactivation_days")
        if self.warned is None or not notice:
            return planned
        return max(planned, self.world.calendar.day(self.warned) + timedelta(days=notice))

    def window_ends(self, order: Order) -> datetime:
        days = figure(self.world, "returns", "window_days")
        return self.world.calendar.midnight(self.world.calendar.day(order.at) + timedelta(days=days + 1))

    def deadlines(self) -> list[tuple[datetime, str, str]]:
        midnight = self.world.calendar.midnight
        if self.state == "pending":
            return [(midnight(self.overdue_on()), "authorization", "order_due")]
        if self.state == "overdue" and (self.warned or not self.figure("notice_before_deactivation_days")):
            return [(midnight(self.deactivated_on()), "authorization", "deactivation")]
        if self.state == "ordered":
            return [(max(map(self.window_ends, self.orders)), "authorization", "return_window_ends")]
        return []

    def fire(self, trigger: str, effective: datetime, now: datetime) -> None:
        state, letter = {
            "order_due": ("overdue", "payment_overdue"),
            "deactivation": ("deactivated", "licences_deactivated"),
            "return_window_ends": ("settled", ""),
        }[trigger]
        self.change("authorization", state, effective, now)
        if letter:
            self.tell(letter, BOTH, effective, now)

    def reminders(self, day: date) -> list[tuple[str, str]]:
        found = []
        if self.state == "pending":
            left = (self.day(self.figure("order_due_days")) - day).days
            if left in figure(self.world, "authorization", "order_reminder_days"):
                found.append("order_reminder")
        if self.state == "overdue":
            every, late = self.figure("overdue_reminder_every_days"), (day - self.overdue_on()).days
            if every and late > 0 and late % every == 0:
                found.append("overdue_reminder")
            left = (self.day(self.figure("deactivated_from_day")) - day).days
            fresh = left <= 0 and not self.warned and self.figure("notice_before_deactivation_days")
            if left in figure(self.world, "authorization", "warning_days") or (fresh and len(self.refused) < 2):
                found.append("deactivation_warning")
        return [("authorization", one) for one in found]

    def remind(self, trigger: str, at: datetime, now: datetime) -> None:
        readers = BOTH if trigger == "deactivation_warning" else MANAGER
        self.tell(trigger, readers, at, now, changes=False)

    def keeps(self, letter: str, now: datetime) -> date | None:
        if letter == "order_reminder":
            return self.overdue_on()
        if letter in ("overdue_reminder", "deactivation_warning"):
            notice = self.figure("notice_before_deactivation_days")
            if self.warned is None and notice:
                return max(self.deactivated_on(), self.world.calendar.day(now) + timedelta(days=notice))
            return self.deactivated_on()
        return None

    def letter_done(self, letter: Waiting, outcome: str, why: str | None, now: datetime) -> None:
        super().letter_done(letter, outcome, why, now)
        warning = letter.letter == "deactivation_warning"
        if outcome == "sent":
            if letter.reader in self.refused:
                self.step("authorization", now)
            self.refused.discard(letter.reader)
            if warning and self.warned is None:
                self.warned = now
        if warning and why in ("recipient_refused", "address_stopped"):
            self.refused.add(letter.reader)

    # --- people

    def place_order(self, reference: str, lines: Lines | None, told: datetime | None, now: datetime) -> None:
        check_told(told, now, self.requested)
        for order in self.orders:
            if order.reference == reference:
                if lines is not None and lines != order.lines:
                    raise No("order_reference_conflict")
                return
        at = self.arrive(told, now)
        rest = self.open()
        if not rest:
            raise No("nothing_open")
        lines = rest if lines is None else lines
        if bad := [n for n in lines.values() if not 1 <= n <= 100_000]:
            raise No(*["quantity_out_of_range"] * len(bad))
        if bad := [n for product, n in lines.items() if n > rest.get(product, 0)]:
            raise No(*["exceeds_open"] * len(bad))
        was, self.orders = self.state, [*self.orders, Order(reference, lines, at)]
        whole = not self.open()
        caused = at if at >= self.machines["authorization"].since else now
        if whole:
            self.change("authorization", "ordered", at, now)
        letter, readers = (
            ("licences_reactivated", BOTH) if whole and was == "deactivated" else ("order_received", CONTACT)
        )
        self.tell(letter, readers, caused, now, person=True, changes=whole)
        self.advance(now, now)

    def drop(self, now: datetime, *, write_off: bool) -> None:
        self.arrive(None, now)
        if write_off and self.state not in ("overdue", "deactivated"):
            raise No("not_overdue")
        if not write_off and self.state != "pending":
            raise No("not_pending")
        self.dropped = plus(self.dropped, self.open())
        gone = "written_off" if write_off else "cancelled"
        self.change("authorization", "ordered" if self.orders else gone, now, now)
        self.tell("authorization_cancelled", BOTH, now, now, person=True)
        self.advance(now, now)

    def extend(self, days: int, now: datetime) -> None:
        self.arrive(None, now)
        if self.state != "pending":
            raise No("not_pending")
        if self.extension + days > self.figure("extension_days"):
            raise No("extension_limit")
        self.extension += days
        self.step("authorization", now)
        self.advance(now, now)

    def deactivate(self, now: datetime) -> None:
        self.arrive(None, now)
        if self.state != "overdue" or now < self.world.calendar.midnight(self.day(self.figure("deactivated_from_day"))):
            raise No("not_overdue")
        self.change("authorization", "deactivated", now, now)
        self.tell("licences_deactivated", BOTH, now, now, person=True)

    def request_return(self, reference: str, lines: Lines | None, now: datetime) -> None:
        self.arrive(None, now)
        codes = {
            "settled": "return_window_closed",
            "return_requested": "return_already_open",
            "returned": "exceeds_held",
        }
        if self.state != "ordered":
            raise No(codes.get(self.state, "not_ordered"))
        order = next((one for one in self.orders if one.reference == reference), None)
        if order is None:
            raise No("not_found")
        if now >= self.window_ends(order):
            raise No("return_window_closed")
        lines = order.kept if lines is None else lines
        if bad := too_many(lines, order.kept):
            raise No(*bad)
        if not order.kept:
            raise No("exceeds_held")
        self.returning = order, lines
        self.change("authorization", "return_requested", now, now)
        self.tell("return_requested", MANAGER, now, now, person=True)

    def end_return(self, lines: Lines | None, now: datetime, *, confirm: bool) -> None:
        self.arrive(None, now)
        if self.returning is None:
            raise No("no_return_open")
        order, asked = self.returning
        if confirm:
            lines = asked if lines is None else lines
            if bad := too_many(lines, asked):
                raise No(*bad)
            order.returned = plus(order.returned, lines)
        self.returning = None
        held = any(one.kept for one in self.orders)
        self.change("authorization", "ordered" if held or not confirm else "returned", now, now)
        letter, readers = ("return_completed", BOTH) if confirm else ("return_declined", MANAGER)
        self.tell(letter, readers, now, now, person=True)
        self.advance(now, now)


def too_many(lines: Lines, rest: Lines) -> list[str]:
    return ["exceeds_held" for product, n in lines.items() if n > rest.get(product, 0)]
