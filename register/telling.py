"""What else the register can tell: journals, the record of letters, authorizations, and how far it knows each case."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from register.errors import WantedWrong
from register.rows import AUTHORIZATION, CUSTOMER, moment
from register.tables import AUTHORIZATIONS, CUSTOMERS, JOURNAL
from register.wanted import checked_manager

MOST_LETTERS: Final = 1000
_TABLES: Final = {CUSTOMER: CUSTOMERS, AUTHORIZATION: AUTHORIZATIONS}
Row = dict[str, Any]


async def journal(connection: AsyncConnection, number: str) -> list[Row]:
    """The entries of one case, in their sequence."""
    asking = select(JOURNAL.c.entry).where(JOURNAL.c.number == number).order_by(JOURNAL.c.sequence)
    return list(await connection.scalars(asking))


@dataclass(frozen=True)
class Letters:
    """Which letters: of those since an instant, with an outcome, of one manager's customers, the newest."""

    since: str | None = None
    outcome: str | None = None
    managed_by: str | None = None
    limit: int = 100

    def checked(self) -> "Letters":
        """Itself. Raises `WantedWrong`."""
        checked_manager(self.managed_by)
        if not 1 <= self.limit <= MOST_LETTERS:
            raise WantedWrong("limit", f"must be 1 to {MOST_LETTERS}")
        try:
            moment(self.since)
        except (ValueError, OverflowError):
            raise WantedWrong("since", "must be an instant such as 2027-03-01T08:00:00Z") from None
        return self

    async def read(self, connection: AsyncConnection) -> list[Row]:
        """The entries of the journals, each with the case and the customer that it is of."""
        asking = select(JOURNAL.c.number, JOURNAL.c.vip_number, JOURNAL.c.entry, CUSTOMERS.c.row)
        asking = asking.outerjoin_from(JOURNAL, CUSTOMERS, JOURNAL.c.vip_number == CUSTOMERS.c.vip_number)
        asking = asking.where(JOURNAL.c.kind == "letter")
        if self.since is not None:
            asking = asking.where(JOURNAL.c.processed_at >= moment(self.since))
        if self.outcome is not None:
            asking = asking.where(JOURNAL.c.outcome == self.outcome)
        if self.managed_by is not None:
            asking = asking.where(CUSTOMERS.c.managed_by == self.managed_by)
        newest = (JOURNAL.c.processed_at.desc(), JOURNAL.c.number.desc(), JOURNAL.c.sequence.desc())
        told = await connection.execute(asking.order_by(*newest).limit(self.limit))
        return [
            {"vip_number": vip_number}
            | ({} if number == vip_number else {"authorization_number": number})
            | _customer(row)
            | entry
            for number, vip_number, entry, row in told
        ]


@dataclass(frozen=True)
class Authorizations:
    """Which authorizations: of a customer, of a manager's customers, in one of some states (none: in any)."""

    vip_number: str | None = None
    managed_by: str | None = None
    states: tuple[str, ...] = ()

    async def read(self, connection: AsyncConnection) -> list[Row]:
        """As they were told, each with something of its customer; those of one customer as they were asked for."""
        asking = select(AUTHORIZATIONS.c.row, CUSTOMERS.c.row.label("customer"))
        asking = asking.outerjoin_from(AUTHORIZATIONS, CUSTOMERS, AUTHORIZATIONS.c.vip_number == CUSTOMERS.c.vip_number)
        if self.vip_number is not None:
            asking = asking.where(AUTHORIZATIONS.c.vip_number == self.vip_number)
        if self.managed_by is not None:
            asking = asking.where(CUSTOMERS.c.managed_by == self.managed_by)
        if self.states:
            asking = asking.where(AUTHORIZATIONS.c.state.in_(sorted(set(self.states))))
        found = [row | _customer(customer) for row, customer in await connection.execute(asking)]
        return sorted(found, key=_as_asked_for)


async def versions(connection: AsyncConnection, kind: str, after: str, room: int) -> list[tuple[str, int]]:
    """Numbers and versions of the cases of a kind, from a number on, by number."""
    table = _TABLES[kind]
    (key,) = table.primary_key.columns
    asking = select(key, table.c.version).where(key > after).order_by(key).limit(room)
    return [(number, version) for number, version in await connection.execute(asking)]


class Known(NamedTuple):
    """What is known of one case."""

    kind: str
    """`customer` or `authorization`."""
    version: int
    row: Row


async def known(connection: AsyncConnection, numbers: Collection[str]) -> dict[str, Known]:
    """By number; those of whom nothing is known are left out."""
    found: dict[str, Known] = {}
    for kind, table in _TABLES.items():
        (key,) = table.primary_key.columns
        asking = select(key, table.c.version, table.c.row).where(key.in_(sorted(numbers)))
        for number, version, row in await connection.execute(asking):
            found[number] = Known(kind, version, row)
    return found


def _as_asked_for(row: Row) -> tuple[str, str, str]:
    return row["vip_number"], moment(row["requested_at"]), row["authorization_number"]


def _customer(row: Row | None) -> Row:
    """What tells whose something is; nothing of a customer that is not known yet."""
    return {} if row is None else {name: row[name] for name in ("organization", "account_manager")}
