"""Records as cases tell them, with little in them."""

from typing import Any

from register.register import Register
from register.wanted import Wanted

Record = dict[str, Any]


def vip(number: int) -> str:
    return f"VIP{number:017d}"


def authorization_number(number: int) -> str:
    return f"{number:020X}"


def customer(number: int, *, version: int = 0, entries: tuple[Record, ...] = (), **changes: Any) -> Record:
    """A customer's record; `manager`, `status`, `segment` and `event` (an instant) for short, the rest as in a row."""
    manager, event = changes.pop("manager", "am-1"), changes.pop("event", None)
    row = {
        "vip_number": vip(number),
        "organization": f"Customer {number}",
        "contact": {"name": "Mette Holm", "email": f"mette@c{number}.example.com"},
        "market_segment": changes.pop("segment", "commercial"),
        "account_manager": {"id": manager, "name": "Jens Lund", "email": "jens@example.com"},
        "invitation_status": changes.pop("status", "accepted"),
        "renewal_state": "no_term",
        "lists": [],
        "unreachable": False,
        "invited_at": "2027-01-04T09:30:00Z",
        "time_zone": "UTC",
        "order_references": [],
        "lost": [],
        **({} if event is None else {"next_event": {"name": "order_due", "at": event}}),
        **changes,
    }
    return _record("customer", vip(number), vip(number), version, row, entries)


def authorization(
    number: int, of: int = 1, *, version: int = 0, entries: tuple[Record, ...] = (), **changes: Any
) -> Record:
    row = {
        "authorization_number": authorization_number(number),
        "vip_number": vip(of),
        "state": "pending",
        "requested_by": "member",
        "requested_at": "2027-01-05T09:30:00Z",
        "lines": [{"product": "cc", "name": "CC", "quantity": 5, "ordered": 0, "returned": 0}],
        "orders": [],
        "unreachable": False,
        **changes,
    }
    return _record("authorization", authorization_number(number), vip(of), version, row, entries)


def order(reference: str) -> Record:
    return {"order_reference": reference, "lines": [], "ordered_at": "2027-01-06T09:30:00Z"}


def entry(sequence: int, kind: str = "transition", at: str = "2027-01-04T09:30:00Z", **fields: Any) -> Record:
    return {"sequence": sequence, "effective_at": at, "processed_at": at, "kind": kind, **fields}


def _record(kind: str, number: str, of: str, version: int, row: Record, entries: tuple[Record, ...]) -> Record:
    told = {"kind": kind, "number": number, "vip_number": of, "version": version, "row": row}
    return {**told, "entries": list(entries)}


async def numbers(register: Register, wanted: Wanted | None = None, sort: str = "name", limit: int = 2) -> list[int]:
    """The customers of a list, page by page, as the numbers they were made of; `every` and `total` say the same."""
    found, cursor, total = [], None, None
    while True:
        page = await register.page(wanted or Wanted(), sort=sort, limit=limit, cursor=cursor)
        assert total in (None, page.total)
        total, cursor = page.total, page.next_cursor
        found += [int(item["vip_number"].removeprefix("VIP")) for item in page.items]
        assert len(page.items) == limit or cursor is None
        if cursor is None:
            break
    assert len(found) == total
    at_once = [int(item["vip_number"].removeprefix("VIP")) async for item in register.every(wanted or Wanted(), sort)]
    assert at_once == found
    return found
