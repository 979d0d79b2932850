"""What happened later: rows with an event, to deeds on an authorization and to what was said about a renewal."""

from typing import TYPE_CHECKING, Any

from gateway.importing.columns import DECLINED, RENEWED, Path
from gateway.importing.problems import Place
from gateway.importing.sheets import Row
from gateway.importing.values import Values

if TYPE_CHECKING:
    from gateway.importing.drafting import Draft

Told = dict[str, Any]
Deeds = dict[tuple[str | None, ...], Told]
"""Deeds by what is the same in all of their rows."""
_OF_A_DEED = ("event_on", "days", "reason", "order_reference")
_DAYS = {
    RENEWED: {"ordered_on": "ordered_on", "told_on": "ordered_told_on"},
    DECLINED: {"declined_on": "event_on"},
}
_TWICE = "stands here twice at this time, so that nobody knows whether it happened twice"


def add_deed(draft: "Draft", path: Path, name: str, row: Row, values: Values, deeds: Deeds) -> None:
    """What somebody did: rows of the same deed at the same time are its lines."""
    key = (name, *(row.cells.get(column) for column in _OF_A_DEED))
    if (deed := deeds.get(key)) is not None:
        if not deed["lines"] or "product" not in row.cells:
            values.wrong("event", _TWICE, "an instant for each, or a product and quantity in every row")
        count(row, values, deed["lines"])
        return
    place: Path = (*path, "deeds", len(deeds))
    for column, where in (("event_on", "on"), ("days", "days"), ("reason", "reason"), ("product", "lines")):
        draft.where[(*place, where)] = row.place.in_column(column)
    draft.where[place] = row.place.in_column("event")
    if "event_on" not in row.cells:
        values.wrong("event_on", "is missing")
    told = {"name": name, "on": values.day("event_on"), "days": values.whole("days"), "reason": values.text("reason")}
    told["order_reference"] = values.text("order_reference")
    deeds[key] = {**known(told), "lines": {}}
    count(row, values, deeds[key]["lines"])


def renewal(draft: "Draft", path: Path, name: str, group: list[tuple[Row, Values]]) -> Told:
    """A renewal order or a decline, of all its rows."""
    row, values = group[0]
    draft.where[path] = row.place.in_column("event")
    days = (
        {"ordered_on": "ordered_on", "told_on": "ordered_told_on"} if name == RENEWED else {"declined_on": "event_on"}
    )
    lines: dict[str, int] = {}
    for one, read in group:
        if len(group) > 1 and "product" not in one.cells:
            read.wrong("event", _TWICE, "a product and quantity in every row")
        for column in days.values():
            if one.cells.get(column) != row.cells.get(column):
                read.wrong(column, f"differs from line {row.place.line}, which is the same order")
        count(one, read, lines)
    text = "order_reference" if name == RENEWED else "reason"
    told: Told = {text: values.text(text)}
    for key, column in days.items():
        put(draft, told, path, key, values.day(column), row.place.in_column(column))
    draft.where[(*path, text)] = row.place.in_column(text)
    draft.where[(*path, "lines")] = row.place.in_column("quantity")
    return known({**told, "lines": lines_of(lines) or None})


def count(row: Row, values: Values, lines: dict[str, int]) -> None:
    """One line of a deed; without a product it is about everything."""
    product, quantity = row.cells.get("product"), values.whole("quantity")
    if (product is None) != ("quantity" not in row.cells):
        values.wrong("product" if product is None else "quantity", "is missing")
    elif product is not None and quantity is not None:
        lines[product] = lines.get(product, 0) + quantity


def put(draft: "Draft", told: Told, path: Path, name: str, value: object, place: Place) -> None:
    """Tell a value of which the place is known, if there is one."""
    draft.where[(*path, name)] = place
    if value is not None:
        told[name] = value


def lines_of(quantities: dict[str, int]) -> list[Told]:
    return [{"product": product, "quantity": quantity} for product, quantity in quantities.items()]


def known(told: Told) -> Told:
    """What of it is known."""
    return {name: value for name, value in told.items() if value is not None}
