"""The words in which a sample is told: days before today, numbers, lines, and the body of an invitation."""

import hashlib
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from samples.organisations import MANAGERS, PRODUCTS, Organisation
from states.calendar import add_months

Body = dict[str, Any]


class Step(NamedTuple):
    """An update after the start: on the customer, or on one of its authorizations."""

    name: str
    body: Body
    authorization: str | None = None


class SampleCustomer(NamedTuple):
    """The body of its invitation, and what happens to it afterwards."""

    vip_number: str
    body: Body
    then: tuple[Step, ...] = ()


class Maker:
    """One organisation, and its words for days, numbers and lines."""

    def __init__(self, today: date, organisation: Organisation, chance: random.Random) -> None:
        self.today, self.organisation, self._chance = today, organisation, chance
        self.offer_types = ["team", "enterprise"] if organisation.segment != "commercial" else ["team"]
        self._numbers = self._digits()

    def ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def year_before(self, days: int, months: int = 12) -> str:
        """The day of a first order whose anniversary is so many days ahead (months: of the first one of several)."""
        return add_months(self.today + timedelta(days=days), -months).isoformat()

    def number(self) -> str:
        """An authorization number."""
        return next(self._numbers)

    def reference(self) -> str:
        return f"SO-{self._chance.randrange(10**6):06}"

    def lines(self, products: int = 1, most: int = 20) -> list[Body]:
        known = PRODUCTS[self.organisation.segment, self._chance.choice(self.offer_types)]
        chosen = self._chance.sample(known, k=min(products, len(known)))
        return [{"product": product, "quantity": self._chance.randint(1, most)} for product in chosen]

    def order(self, day: str, lines: list[Body] | None = None) -> Body:
        order: Body = {"order_reference": self.reference(), "ordered_on": day}
        return order if lines is None else {**order, "lines": lines}

    def asked(self, day: str, *orders: Body, by: str = "account_manager", products: int = 1, **more: Any) -> Body:
        """An authorization of the past."""
        return {
            "authorization_number": self.number(),
            "requested_on": day,
            "requested_by": by,
            "lines": self.lines(products),
            "orders": list(orders),
            **more,
        }

    def customer(self, history: Body | None = None, *then: Step, **more: Any) -> SampleCustomer:
        organisation, manager = self.organisation, MANAGERS[self.organisation.region]
        body: Body = {
            "organization": organisation.name,
            "market_segment": organisation.segment.value,
            "offer_types": self.offer_types,
            "region": organisation.region,
            "address": organisation.address,
            "postal_code": organisation.postal_code,
            "contact": {"name": organisation.contact, "email": organisation.email},
            "account_manager": manager,
            "external_id": f"crm-{self._chance.randrange(10**5):05}",
            "actor": "samples",
            **more,
        }
        if history is not None:
            body["history"] = history
        # Not on the day: whoever makes the samples again the next day finds them made.
        number = int.from_bytes(hashlib.sha256(f"sample {organisation.name}".encode()).digest(), "big")
        letters = "".join("ABCDEFGHJKLMNPQRSTUVWXYZ"[(number >> (5 * place)) % 24] for place in range(20))
        return SampleCustomer(f"S{letters[1:]}", body, then)

    def member(
        self, *authorizations: Body, then: tuple[Step, ...] = (), since: int = 90, **more: Any
    ) -> SampleCustomer:
        """Invited and accepted so many days before today or before the first thing that happened."""
        days = [self.ago(since)]
        for one in authorizations:
            days += [one["requested_on"]] if "requested_on" in one else []
            days += [order["ordered_on"] for order in one["orders"]]
        first = date.fromisoformat(min(days))
        history: Body = {
            "invited_on": (first - timedelta(days=9)).isoformat(),
            "accepted_on": (first - timedelta(days=4)).isoformat(),
            "terms_version": "1",
            "authorizations": list(authorizations),
        }
        return self.customer({**history, **more}, *then)

    def _digits(self) -> Iterator[str]:
        while True:
            yield f"{self._chance.getrandbits(80):020X}"
