"""A whole agenda: every customer's items, in order of date."""

from collections.abc import AsyncIterable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from gateway.agenda.items import LOOKED_AT, items_of
from gateway.answers import Agenda, AgendaItem
from gateway.errors import Refused
from register.wanted import Wanted

DAYS, LONGEST = 14, 366
Row = Mapping[str, Any]


class Rows(Protocol):
    """Of the register, what an agenda is made of."""

    def every(self, wanted: Wanted, sort: str = "name") -> AsyncIterable[dict[str, Any]]: ...

    async def authorizations(
        self, vip_number: str | None = None, *, managed_by: str | None = None, states: Collection[str] = ()
    ) -> list[dict[str, Any]]: ...


async def agenda(register: Rows, now: datetime, *, managed_by: str | None = None, days: int = DAYS) -> Agenda:
    """Of one account manager's customers, or of all. Raises `Refused` for `days` that cannot be, and what the register
    raises."""
    if not 1 <= days <= LONGEST:
        message = f"days: must be 1 to {LONGEST}"
        raise Refused("invalid_request", message, [{"code": "invalid_request", "message": message, "field": "days"}])
    states = sorted(state.value for state in LOOKED_AT)
    bought = _by_customer(await register.authorizations(managed_by=managed_by, states=states))
    items: list[AgendaItem] = []
    async for customer in register.every(Wanted(managed_by=managed_by)):
        items += items_of(customer, bought.get(customer["vip_number"], ()), now, days)
    return in_order(items, now, days)


def in_order(items: Iterable[AgendaItem], now: datetime, days: int) -> Agenda:
    """By date; on one day what waits comes first."""
    today = now.astimezone(UTC).date()
    return {
        "items": sorted(items, key=_rank),
        "from": today.isoformat(),
        "until": (today + timedelta(days=days)).isoformat(),
    }


def _rank(item: AgendaItem) -> tuple[str, bool, str, str, str, str]:
    whose = item["organization"].casefold(), item["vip_number"], item.get("authorization_number", "")
    return item["on"], item["kind"] == "happens", *whose, item["what"]


def _by_customer(authorizations: Iterable[Row]) -> dict[str, list[Row]]:
    bought: dict[str, list[Row]] = {}
    for one in authorizations:
        bought.setdefault(one["vip_number"], []).append(one)
    return bought
