"""Core and model get the same random events; afterwards everything that happened is compared."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from cases import shelf
from cases.journal import Kind, Outcome, Why
from cases.simulation import Simulation
from states.catalogue import Catalogue
from states.policy import Policy
from states.refusals import Refused
from tests.invitation import INVITE
from tests.model.choices import CHOICE, GAPS, LINES, MAYBE, PRODUCTS, REFERENCES, SOME, TOLD, WHICH
from tests.model.world import Change, Event, Letter, World

ROOT = Path(__file__).parents[2]
POLICIES = (ROOT / "policy.toml").read_text(encoding="utf-8")
SOLD = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
WHY = {"reason": "so it was agreed"}


def body_lines(lines: dict[str, int]) -> list[dict[str, Any]]:
    return [{"product": product, "quantity": quantity} for product, quantity in lines.items()]


def same(what: str, model: Sequence[tuple[Any, ...]], core: Sequence[tuple[Any, ...]]) -> None:
    ours, theirs = Counter(model), Counter(core)
    told = [
        f"only the {who}: {one}" for who, found in (("model", ours - theirs), ("core", theirs - ours)) for one in found
    ]
    assert not told, "\n".join((what, *map(repr, told)))


def same_view(model: dict[str, Any], core: dict[str, Any], when: object) -> None:
    other = {name: (model[name], core[name]) for name in model if model[name] != core[name]}
    assert not other, f"model and core differ at {when}: {other}"


class CoreAndModel(RuleBasedStateMachine):
    """Commands go to the core at once, and into the list from which the model computes everything at the end."""

    @initialize(
        profile=st.sampled_from(["default", "default", "default", "classic", "strict"]),
        zone=st.sampled_from(["UTC", "UTC", "Europe/Copenhagen", "America/New_York"]),
        hour=st.sampled_from([8, 8, 0]),
        began=st.sampled_from([date(2027, 1, 11), date(2028, 2, 29), date(2026, 8, 31)]),
        custom=st.sampled_from([None, None, 13, 24, 36]),
        start=st.integers(0, 4),
    )
    def begin(self, profile: str, zone: str, hour: int, began: date, custom: int | None, start: int) -> None:
        shelf.put(SOLD)
        policy = Policy.from_toml(POLICIES, profile).model_copy(update={"time_zone": zone, "letter_hour": hour})
        self.now = datetime(began.year, began.month, began.day, 10, 30, tzinfo=UTC)
        month = began.month - 1 + (custom or 0)
        chosen = date(began.year + month // 12, 1 + month % 12, min(began.day, 28))
        self.anniversary = None if custom is None else chosen
        self.figures = policy.model_dump(mode="json")
        self.began, self.events = self.now, list[tuple[Event, list[str], dict[str, Any] | None]]()
        self.outages: list[tuple[datetime, datetime]] = []
        self.refusing: set[str] = set()
        self.awake_from = self.now
        self.core = Simulation("A" * 20, policy, SOLD, self._relay)
        more = {} if self.anniversary is None else {"anniversary_date": self.anniversary.isoformat()}
        self.core.invite({**INVITE, **more}, self.now)
        if start > 0:
            by = {"accepted_by": {"name": "Mette Holm"}, "terms_version": "1"}
            self._ask(Event(self.now, "accept_invitation", who="Mette Holm"), by)
        if start > 2:
            self._ask(Event(self.now, "record_order", None, {PRODUCTS[0]: 5}, "D-1"), {})

    def _relay(self, now: datetime, reader: str) -> tuple[Outcome, str | None] | datetime:
        for since, until in self.outages:
            if since <= now < until:
                return until
        return (Outcome.UNDELIVERED, Why.RECIPIENT_REFUSED) if reader in self.refusing else (Outcome.SENT, None)

    # --- time, mail, workers

    @rule(gap=GAPS)
    def time_passes(self, gap: tuple[int, int]) -> None:
        self._go((self.now + timedelta(days=gap[0])).date(), gap[1])

    def _go(self, day: date, minute: int) -> None:
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
        self.now = max(self.now, self.awake_from, at)

    @rule(
        gap=GAPS,
        what=st.sampled_from(["mail", "mail", "workers", "workers", "contact", "account_manager", "both", "nobody"]),
    )
    def something_breaks(self, gap: tuple[int, int], what: str) -> None:
        until = self.now + timedelta(days=gap[0], minutes=gap[1])
        if what == "workers":
            self._note(Event(self.now, "sleep", until=until))
            self.core.sleep(until)
            self.now = self.awake_from = until
        elif what == "mail":
            if not self.outages or self.outages[-1][1] <= self.now:
                self._note(Event(self.now, "mail_down", until=until))
                self.outages.append((self.now, until))
        else:
            who = {"both": "contact account_manager", "nobody": ""}.get(what, what)
            self._note(Event(self.now, "refuse", who=who))
            self.refusing = set(who.split())

    def _note(self, event: Event) -> None:
        self.core.until(event.at, inclusive=False)
        self.events.append((event, [], None))

    # --- people

    @rule(choice=CHOICE, told=TOLD)
    def the_membership(self, choice: int, told: Any) -> None:
        """Accepted, resent, handed over, seldom withdrawn."""
        if choice < 5:
            who = "Mette Holm" if choice else "Ida Friis"
            by = {"accepted_by": {"name": who}, "terms_version": "1"}
            self._ask(Event(self.now, "accept_invitation", self._told(told), who=who), by, "accepted_at")
        elif choice < 8:
            self._ask(Event(self.now, "resend_invitation"), {})
        elif choice < 11:
            ida = {**WHY, "name": "Ida Friis", "email": "ida@example.com"}
            self._ask(Event(self.now, "hand_over_contact"), ida)
        else:
            self._ask(Event(self.now, "withdraw_invitation"), WHY)

    @rule(lines=LINES, who=st.sampled_from(["member", "account_manager"]), told=TOLD)
    def authorize(self, lines: dict[str, int], who: str, told: Any) -> None:
        event = Event(self.now, "authorize_purchase", self._told(told), lines, who=who)
        self._ask(event, {"requested_by": who}, "requested_at")

    @rule(reference=REFERENCES, lines=LINES, told=TOLD)
    def order_directly(self, reference: str, lines: dict[str, int], told: Any) -> None:
        self._ask(Event(self.now, "record_order", self._told(told), lines, self._new(reference)), {}, "ordered_at")

    @precondition(lambda self: self.core.authorizations)
    @rule(which=WHICH, choice=CHOICE, part=SOME, reference=REFERENCES, told=TOLD)
    def what_makes_sense(self, which: int, choice: int, part: dict[str, int], reference: str, told: Any) -> None:
        """Something that the state of an authorization allows, or nearly."""
        which %= len(self.core.authorizations)
        one = list(self.core.authorizations.values())[which]
        state, orders = one.state.value, [order.order_reference for order in one.facts.orders]
        lines = part if choice % 2 else None
        if state in ("pending", "overdue", "deactivated") and choice < 7:
            at, reference = self._told(told), self._new(reference)
            self._ask(Event(self.now, "place_order", at, lines, reference, which), {}, "ordered_at")
        elif state == "pending":
            self._change(which, "cancel" if choice == 7 else "extend", choice)
        elif state in ("overdue", "deactivated"):
            self._change(which, "write_off" if choice < 10 else "deactivate", 0)
        elif state == "return_requested":
            confirm = choice < 8
            name = "confirm_return" if confirm else "decline_return"
            self._ask(Event(self.now, name, None, lines if confirm else None, which=which), {} if confirm else WHY)
        elif orders:
            reference = orders[choice % len(orders)]
            self._ask(Event(self.now, "request_return", None, lines, reference, which), WHY)

    @precondition(lambda self: self.core.authorizations)
    @rule(which=WHICH, choice=CHOICE, lines=MAYBE, told=TOLD)
    def anything(self, which: int, choice: int, lines: dict[str, int] | None, told: Any) -> None:
        """Whether it is allowed or not."""
        which %= len(self.core.authorizations)
        if choice < 4:
            self._change(which, ("cancel", "write_off", "deactivate", "extend")[choice], 9)
        elif choice < 7:
            at = self._told(told)
            self._ask(Event(self.now, "place_order", at, lines, f"PO-{choice}", which), {}, "ordered_at")
        elif choice < 9:
            self._ask(Event(self.now, "request_return", None, lines, f"PO-{choice - 3}", which), WHY)
        elif choice < 11:
            confirm = choice == 9
            name = "confirm_return" if confirm else "decline_return"
            self._ask(Event(self.now, name, None, lines if confirm else None, which=which), {} if confirm else WHY)
        else:
            self._ask(Event(self.now, "place_renewal_order", self._told(told), lines, "PO-1"), {}, "ordered_at")

    def _change(self, which: int, name: str, days: int) -> None:
        more = {"days": days} if name == "extend" else {}
        self._ask(Event(self.now, name, which=which, days=days), {**WHY, **more})

    @precondition(lambda self: self.core.customer.renewal.facts.anniversary is not None)
    @rule(
        days=st.sampled_from([-90, -45, -31, -30, -30, -29, -14, -1, 0, 0, 1, 7, 15, 30, 31, 32]),
        minute=st.sampled_from([0, 480, 555]),
        choice=CHOICE, part=SOME, reference=REFERENCES, told=TOLD,
    )  # fmt: skip
    def the_renewal(self, days: int, minute: int, choice: int, part: dict[str, int], reference: str, told: Any) -> None:
        """Goes where the renewal is decided, around the window or the anniversary, and does something there."""
        anniversary = self.core.customer.renewal.facts.anniversary
        assert anniversary is not None
        self._go(anniversary + timedelta(days=days), minute)
        lines, at, reference = part if choice % 2 else None, self._told(told), self._new(reference)
        if choice < 6:
            self._ask(Event(self.now, "place_renewal_order", at, lines, reference), {}, "ordered_at")
        elif choice < 9:
            self._ask(Event(self.now, "decline_renewal", None, lines), WHY)
        elif choice < 11:
            self._ask(Event(self.now, "record_order", at, part, reference), {}, "ordered_at")

    def _new(self, reference: str) -> str:
        return reference or f"N-{len(self.events)}"

    def _told(self, told: tuple[int, int | None] | None) -> datetime | None:
        if told is None:
            return None
        days, minute = told
        if days < 0:
            return self.now + timedelta(minutes=4)
        at = self.now - timedelta(days=days)
        return at if minute is None else at.replace(hour=minute // 60, minute=0)

    def _ask(self, event: Event, body: dict[str, Any], when: str = "") -> None:
        body = dict(body)
        if event.lines is not None:
            body["lines"] = body_lines(event.lines)
        if event.reference:
            body["order_reference"] = event.reference
        if event.told is not None:
            body[when] = event.told.isoformat()
        number = None if event.which is None else list(self.core.authorizations)[event.which]
        try:
            self.core.tell(event.name, body, event.at, number)
            codes = []
        except Refused as refused:
            codes = [reason.code for reason in refused.reasons]
        self.events.append((event, codes, self._view(event.at)))

    # --- what the core says

    def _view(self, now: datetime) -> dict[str, Any]:
        customer = self.core.customer
        cases = [customer, *self.core.authorizations.values()]
        return {
            "membership": customer.state.value,
            "renewal": customer.renewal.state.value,
            "authorizations": [one.state.value for one in self.core.authorizations.values()],
            "held": customer.held(),
            "anniversary": customer.renewal.facts.anniversary,
            "lists": [one.value for one in customer.lists(now)],
            "next_event": customer.next_event(now),
            "unreachable": [bool(case.unreachable) for case in cases],
        }

    def _happened(self) -> tuple[list[Change], list[Letter]]:
        names = {number: str(count) for count, number in enumerate(self.core.authorizations)}
        changes: list[Change] = []
        letters: list[Letter] = []
        for whose, entry in self.core.timeline():
            name = names.get(whose, whose)
            times = entry.effective_at, entry.processed_at
            if entry.kind is Kind.TRANSITION:
                changes.append((name, str(entry.machine), str(entry.target), *times))
            if entry.kind is Kind.LETTER:
                letters.append((name, str(entry.letter), str(entry.reader), *times, str(entry.outcome), entry.reason))
        return changes, letters

    def teardown(self) -> None:
        """Half a year goes by, and both have to tell the same."""
        if not hasattr(self, "core"):
            return
        end = self.now + timedelta(days=200)
        self.core.until(end)
        model = World(self.figures, self.began, self.anniversary)
        for event, codes, view in self.events:
            said = model.happen(event)
            assert said == codes, f"{event}: the model says {said}, the core {codes}"
            if view is not None:
                same_view(model.view(event.at), view, event)
        model.until(end)
        changes, letters = self._happened()
        same("changes of state", model.changes, changes)
        same("letters", model.letters, letters)
        same_view(model.view(end), self._view(end), end)
