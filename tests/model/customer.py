"""A customer of the model: its membership and its renewal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.authorization import CONTACT, MANAGER, Authorization, Lines, Order, too_many
from tests.model.box import BOTH, Machine, No, check_told, figure, minus, plus
from tests.model.dates import next_year, years_later
from tests.model.member import MEMBERSHIP, Member

WINDOW = "renewal"


@dataclass
class Customer(Member):
    custom: date | None = None
    references: dict[str, tuple[str, Lines]] = field(default_factory=dict)
    anchor: date = date.min
    anniversary: date | None = None
    turn: int = 0
    carried: Lines = field(default_factory=dict)
    renewed: Lines = field(default_factory=dict)
    declined: Lines = field(default_factory=dict)

    def begin(self, now: datetime) -> None:
        self.invited = self.first_invited = now
        self.machines = {MEMBERSHIP: Machine(None, now), WINDOW: Machine("no_term", now)}
        self.change(MEMBERSHIP, "invited", now, now)
        self.write("invitation", CONTACT, now, now, person=True, changes=True)

    @property
    def renewal(self) -> str:
        return str(self.machines[WINDOW].state)

    def renews(
        self,
        letter: str,
        readers: tuple[str, ...],
        at: datetime,
        now: datetime,
        *,
        person: bool = False,
        changes: bool = False,
    ) -> None:
        self.post(letter, readers, WINDOW, f"renewal {self.turn}", at, now, person=person, changes=changes)

    def term(self) -> tuple[object, ...]:
        return self.anchor, self.anniversary

    # --- what is held

    def _counting(self) -> list[Order]:
        return [order for one in self.authorizations for order in one.orders if order.heard and order.counts]

    def _since_anniversary(self, order: Order) -> bool:
        return self.anniversary is not None and self.world.calendar.day(order.at) >= self.anniversary

    def ending(self) -> Lines:
        total = self.carried
        for order in self._counting():
            if not self._since_anniversary(order):
                total = plus(total, order.kept)
        return total

    def coming(self) -> Lines:
        total: Lines = {}
        for order in self._counting():
            if self._since_anniversary(order):
                total = plus(total, order.kept)
        return total

    def held(self) -> Lines:
        return plus(self.ending(), self.coming())

    def to_renew(self) -> Lines:
        return minus(minus(self.ending(), self.renewed), self.declined)

    # --- days

    def a(self, days: int) -> date:
        assert self.anniversary is not None
        return self.anniversary + timedelta(days=days)

    def figure(self, name: str) -> int:
        found: int = figure(self.world, "renewal", name)
        return found

    def deadlines(self) -> list[tuple[datetime, str, str]]:
        found = []
        if self.membership == "invited":
            found.append((self.invitation_ends(), MEMBERSHIP, "invitation_expires"))
        day, name = None, ""
        if self.renewal == "in_term":
            day, name = self.a(1 - self.figure("window_days") - self.figure("upcoming_days")), "renewal_upcoming"
        if self.renewal == "upcoming":
            day, name = self.a(-self.figure("window_days")), "window_opens"
        if self.renewal == "renewed":
            day, name = self.a(0), "next_term"
        if self.renewal == "ready" and self.to_renew():
            day, name = self.a(0), "anniversary"
        elif self.renewal in ("ready", "past_due"):
            day, name = self.a(self.figure("grace_days") + 1), "licences_expire"
        if day is not None:
            found.append((self.world.calendar.midnight(day), WINDOW, name))
        return found

    def fire(self, trigger: str, effective: datetime, now: datetime) -> None:
        if trigger == "invitation_expires":
            self.change(MEMBERSHIP, "expired", effective, now)
            self.write("invitation_expired", MANAGER, effective, now, changes=True)
        elif trigger in ("next_term", "licences_expire"):
            goes_on = bool(self.renewed or self.coming())
            self._end_of_term("in_term" if goes_on else "lapsed", effective, now)
        else:
            state, letter = {
                "renewal_upcoming": ("upcoming", "renewal_upcoming"),
                "window_opens": ("ready", "renewal_ready"),
                "anniversary": ("past_due", "renewal_past_due"),
            }[trigger]
            self.change(WINDOW, state, effective, now)
            self.renews(letter, BOTH, effective, now, changes=True)

    def _end_of_term(
        self, state: str, at: datetime, now: datetime, *, person: bool = False, received: bool = False
    ) -> None:
        """The next year begins with what was renewed, or nothing goes on."""
        self.change(WINDOW, state, at, now)
        since = self.machines[WINDOW].since
        if received:
            self.renews("renewal_received", CONTACT, since, now, person=True, changes=True)
        if state != "no_term" and minus(self.ending(), self.renewed):
            self.renews("licences_expired", BOTH, since, now, person=person, changes=True)
        for order in self._counting():
            order.counts = state == "in_term" and self._since_anniversary(order)
        if state == "in_term":
            assert self.anniversary is not None
            self.anniversary = next_year(self.anchor, self.anniversary)
            self.carried, self.turn = self.renewed, self.turn + 1
        else:
            self.anniversary, self.carried = None, {}
        self.renewed, self.declined = {}, {}

    def reminders(self, day: date) -> list[tuple[str, str]]:
        found = []
        if self.membership == "invited":
            age = (day - self.world.calendar.day(self.invited)).days
            if age in figure(self.world, "invitation", "reminder_days"):
                found.append((MEMBERSHIP, "invitation_reminder"))
        if self.renewal in ("upcoming", "ready", "past_due"):
            left = (self.a(0) - day).days
            days, letter = {
                "upcoming": (figure(self.world, "renewal", "upcoming_reminder_days"), "early"),
                "ready": (figure(self.world, "renewal", "ready_reminder_days"), "renewal_reminder"),
                "past_due": (
                    [-one for one in figure(self.world, "renewal", "last_chance_days")],
                    "renewal_last_chance",
                ),
            }[self.renewal]
            if left in days:
                found.append((WINDOW, letter))
        return found

    def remind(self, trigger: str, at: datetime, now: datetime) -> None:
        if trigger == "invitation_reminder":
            self.write(trigger, CONTACT, at, now)
        elif trigger == "early":
            self.renews("renewal_reminder", MANAGER, at, now)
        else:
            self.renews(trigger, BOTH, at, now)

    def keeps(self, letter: str, _now: datetime) -> date | None:
        if letter in ("invitation", "invitation_reminder"):
            return self.world.calendar.day(self.invitation_ends())
        if letter == "renewal_reminder":
            return self.a(-self.figure("window_days") if self.renewal == "upcoming" else 0)
        return self.a(self.figure("grace_days") + 1) if letter == "renewal_last_chance" else None

    def nothing_to_say(self, letter: str) -> bool:
        spoken = letter.startswith("renewal_") and letter != "renewal_received"
        return spoken and not self.to_renew()

    # --- buying

    def refuse_buying(self, lines: Lines, most: int, now: datetime) -> list[str]:
        codes = ["overdue_items"] if any(one.late(now) for one in self.authorizations) else []
        codes += ["quantity_out_of_range" for n in lines.values() if not 1 <= n <= most]
        if self.membership in ("expired", "withdrawn"):
            codes.append(f"invitation_{self.membership}")
        return codes

    def hear(self, one: Authorization, now: datetime) -> None:
        """What an authorization's news means here."""
        new = [order for order in one.orders if not order.heard]
        at = min([now, *(order.at for order in new)])
        if new:
            self.advance(at - timedelta(microseconds=1), now)
        for order in new:
            order.heard = True
        self._licences_changed(at, now)
        self.advance(now, now)

    def _licences_changed(self, at: datetime, now: datetime) -> None:
        held, complete = self.held(), bool(self.renewed) and not self.to_renew()
        if self.renewal in ("no_term", "lapsed"):
            if held:
                self.change(WINDOW, "in_term", at, now)
                first = self.world.calendar.day(at)
                ahead = self.custom is not None and self.custom > first
                self.anchor = self.custom if ahead and self.custom is not None else first
                self.anniversary = self.anchor if ahead else years_later(first, 1)
                self.turn += 1
        elif not held and not self.renewed:
            if self.renewal != "renewed":
                self._end_of_term("no_term", at, now)
        elif self.renewal == "ready" and complete:
            self.change(WINDOW, "renewed", at, now)
        elif self.renewal == "past_due" and complete:
            self._end_of_term("in_term", at, now, person=True)
        elif self.renewal == "renewed" and self.to_renew():
            self.change(WINDOW, "ready", at, now)

    def renew(self, reference: str, lines: Lines | None, told: datetime | None, now: datetime) -> None:
        if self.known(reference, "renew", lines):
            return
        check_told(told, now, self.first_invited)
        at = self.arrive(told, now)
        if self.renewal == "upcoming":
            self.advance(at, now)
        if self.renewal == "no_term":
            raise No("nothing_to_renew")
        opens = None if self.anniversary is None else self.world.calendar.midnight(self.a(-self.figure("window_days")))
        if self.renewal in ("in_term", "upcoming", "lapsed") or opens is None or at < opens:
            raise No("renewal_window_closed")
        rest = minus(self.ending(), self.renewed)
        lines = rest if lines is None else lines
        if not lines:
            raise No("nothing_to_renew")
        if bad := [n for n in lines.values() if not 1 <= n <= 100_000]:
            raise No(*["quantity_out_of_range"] * len(bad))
        if minus(lines, rest) and (codes := self.refuse_buying({}, 0, now)):
            raise No(*codes)
        self.references[reference] = "renew", lines
        self.renewed = plus(self.renewed, lines)
        room = minus(self.ending(), self.renewed)
        self.declined = {p: min(n, room[p]) for p, n in self.declined.items() if p in room}
        caused = at if at >= self.machines[WINDOW].since else now
        if self.renewal == "past_due" and not self.to_renew():
            self._end_of_term("in_term", at, now, person=True, received=True)
        elif self.renewal == "ready" and not self.to_renew():
            self.change(WINDOW, "renewed", at, now)
            self.renews("renewal_received", CONTACT, caused, now, person=True, changes=True)
        else:
            self.renews("renewal_received", CONTACT, caused, now, person=True)
        self.advance(now, now)

    def decline(self, lines: Lines | None, now: datetime) -> None:
        self.arrive(None, now)
        if self.renewal == "in_term":
            raise No("renewal_window_closed")
        rest = self.to_renew()
        if self.renewal in ("no_term", "lapsed", "renewed") or not rest:
            raise No("nothing_to_renew")
        lines = rest if lines is None else lines
        if bad := too_many(lines, rest):
            raise No(*bad)
        self.declined = plus(self.declined, lines)
        if self.renewed and not self.to_renew():
            if self.renewal == "past_due":
                self._end_of_term("in_term", now, now, person=True)
            elif self.renewal == "ready":
                self.change(WINDOW, "renewed", now, now)
        self.advance(now, now)

    def known(self, reference: str, what: str, lines: Lines | None) -> bool:
        """The same order again."""
        if reference not in self.references:
            return False
        before = self.references[reference]
        if before[0] != what or (lines is not None and lines != before[1]):
            raise No("order_reference_conflict")
        return True
