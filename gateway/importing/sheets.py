"""A spreadsheet as a file: its bytes to text, its header to columns, its rows with the lines on which they begin."""

import codecs
import csv
import difflib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from gateway.importing.cells import tidy, word
from gateway.importing.columns import AUTHORIZATIONS, CUSTOMERS, Column
from gateway.importing.problems import Place, Problem

Kind = Literal["customers", "authorizations"]
Encoding = Literal["auto", "utf-8", "windows-1252"]
_COLUMNS: dict[Kind, tuple[Column, ...]] = {"customers": CUSTOMERS, "authorizations": AUTHORIZATIONS}


class BadSheet(Exception):
    """The file is no such sheet at all."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Row(NamedTuple):
    """One row: where it stands, and what stands in it, empty cells left out."""

    place: Place
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file that was read."""

    kind: Kind
    rows: list[Row]
    problems: list[Problem]


def read(path: Path, encoding: Encoding = "auto") -> Sheet:
    """Raises `BadSheet`, and `OSError` for a file that can't be read."""
    name = str(path)
    text = _decoded(name, path.read_bytes(), encoding)
    if text[:4].lower() == "sep=":  # some spreadsheets say so in a line of its own
        begin = text.find("\n") + 1
        return _read(name, text[begin:], 1)
    return _read(name, text, 0)


def _decoded(file: str, raw: bytes, encoding: Encoding) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in raw:
        raise _bad(file, 1, "file", "is not a CSV file in UTF-8 or Windows-1252", "save it as CSV (UTF-8)")
    if encoding == "windows-1252":
        return _strictly(file, raw, encoding, "say --encoding utf-8, or save it as CSV (UTF-8)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Letters of several bytes beside ones that are none: UTF-8 that was damaged, and nobody guesses what it said.
        if encoding == "utf-8" or not raw.decode("utf-8", "ignore").isascii():
            return _strictly(file, raw, "utf-8", "say --encoding windows-1252 if that is what it is")
        return _strictly(file, raw, "windows-1252", "save it as CSV (UTF-8)")


def _strictly(file: str, raw: bytes, encoding: str, right: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _bad(file, line, "file", f"is not {encoding}", right) from None


def _read(file: str, text: str, before: int) -> Sheet:
    kind, header, delimiter = _header(file, text, before + 1)
    rows: list[Row] = []
    problems: list[Problem] = []
    filled = ((line, values) for line, values in _lines(text, delimiter) if any(value.strip() for value in values))
    try:
        next(filled)  # the header
        for line, values in filled:
            place = Place(file, line + before, "row")
            if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
                what = f"has {len(values)} cells under {len(header)} columns"
                problems.append(Problem(place, what, f"a cell with a {delimiter} in it stands in quotation marks"))
                continue
            told = zip(header, values, strict=False)
            rows.append(Row(place, {name: tidy(value) for name, value in told if value.strip()}))
    except csv.Error as error:
        raise _bad(
            file, before + 1, "file", f"can't be read as CSV: {error}", "every quotation mark is closed"
        ) from None
    return Sheet(kind, rows, problems)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows, with the line on which each begins: a cell may have several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for values in reader:
        yield begins, values
        begins = reader.line_num + 1


def _header(file: str, text: str, line: int) -> tuple[Kind, list[str], str]:
    """What kind of file it is, its columns, and what separates them: the header tells all three."""
    first = next((one for one in text.splitlines() if one), "")
    found = {
        delimiter: [word(name) for name in next(csv.reader([first], delimiter=delimiter), [])] for delimiter in ",;\t"
    }
    known = {column.name for columns in _COLUMNS.values() for column in columns}
    delimiter, header = max(found.items(), key=lambda one: len(known.intersection(one[1])))
    while header and not header[-1]:
        header.pop()
    kind: Kind = "customers" if "organization" in header else "authorizations"
    if not {"organization", "product"} & set(header):
        what = "has neither the column organization (customers) nor the column product (authorizations)"
        raise _bad(file, line, "header", what, "the first line names the columns, separated by , or ;")
    names = [column.name for column in _COLUMNS[kind]]
    problems = [
        Problem(Place(file, line, name or "header"), _unknown(name), _closest(name, names))
        for name in header
        if name not in names
    ]
    problems += [
        Problem(Place(file, line, name), "stands in the header twice")
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    problems += [
        Problem(Place(file, line, column.name), "is no column of this file", column.right)
        for column in _COLUMNS[kind]
        if column.required and column.name not in header
    ]
    if not {"vip_number", "external_id"} & set(header):
        problems.append(Problem(Place(file, line, "vip_number"), "is no column, nor is external_id", "either of them"))
    if problems:
        raise BadSheet(*problems)
    return kind, header, delimiter


def _unknown(name: str) -> str:
    return "is a column that nobody knows here" if name else "a column has no name"


def _closest(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"perhaps {close[0]}" if close else f"one of {', '.join(names)}"


def _bad(file: str, line: int, field: str, message: str, right: str) -> BadSheet:
    return BadSheet(Problem(Place(file, line, field), message, right))
