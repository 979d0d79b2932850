"""Rows of a list as CSV: read back they are what they were, and no spreadsheet computes anything in them."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway import csv_rows

ROW: dict[str, Any] = {
    "vip_number": "K7Q2M9XW4RTB3ZHD6NPA",
    "organization": "Fjordlys, Film & Foto ApS",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "anniversary_date": "2027-03-01",
    "market_segment": "commercial",
    "account_manager": {"id": "am-jens", "name": "Jens Friis", "email": "jens@example.org"},
    "invitation_status": "accepted",
    "renewal_state": "in_term",
    "lists": ["pending_requests", "upcoming_renewals"],
    "next_event": {"name": "order_due", "at": "2026-12-06T00:00:00Z"},
    "unreachable": False,
}


async def _several(count: int) -> AsyncIterator[dict[str, Any]]:
    for number in range(count):
        yield {**ROW, "vip_number": f"{number:020}"}


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_row_read_back_is_what_it_was() -> None:
    assert _read(csv_rows.head() + csv_rows.line(ROW)) == [
        {
            "vip_number": "K7Q2M9XW4RTB3ZHD6NPA",
            "organization": "Fjordlys, Film & Foto ApS",
            "contact_name": "Mette Holm",
            "contact_email": "mette@example.com",
            "anniversary_date": "2027-03-01",
            "market_segment": "commercial",
            "account_manager_id": "am-jens",
            "account_manager_name": "Jens Friis",
            "invitation_status": "accepted",
            "renewal_state": "in_term",
            "lists": "pending_requests;upcoming_renewals",
            "next_event": "order_due",
            "next_event_at": "2026-12-06T00:00:00Z",
            "unreachable": "false",
        }
    ]


@pytest.mark.parametrize("name", ["=1+1", "+45 12", "-x", "@SUM(A1)", "'=1", "\t=1", "＝1"])  # noqa: RUF001
def test_nothing_in_a_cell_is_computed(name: str) -> None:
    told = _read(
        csv_rows.head() + csv_rows.line({**ROW, "organization": name, "contact": {"name": name, "email": "x"}})
    )
    assert told[0]["organization"].startswith("'")
    assert told[0]["contact_name"].startswith("'")


@pytest.mark.parametrize("name", ["Skagen;=HYPERLINK(1)", "Skagen; +1", "Skagen\t@x", "Skagen;'=1"])
def test_nothing_is_computed_where_cells_are_separated_by_semicolons_either(name: str) -> None:
    line = csv_rows.line({**ROW, "organization": name})
    for separator in ";\t":
        assert not [one for one in line.split(separator) if one.strip()[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 1001])
async def test_a_file_of_any_length_comes_in_pieces_with_one_head(count: int) -> None:
    told = [piece async for piece in csv_rows.pieces(_several(count))]
    assert all(piece.count("\r\n") <= 200 for piece in told)
    assert "".join(told).startswith("\ufeffvip_number,")
    assert [one["vip_number"] for one in _read("".join(told))] == [f"{number:020}" for number in range(count)]
