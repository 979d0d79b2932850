"""What a person or a script gets to see: tables, or JSON with `--json`; a "no" with every reason."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Rows = Iterable[Sequence[object]]

_WORDS = frozenset(
    {"customer", "name", "lines", "what", "why", "subject", "to", "may be added", "managed by", "by", "authorizations"}
)
"""Headings of columns that may be wrapped."""


class WrongUsage(Exception):
    """The command line says something that cannot be; the message says what would be right."""


def document(answer: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(answer, indent=2, ensure_ascii=False, default=str))


def say(text: str) -> None:
    """A line for a person."""
    _console().print(text)


def facts(title: str, pairs: Rows) -> None:
    """A heading, and what is known, one fact a line. What is None is left out."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 3, 0, 2))
    for name, value in pairs:
        if value is not None:
            table.add_row(Text(str(name), style="dim"), Text(str(value)))
    console = _console()
    console.print(Text(title, style="bold"))
    console.print(table)


def table(title: str, headings: Sequence[str], rows: Rows, *, empty: str) -> None:
    """A table, or the sentence that there is nothing. Where room is scarce words are wrapped, not numbers and dates."""
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(title, style="bold") if title else None, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        made.add_column(heading, header_style="dim", overflow="fold", no_wrap=heading not in _WORDS)
    for row in rows:
        made.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = _console()
    if title:
        console.print()
    console.print(made if made.row_count else empty)


def failed(code: str, message: str, reasons: Sequence[Mapping[str, Any]] = (), *, as_json: bool, status: int) -> int:
    """Tell why it did not work: every code and sentence, and what would make it legal. Returns `status`."""
    if as_json:
        document({"code": code, "message": message, "reasons": list(reasons)})
        return status
    if not reasons or status != 1:
        print(f"vip: {message}", file=sys.stderr)
        return status
    for reason in reasons:
        print(f"{reason['code']}: {reason['message']}", file=sys.stderr)
        for name, value in reason.items():
            if name not in ("code", "message"):
                print(f"    {name.replace('_', ' ')}: {_plain(value)}", file=sys.stderr)
    return status


def when(instant: str | None) -> str | None:
    """An instant as a person reads it: the date, and the hour where it is not midnight, in UTC."""
    if instant is None:
        return None
    day, _, time = instant.removesuffix("Z").partition("T")
    return day if time.startswith("00:00:00") else f"{day} {time[:5]}"


def quantities(lines: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"{line['quantity']} x {line['product']}" for line in lines)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{count} x {name}" for name, count in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _console() -> Any:
    from rich.console import Console

    terminal = sys.stdout.isatty()
    # A file or a pipe has no width: lines are as long as they are.
    return Console(markup=False, emoji=False, highlight=False, width=None if terminal else 220, soft_wrap=False)
