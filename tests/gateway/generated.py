"""Generated customers: what people asked of each by chance, what time did, and mail that does not always get through.

The same seed lives the same life. Whatever the rules refuse is left out, so every life is one that could have been.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.journal import Outcome, Why
from cases.simulation import Simulation
from states.authorization import State
from states.catalogue import Catalogue
from states.membership import State as Membership
from states.policy import Policy
from states.refusals import Refused
from states.renewal import State as Renewal

Act = tuple[str, dict[str, Any], str | None]
"""A command, its body, and the authorization it is for."""

MANAGERS = (
    {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com", "language": "da"},
    {"id": "am-2", "name": "Piet de Wit", "email": "piet@example.com"},
)
TEXTS = (
    *("Ærø Båd & Sø", 'Say "yes"; then, wait', "=1+1", "-10% next year", "+45 12 34 56 78", "@home", "'quoted'"),
    *("株式会社 Nord", "Zażółć", "plain words", "'=2", "a;b|c", "0012", "1.3.2027", "TRUE"),
)
PRODUCTS = ("photoshop-team", "cc-all-apps-team", "acrobat-pro-enterprise")
REACHABLE = ("up", "up", "down some days")
"""How the mail of a life may be; each letter reaches its reader in the end."""
ANY_MAIL = (*REACHABLE, "up", "refuses the contact", "refuses")
_PAUSES = (0.0, 2.0, 24.0, 24.0, 100.0, 400.0, 1500.0)
"""Hours between two things that people do, at most."""
_LENGTHS = (10, 60, 60, 200, 430, 800, 1500)
"""Days of a life, at most."""


class Life:
    """One customer, from its invitation to the given moment; at most so many things are asked of it."""

    def __init__(
        self,
        seed: int,
        policy: Policy,
        catalogue: Catalogue,
        until: datetime,
        *,
        name: int = 0,
        acts: int = 30,
        mail: tuple[str, ...] = ANY_MAIL,
    ) -> None:
        """`name` makes its numbers: two customers of one portfolio need two names."""
        self._chance = Random(f"{seed} {name}")
        self._mail = self._chance.choice(mail)
        self.name, self._references = name, 0
        self.world = Simulation(f"V{name:019}", policy, catalogue, self._relay, composing=False)
        self.world.numbers = (f"{name:010X}{count:010X}" for count in range(1, 1 << 30))
        self.now = until - timedelta(days=self._chance.choice(_LENGTHS) * self._chance.random())
        self.world.invite(self._invitation(), self.now)
        for _ in range(acts):
            self.now += self._pause()
            if self.now >= until:
                break
            self._act()
        self.world.until(until)

    # --- what people do

    def _act(self) -> None:
        self.world.until(self.now, inclusive=False)
        wishes = list(self._wishes())
        if not wishes:
            return
        name, body, number = self._chance.choice(wishes)
        try:
            self.world.tell(name, body, self.now, number)
        except Refused:
            return

    def _wishes(self) -> Iterator[Act]:
        """What makes sense as things stand; the likelier, the more often."""
        customer = self.world.customer
        if customer.state in (Membership.INVITED, Membership.EXPIRED):
            accepted = {"accepted_by": self._person(), "terms_version": "2026-1"} | self._late("accepted_at")
            yield from [("accept_invitation", accepted, None)] * 5
            yield "resend_invitation", {}, None
            yield "withdraw_invitation", self._reason(), None
        yield "hand_over_contact", {"name": "Ida Friis", "email": "ida@example.com", **self._reason()}, None
        yield "assign_account_manager", self._chance.choice(MANAGERS), None
        yield "add_offer_types", {"offer_types": ["enterprise"]}, None
        asked = {"lines": self._lines(), "requested_by": self._chance.choice(("member", "account_manager"))}
        yield from [("authorize_purchase", asked | self._purchase_order(), None)] * 4
        yield from [("record_order", self._order("ordered_at", self._lines()), None)] * 2
        if customer.renewal.state in (Renewal.UPCOMING, Renewal.READY, Renewal.PAST_DUE, Renewal.RENEWED):
            yield from [("place_renewal_order", self._order("ordered_at", self._some(customer.held())), None)] * 9
            yield from [("decline_renewal", self._reason() | self._some(customer.held()), None)] * 3
        for number, case in self.world.authorizations.items():
            if not case.final:
                yield from self._to_authorization(number, case.state, case.facts.lines)

    def _to_authorization(self, number: str, state: State, lines: dict[str, int]) -> Iterator[Act]:
        if state in (State.PENDING, State.OVERDUE, State.DEACTIVATED):
            yield from [("place_order", self._order("ordered_at", self._some(lines)), number)] * 4
            yield "extend", {"days": self._chance.randint(1, 9), **self._reason()}, number
            yield from [(name, self._reason(), number) for name in ("cancel", "write_off", "deactivate")]
        for order in self.world.authorizations[number].facts.orders:
            asked = {"order_reference": order.order_reference, **self._reason(), **self._some(order.lines)}
            yield "request_return", asked, number
        if state is State.RETURN_REQUESTED:
            yield from [("confirm_return", {}, number), ("decline_return", self._reason(), number)] * 4

    # --- their words

    def _invitation(self) -> dict[str, Any]:
        custom = (self.now + timedelta(days=500)).date().isoformat()
        offers = self._chance.choice((["team"], ["enterprise", "team"]))
        return {
            "organization": f"{self._text()} {self.name}",
            "market_segment": self._chance.choice(("commercial", "government", "education")),
            "offer_types": offers,
            "region": self._chance.choice(("DK", "NL", "DE")),
            "address": self._text(),
            "postal_code": "0012",
            "contact": {"name": self._text(), "email": f"contact{self.name}@example.com"},
            "account_manager": self._chance.choice(MANAGERS),
            **self._chance.choice(({}, {"external_id": f"crm-{self.name}"})),
            **self._chance.choice(({}, {}, {"language": "nl"})),
            **self._chance.choice(({}, {}, {"anniversary_date": custom})),
        }

    def _person(self) -> dict[str, Any]:
        return {"name": self._text(), **self._chance.choice(({}, {"identity": self._text()}))}

    def _text(self) -> str:
        return self._chance.choice(TEXTS)

    def _reason(self) -> dict[str, Any]:
        return {"reason": self._text()}

    def _purchase_order(self) -> dict[str, Any]:
        return self._chance.choice(({}, {"purchase_order": self._text()}))

    def _lines(self) -> dict[str, Any] | Any:
        chosen = self._chance.sample(PRODUCTS, k=self._chance.randint(1, 2))
        return [{"product": product, "quantity": self._chance.randint(1, 6)} for product in chosen]

    def _some(self, quantities: dict[str, int]) -> dict[str, Any]:
        """Some of these, or all of them without saying so."""
        if not quantities or self._chance.random() < 0.5:
            return {}
        product = self._chance.choice(sorted(quantities))
        return {"lines": [{"product": product, "quantity": self._chance.randint(1, quantities[product])}]}

    def _order(self, when: str, lines: Any) -> dict[str, Any]:
        self._references += 1
        said = lines if isinstance(lines, dict) else {"lines": lines}
        return {"order_reference": f"PO-{self.name}-{self._references}", **said, **self._late(when)}

    def _late(self, when: str) -> dict[str, Any]:
        """Some things are told days after they happened."""
        days = self._chance.choice((0, 0, 0, 1, 4, 20))
        return {when: (self.now - timedelta(days=days * self._chance.random())).isoformat()} if days else {}

    # --- time and mail

    def _pause(self) -> timedelta:
        """Things happen at any time, and more often than not right after something was due.

        Never at its very instant: there it matters whether a person said when it happened, and a past always says.
        """
        pause = timedelta(hours=self._chance.choice(_PAUSES) * self._chance.random(), seconds=1)
        due = min(self.world.due.values(), default=None)
        return (
            pause
            if due is None or self._chance.random() < 0.6
            else max(pause, due - self.now + timedelta(microseconds=1))
        )

    def _relay(self, now: datetime, reader: str) -> tuple[Outcome, str | None] | datetime:
        refuses = {"refuses": True, "refuses the contact": reader == "contact"}.get(self._mail, False)
        if refuses and now.toordinal() % 4:
            return Outcome.UNDELIVERED, Why.RECIPIENT_REFUSED
        if self._mail == "down some days" and now.toordinal() % 3 == 0:
            return now + timedelta(hours=11)
        return Outcome.SENT, None
