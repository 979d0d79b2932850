"""From rows to invitations: one draft for each customer, with its past, and where each value of it stands."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cases.words import VipNumber
from gateway import keys
from gateway.importing.cells import Dates
from gateway.importing.columns import CUSTOMERS, RIGHT, Path
from gateway.importing.problems import Place, Problem
from gateway.importing.purchases import add_purchases
from gateway.importing.sheets import Row, Sheet
from gateway.importing.values import Values

_VIP_NUMBER: TypeAdapter[str] = TypeAdapter(VipNumber)


@dataclass
class Draft:
    """A customer of the files."""

    place: Place
    vip_number: str
    external_id: str | None
    body: dict[str, Any] = field(default_factory=dict)
    where: dict[Path, Place] = field(default_factory=dict)
    """Where what it bought was told; the rest of it stands in its own row."""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def drafts(sheets: list[Sheet], dates: Dates, secret: str) -> tuple[list[Draft], list[Problem]]:
    """Every customer of the files with all its rows; and what is wrong with rows that belong to none of them.

    A customer without a VIP number gets one from its external ID, so that it is found again.
    """
    found, problems = [], [problem for sheet in sheets for problem in sheet.problems]
    for row in (row for sheet in sheets if sheet.kind == "customers" for row in sheet.rows):
        if (draft := _draft(row, dates, secret, problems)) is not None:
            found.append(draft)
    _mark_twice(found, "external_id")
    _mark_twice(found, "vip_number")
    bought = [row for sheet in sheets if sheet.kind == "authorizations" for row in sheet.rows]
    problems += _hand_out(bought, found, dates, secret)
    return found, problems


def _draft(row: Row, dates: Dates, secret: str, problems: list[Problem]) -> Draft | None:
    cells = row.cells
    external = cells.get("external_id")
    number = cells.get("vip_number") or (keys.vip_number(f"import:{external}", secret) if _usable(external) else None)
    if number is None:
        problems.append(_not_found_again(row.place, external))
        return None
    draft = Draft(row.place, number, external)
    values = Values(row, "customers", dates, draft.problems)
    try:
        _VIP_NUMBER.validate_python(number)
    except ValidationError:
        values.wrong("vip_number", f"{number} is no VIP number")
    for column in CUSTOMERS:
        if column.path and (told := values.told(column)) is not None:
            _put(draft.body, column.path, told)
        elif column.required and column.name not in cells:
            values.wrong(column.name, "is missing")
    return draft


def _not_found_again(place: Place, external: str | None) -> Problem:
    so = "so that the customer would not be found again"
    if external is None:
        return Problem(place.in_column("vip_number"), f"neither this nor external_id is given, {so}", "either of them")
    right = RIGHT["customers"]["external_id"]
    return Problem(place.in_column("external_id"), f"{external} can't be used, {so}", right)


def _usable(external_id: str | None) -> bool:
    return external_id is not None and len(external_id) <= 64 and external_id.isascii() and " " not in external_id


def _put(body: dict[str, Any], path: Path, value: object) -> None:
    for name in path[:-1]:
        body = body.setdefault(str(name), {})
    body[str(path[-1])] = value


def _hand_out(rows: list[Row], found: list[Draft], dates: Dates, secret: str) -> list[Problem]:
    """Rows of what was bought, to the customers to whom they belong."""
    by_number = {draft.vip_number: draft for draft in found}
    by_external = {draft.external_id: draft for draft in found if draft.external_id is not None}
    problems: list[Problem] = []
    whose: dict[str, list[Row]] = {}
    for row in rows:
        named = {
            column: known.get(row.cells[column])
            for column, known in (("vip_number", by_number), ("external_id", by_external))
            if column in row.cells
        }
        for column, draft in named.items():
            if draft is None:
                what = f"{row.cells[column]} is no customer of these files"
                problems.append(Problem(row.place.in_column(column), what, "a customer of the customers file"))
        owners = [draft for draft in named.values() if draft is not None]
        if not named:
            what = "neither this nor external_id says whose row it is"
            problems.append(Problem(row.place.in_column("vip_number"), what, "either of them"))
        elif any(one is not owners[0] for one in owners):
            what = "is another customer than that of the VIP number"
            owners[0].problems.append(Problem(row.place.in_column("external_id"), what, "leave one of the two out"))
        elif owners:
            whose.setdefault(owners[0].vip_number, []).append(row)
        if len(owners) == 1 < len(named):
            owners[0].problems.append(problems.pop())
    numbers: dict[str, Draft] = {}
    for number, bought in whose.items():
        draft = by_number[number]
        add_purchases(draft, bought, dates, secret)
        _mark_numbers(draft, numbers)
    for draft in found:
        _date_the_invitation(draft)
    return problems


def _mark_twice(found: list[Draft], name: str) -> None:
    first: dict[str, Draft] = {}
    for draft in found:
        value = getattr(draft, name)
        if value is None:
            continue
        other = first.setdefault(value, draft)
        if other is not draft and not (name == "vip_number" and draft.external_id == other.external_id is not None):
            for one, two in ((draft, other), (other, draft)):
                what = f"{value} stands in {two.place.file}, line {two.place.line}, too"
                one.problems.append(Problem(one.place.in_column(name), what, "each customer once", "duplicate"))


def _mark_numbers(draft: Draft, numbers: dict[str, Draft]) -> None:
    for index, told in enumerate(draft.body.get("history", {}).get("authorizations", ())):
        number = told["authorization_number"]
        other = numbers.setdefault(number, draft)
        if other is not draft:
            place = draft.where["history", "authorizations", index].in_column("authorization_number")
            what = f"{number} is an authorization of {other.vip_number} too"
            draft.problems.append(Problem(place, what, "a number of one customer alone", "duplicate"))


def _date_the_invitation(draft: Draft) -> None:
    """Without a day of invitation it is the first day that is known of the customer; with none it is invited now."""
    history = draft.body.get("history")
    if history is None or "invited_on" in history:
        return
    place = draft.place.in_column("invited_on")
    if place in {problem.place for problem in draft.problems}:
        return
    days = [history[name] for name in ("accepted_on", "withdrawn_on") if name in history]
    for told in history.get("authorizations", ()):
        days += [told["requested_on"]] if "requested_on" in told else []
        days += [order["ordered_on"] for order in told.get("orders", ()) if "ordered_on" in order]
    if not days:
        draft.problems.append(Problem(place, "is missing, and no other day says since when it lives", "a day gone by"))
        return
    history["invited_on"] = min(days)
    draft.warnings.append(f"no day of invitation is given: taken to be {min(days)}, the first day known")
