"""Rows of a list as CSV, the same at every door: commas between cells, and nothing that a spreadsheet would compute."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from gateway.importing.cells import safe

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
FILE_NAME = "customers.csv"
COLUMNS = (
    *("vip_number", "organization", "contact_name", "contact_email", "anniversary_date"),
    *("market_segment", "account_manager_id", "account_manager_name", "invitation_status", "renewal_state"),
    *("lists", "next_event", "next_event_at", "unreachable"),
)
"""Once released, a column is never renamed or moved, only added to."""
_AT_ONCE = 200
"""Rows in a piece of a stream."""
_MARK = "\ufeff"
"""Without a byte order mark a spreadsheet does not read UTF-8."""
_INNER = re.compile(r"([;\t])(?=\s*'*[=+\-@＝＋－＠])")  # noqa: RUF001 - full width counts too


def head() -> str:
    """The first line, with the columns' names."""
    return _MARK + _line(COLUMNS)


def line(row: Mapping[str, Any]) -> str:
    """One customer, from a row of a list."""
    contact, manager, event = row["contact"], row["account_manager"], row.get("next_event") or {}
    cells = {
        **row,
        "contact_name": contact["name"],
        "contact_email": contact["email"],
        "account_manager_id": manager["id"],
        "account_manager_name": manager["name"],
        "lists": ";".join(row["lists"]),
        "next_event": event.get("name"),
        "next_event_at": event.get("at"),
        "unreachable": "true" if row["unreachable"] else "false",
    }
    return _line([cell(cells.get(name)) for name in COLUMNS])


async def pieces(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[str]:
    """A whole file, piece by piece, so that any number of customers fits into memory."""
    waiting = [head()]
    async for row in rows:
        waiting.append(line(row))
        if len(waiting) >= _AT_ONCE:
            yield "".join(waiting)
            waiting = []
    yield "".join(waiting)


def cell(value: object) -> str:
    """A cell as text. Where lists are separated by `;`, as in Danish or Dutch spreadsheets, what comes after one is a
    cell too."""
    if value is None:
        return ""
    return safe(_INNER.sub(r"\1'", str(value)))


def _line(cells: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()
