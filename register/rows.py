"""A record as it comes from a case, taken apart into what the tables keep."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from register.words import folded, kept
from states.standing import CustomerList

Row = dict[str, Any]
Record = dict[str, Any]
CUSTOMER, AUTHORIZATION = "customer", "authorization"
_KNOWN = [one.value for one in CustomerList]


class Cell(NamedTuple):
    """What every filter but the account manager looks at."""

    invitation_status: str
    segment: str
    lists: frozenset[str]

    def text(self) -> str:
        return f"{self.invitation_status}:{self.segment}:{','.join(one for one in _KNOWN if one in self.lists)}"

    @classmethod
    def parse(cls, text: str) -> "Cell":
        status, segment, lists = text.split(":")
        return cls(status, segment, frozenset(lists.split(",")) - {""})


def moment(at: str | None) -> str:
    """An instant in a form of which texts sort as instants do; empty if there is none. Raises `ValueError`."""
    if at is None:
        return ""
    instant = datetime.fromisoformat(at)
    if instant.tzinfo is None:
        raise ValueError("an instant has a zone")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def customer(record: Record) -> Row:
    """A row of the table of customers."""
    row = record["row"]
    return {
        "vip_number": record["number"],
        "version": record["version"],
        "managed_by": row["account_manager"]["id"],
        "cell": Cell(row["invitation_status"], row["market_segment"], frozenset(row["lists"])).text(),
        "external_id": row.get("external_id"),
        "sort_name": folded(row["organization"]),
        "sort_anniversary": row.get("anniversary_date") or "",
        "sort_event": moment((row.get("next_event") or {}).get("at")),
        "row": row,
    }


def authorization(record: Record) -> Row:
    """A row of the table of authorizations."""
    row = record["row"]
    return {
        "authorization_number": record["number"],
        "version": record["version"],
        "vip_number": record["vip_number"],
        "state": row["state"],
        "row": row,
    }


def words(record: Record) -> set[str]:
    """What this case is found by."""
    row = record["row"]
    if record["kind"] == AUTHORIZATION:
        return kept([row.get("purchase_order"), *(one["order_reference"] for one in row.get("orders", ()))])
    contact = row["contact"]
    named = (row["organization"], contact["name"], contact["email"], record["number"])
    return kept([*named, *row.get("order_references", ())])


def entries(records: Iterable[Record]) -> list[Row]:
    """Rows of the table of journals, in its order."""
    found: dict[tuple[str, int], Row] = {}
    for record in records:
        for entry in record.get("entries", ()):
            found.setdefault(
                (record["number"], entry["sequence"]),
                {
                    "number": record["number"],
                    "sequence": entry["sequence"],
                    "vip_number": record["vip_number"],
                    "kind": entry["kind"],
                    "processed_at": moment(entry["processed_at"]),
                    "outcome": entry.get("outcome"),
                    "entry": entry,
                },
            )
    return [found[key] for key in sorted(found)]


def newest(records: Iterable[Record], *, again: bool) -> list[Record]:
    """One record of each case, in order of their numbers: what would be left if they were put one after the other."""
    found: dict[str, Record] = {}
    for record in records:
        known = found.get(record["number"])
        if known is None or record["version"] > known["version"] - again:
            found[record["number"]] = record
    return [found[number] for number in sorted(found)]
