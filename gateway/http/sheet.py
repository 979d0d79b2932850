"""Customers as CSV (RFC 4180), safe and readable in a spreadsheet: no cell is a formula, and UTF-8 says so itself."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from starlette.responses import Response, StreamingResponse

from gateway.importing.cells import safe

COLUMNS = (
    "vip_number",
    "organization",
    "contact_name",
    "contact_email",
    "anniversary_date",
    "market_segment",
    "account_manager_id",
    "account_manager_name",
    "invitation_status",
    "renewal_state",
    "lists",
    "next_event",
    "next_event_at",
    "unreachable",
)
"""What the first line says; several lists are separated by semicolons."""
_MARK = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something older, and spoils every name that is not English."""
_AT_ONCE = 200
_HEADERS = {"Content-Disposition": 'attachment; filename="customers.csv"'}


async def download(rows: AsyncIterator[Mapping[str, Any]]) -> Response:
    """The file, sent while it is read. What goes wrong before the first row is still raised here."""
    first = [row async for row in _taken(rows, 1)]
    return StreamingResponse(
        _lines(first, rows), headers=_HEADERS, media_type="text/csv; charset=utf-8; header=present"
    )


async def _lines(first: Iterable[Mapping[str, Any]], rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    yield (_MARK + _written([COLUMNS])).encode()
    waiting = [_cells(row) for row in first]
    async for row in rows:
        waiting.append(_cells(row))
        if len(waiting) >= _AT_ONCE:
            yield _written(waiting).encode()
            waiting = []
    yield _written(waiting).encode()


async def _taken(rows: AsyncIterator[Mapping[str, Any]], most: int) -> AsyncIterator[Mapping[str, Any]]:
    for _ in range(most):
        try:
            yield await anext(rows)
        except StopAsyncIteration:
            return


def _cells(row: Mapping[str, Any]) -> list[str]:
    contact, manager, event = row.get("contact") or {}, row.get("account_manager") or {}, row.get("next_event") or {}
    told = {
        **row,
        "contact_name": contact.get("name"),
        "contact_email": contact.get("email"),
        "account_manager_id": manager.get("id"),
        "account_manager_name": manager.get("name"),
        "lists": ";".join(row.get("lists") or ()),
        "next_event": event.get("name"),
        "next_event_at": event.get("at"),
        "unreachable": "true" if row.get("unreachable") else "false",
    }
    return [safe(str(told.get(column) or "")) for column in COLUMNS]


def _written(lines: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()
