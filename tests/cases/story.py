"""Stories on virtual time: a customer invited on day 0, told what to do on later days, and what then happened."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.journal import Entry, Kind, Outcome, Why
from cases.simulation import Simulation, always_up
from states.catalogue import Catalogue
from states.policy import Policy
from states.refusals import Refused
from tests.invitation import INVITE

DAY_0 = date(2026, 1, 5)
ALL_APPS = "cc-all-apps-team"
Letter = tuple[int, int, str, str]
"""Day and local hour on which it was sent, its name, its reader."""
Relay = Callable[[datetime, str], tuple[Outcome, str | None] | datetime]


def lines(quantity: int = 5, product: str = ALL_APPS) -> list[dict[str, Any]]:
    return [{"product": product, "quantity": quantity}]


def refusing(*readers: str) -> Relay:
    """A relay that refuses these readers for good."""

    def relay(_now: datetime, reader: str) -> tuple[Outcome, str | None]:
        return (Outcome.UNDELIVERED, Why.RECIPIENT_REFUSED) if reader in readers else (Outcome.SENT, None)

    return relay


class Story:
    """One customer. Days are local dates counted from `day_0`; commands come at half past ten unless told otherwise."""

    def __init__(
        self, policy: Policy, catalogue: Catalogue, *, day_0: date = DAY_0, relay: Relay = always_up, **invite: Any
    ) -> None:
        self.policy, self.zone, self.day_0 = policy, ZoneInfo(policy.time_zone), day_0
        self.down: tuple[datetime, datetime] | None = None
        self.relay = relay
        self.written: dict[str, dict[str, Any]] = {}
        """Every letter that was handed over, by its key."""
        self._numbers: dict[str, int] = {}
        self.world = Simulation("A" * 20, policy, catalogue, self._relay)
        self.world.invite({**INVITE, **invite}, self.at(0))

    def _relay(self, now: datetime, reader: str) -> tuple[Outcome, str | None] | datetime:
        for case in (self.world.customer, *self.world.authorizations.values()):
            for item in case.outbox:
                if item.written is not None:
                    key = item.written["key"]
                    assert self._numbers.setdefault(key, item.number) == item.number, f"{key} is two letters"
                    self.written[key] = item.written
        if self.down is not None and self.down[0] <= now < self.down[1]:
            return self.down[1]
        return self.relay(now, reader)

    def mail_is_down(self, day: int, until: int) -> None:
        """The relay answers nobody from the beginning of a day to that of another."""
        self.down = self.at(day, 0, 0), self.at(until, 0, 0)

    def at(self, day: int, hour: int = 10, minute: int = 30, second: int = 0) -> datetime:
        local = datetime.combine(self.day_0 + timedelta(days=day), time(hour, minute, second), self.zone)
        return local.astimezone(UTC)

    def day(self, instant: datetime) -> int:
        return (instant.astimezone(self.zone).date() - self.day_0).days

    # --- what people do

    def tell(
        self, name: str, day: int, number: str | None = None, /, *, at: datetime | None = None, **body: Any
    ) -> dict[str, Any]:
        return self.world.tell(name, body, at or self.at(day), number)

    def refused(
        self, name: str, day: int, number: str | None = None, /, *, at: datetime | None = None, **body: Any
    ) -> list[str]:
        """The codes of the refusal; and nothing has changed."""
        self.world.until(at or self.at(day), inclusive=False)
        before = self.picture()
        try:
            self.tell(name, day, number, at=at, **body)
        except Refused as refusal:
            assert self.picture() == before, "a refusal changes nothing"
            self.reasons = refusal.reasons
            return [reason.code for reason in refusal.reasons]
        raise AssertionError(f"{name} was not refused")

    def picture(self) -> Any:
        customer = self.world.customer
        return (
            [(track.state, track.since, track.facts) for track in (customer.membership, customer.renewal)],
            [(case.state, case.authorization.since, case.facts) for case in self.world.authorizations.values()],
            [(whose, entry) for whose, entry in self.world.timeline()],
            customer.contact, customer.account_manager, customer.offer_types, list(customer.references.placed),
        )  # fmt: skip

    def authorize(self, day: int, quantity: int = 5, *, at: datetime | None = None, **body: Any) -> str:
        body = {"requested_by": "account_manager", "lines": lines(quantity), **body}
        number: str = self.tell("authorize_purchase", day, at=at, **body)["authorization_number"]
        return number

    def order(self, day: int, number: str, reference: str = "PO-1", quantity: int | None = None, **body: Any) -> Any:
        if quantity is not None:
            body["lines"] = lines(quantity)
        return self.tell("place_order", day, number, order_reference=reference, **body)

    def direct(self, day: int, quantity: int = 5, reference: str = "D-1", **body: Any) -> str:
        body = {"lines": lines(quantity), **body}
        number: str = self.tell("record_order", day, order_reference=reference, **body)["authorization_number"]
        return number

    def renew(self, day: int, quantity: int | None = None, reference: str = "R-1", **body: Any) -> Any:
        if quantity is not None:
            body["lines"] = lines(quantity)
        return self.tell("place_renewal_order", day, order_reference=reference, **body)

    def accept(self, day: int, name: str = "Mette Holm", **body: Any) -> Any:
        return self.tell("accept_invitation", day, accepted_by={"name": name}, terms_version="2026-1", **body)

    def until(self, day: int, hour: int = 23, minute: int = 59) -> None:
        self.world.until(self.at(day, hour, minute))

    def workers_are_down(self, until: int, hour: int = 10) -> None:
        self.world.sleep(self.at(until, hour, 30))

    # --- what is so

    @property
    def membership(self) -> str:
        return self.world.customer.state.value

    @property
    def renewal(self) -> str:
        return self.world.customer.renewal.state.value

    def state(self, number: str) -> str:
        return self.world.authorizations[number].state.value

    def lists(self, day: int, hour: int = 12) -> list[str]:
        return [one.value for one in self.world.customer.lists(self.at(day, hour))]

    def held(self) -> dict[str, int]:
        return self.world.customer.held()

    def anniversary(self) -> date | None:
        return self.world.customer.renewal.facts.anniversary

    def next_event(self, day: int) -> tuple[str, int] | None:
        found = self.world.customer.next_event(self.at(day))
        return None if found is None else (found[0], self.day(found[1]))

    # --- what happened

    def letter(self, name: str, reader: str = "contact") -> dict[str, Any]:
        """The last letter of this name to this reader, as it was handed over."""
        found = [one for one in self.written.values() if (one["letter"], one["reader"]) == (name, reader)]
        return found[-1]

    def _entries(self, whose: str | None) -> list[Entry]:
        name = {"customer": "customer", None: None}.get(whose, whose)
        return [entry for owner, entry in self.world.timeline() if name is None or owner == name]

    def changes(self, whose: str) -> list[tuple[int, str]]:
        """Effective day and new state of each change of an authorization, or of `membership` or `renewal`."""
        machine = whose if whose in ("membership", "renewal") else "authorization"
        entries = self._entries("customer" if machine != "authorization" else whose)
        return [
            (self.day(entry.effective_at), str(entry.target))
            for entry in entries
            if entry.kind is Kind.TRANSITION and entry.machine == machine
        ]

    def sent(self, whose: str | None = None, since: int = 0) -> list[Letter]:
        """Letters that were sent, in order of sending."""
        found = [entry for entry in self._entries(whose) if entry.outcome == Outcome.SENT]
        return [
            self._told(entry) for entry in sorted(found, key=lambda one: one.processed_at) if self._on(entry) >= since
        ]

    def to(self, reader: str, whose: str | None = None, since: int = 0) -> list[tuple[int, str]]:
        """Day and name of the letters that a reader got."""
        return [(day, name) for day, _hour, name, to in self.sent(whose, since) if to == reader]

    def renewals_to(self, reader: str) -> list[tuple[int, str]]:
        """Day and name of the letters about a renewal that a reader got."""
        return [one for one in self.to(reader) if "renewal" in one[1] or "expired" in one[1]]

    def not_sent(self, whose: str | None = None) -> list[tuple[int, str, str, str]]:
        """Day on which a letter became due, its name, its reader, and why it was not sent."""
        found = [entry for entry in self._entries(whose) if entry.kind is Kind.LETTER and entry.outcome != Outcome.SENT]
        return [(self.day(one.effective_at), str(one.letter), str(one.reader), str(one.reason)) for one in found]

    def _on(self, entry: Entry) -> int:
        return self.day(entry.processed_at)

    def _told(self, entry: Entry) -> Letter:
        local = entry.processed_at.astimezone(self.zone)
        return self._on(entry), local.hour, str(entry.letter), str(entry.reader)
