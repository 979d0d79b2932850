"""The report of an import: a line for each customer, written as it is known, so that a kill leaves what was done."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from gateway.importing.cells import safe
from gateway.importing.checking import Plan
from gateway.importing.starting import Became, Outcome
from gateway.importing.surveying import Survey

FIELDS = (
    *("vip_number", "external_id", "organization", "file", "line", "became", "code", "message"),
    *("state", "renewal_state", "authorizations", "next_event", "next_event_at", "warnings"),
)


class Report:
    """A file of lines: CSV, or JSON lines when it is called `.jsonl`."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        self._json = path.suffix.casefold() in (".jsonl", ".ndjson", ".json")
        # A report has names of people's organisations in it; a spreadsheet wants a byte order mark to read them.
        self._file: IO[str] = path.open("w", encoding="utf-8" if self._json else "utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        if not self._json:
            self._csv.writerow(FIELDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def write(self, line: dict[str, Any]) -> None:
        if self._json:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            self._csv.writerow([_cell(line.get(name)) for name in FIELDS])
        self._file.flush()


def write_foretold(path: Path, found: Survey) -> None:
    """What would become of each. Raises `OSError`."""
    with Report(path) as report:
        for line in lines_of_bad(found):
            report.write(line)
        for plan in found.settled:
            report.write(line_of(plan, Outcome(Became.ALREADY_THERE)))
        for plan in found.plans:
            report.write(line_of(plan, Outcome(Became.FORETOLD)))


def line_of(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """A customer that can move in."""
    event = plan.next_event or ("", "")
    return {
        "vip_number": plan.vip_number,
        "external_id": plan.external_id,
        "organization": plan.organization,
        "file": plan.place.file,
        "line": plan.place.line,
        "became": outcome.became.value,
        "code": outcome.code,
        "message": outcome.message,
        "state": plan.state,
        "renewal_state": plan.renewal_state,
        "authorizations": list(plan.authorizations),
        "next_event": event[0],
        "next_event_at": event[1],
        "warnings": list(plan.warnings),
    }


def lines_of_bad(found: Survey) -> Iterator[dict[str, Any]]:
    """Customers that can't, and rows that belong to nobody."""
    for who, problems in found.bad:
        organization = who.organization if isinstance(who, Plan) else who.body.get("organization")
        known = {"vip_number": who.vip_number, "external_id": who.external_id, "organization": organization}
        told = {"code": problems[0].code, "message": "; ".join(map(str, problems))}
        yield {**known, "file": who.place.file, "line": who.place.line, "became": Became.REFUSED.value, **told}
    for problem in found.strays:
        told = {"code": problem.code, "message": str(problem)}
        yield {"file": problem.place.file, "line": problem.place.line, "became": Became.REFUSED.value, **told}


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    return "" if value is None else safe(str(value))
