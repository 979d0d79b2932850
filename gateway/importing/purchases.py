"""What a customer bought, and what else happened to it: rows of the second file to the history of an invitation."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from gateway.importing.cells import Dates, several, word
from gateway.importing.columns import DECLINED, DEEDS, EVENTS, RENEWED, UNDELIVERED, WARNED, Path
from gateway.importing.happenings import Deeds, add_deed, known, lines_of, put, renewal
from gateway.importing.sheets import Row
from gateway.importing.values import Values

if TYPE_CHECKING:
    from gateway.importing.drafting import Draft

Told = dict[str, Any]
_OF_A_RENEWAL = {RENEWED: ("order_reference",), DECLINED: ("event_on", "reason")}
"""What is the same in all rows of one renewal order, or of one decline."""
_OF_THE_REQUEST = ("requested_on", "requested_by", "purchase_order")


def add_purchases(draft: "Draft", rows: list[Row], dates: Dates, secret: str) -> None:
    """Rows with one number belong together; those of one direct order too; any other without a number is for itself."""
    together: dict[object, list[tuple[Row, Values]]] = {}
    for index, row in enumerate(rows):
        values = Values(row, "authorizations", dates, draft.problems)
        event = word(row.cells.get("event", ""))
        if event and event not in EVENTS:
            values.wrong("event", f"{row.cells['event']} is no event")
        elif event in _OF_A_RENEWAL:
            same = tuple(row.cells.get(column) for column in _OF_A_RENEWAL[event])
            together.setdefault((event, *same), []).append((row, values))
        elif (number := row.cells.get("authorization_number")) is not None:
            together.setdefault(number, []).append((row, values))
        elif event:
            values.wrong("authorization_number", f"is missing; {event} happens to an authorization")
        elif "requested_on" not in row.cells and "order_reference" in row.cells:
            together.setdefault(("direct", row.cells["order_reference"]), []).append((row, values))
        else:
            together.setdefault(index, []).append((row, values))
    history = draft.body.setdefault("history", {})
    seen: dict[str, int] = {}
    for key, group in together.items():
        if isinstance(key, tuple) and key[0] in _OF_A_RENEWAL:
            name = "renewal_orders" if key[0] == RENEWED else "renewal_declines"
            path: Path = ("history", name, len(history.setdefault(name, [])))
            history[name].append(renewal(draft, path, str(key[0]), group))
            continue
        path = ("history", "authorizations", len(history.setdefault("authorizations", [])))
        told = _authorization(draft, path, group)
        told.setdefault("authorization_number", _number(draft.vip_number, told, seen, secret))
        history["authorizations"].append(told)


def _number(vip_number: str, told: Told, seen: dict[str, int], secret: str) -> str:
    """The number of an authorization that has none: a keyed hash of what it is, so that it is the same next time."""
    what = json.dumps(told, sort_keys=True)
    seen[what] = seen.get(what, 0) + 1
    about = f"authorization {vip_number} {seen[what]} {what}"
    return hmac.new(secret.encode(), about.encode(), hashlib.sha256).hexdigest()[:20].upper()


def _authorization(draft: "Draft", path: Path, group: list[tuple[Row, Values]]) -> Told:
    first = group[0][0]
    draft.where[path] = first.place
    told: Told = {}
    lines: dict[str, int] = {}
    orders: dict[str, Told] = {}
    deeds: Deeds = {}
    for row, values in group:
        name = word(row.cells.get("event", ""))
        if name in DEEDS:
            add_deed(draft, path, name, row, values, deeds)
        elif name == WARNED:
            if "event_on" not in row.cells:
                values.wrong("event_on", "is missing")
            elif "warned_on" in told:
                values.wrong("event", "stands here twice for this authorization", "the first warning alone")
            put(draft, told, path, "warned_on", values.day("event_on"), row.place.in_column("event_on"))
        elif name == UNDELIVERED:
            readers = [word(one) for one in several(row.cells.get("undelivered_to", ""))]
            put(draft, told, path, "undelivered_to", readers, row.place.in_column("undelivered_to"))
        else:
            _request(draft, told, path, row, values)
            _line(draft, path, row, values, lines, orders)
    numbered = first.place.in_column("authorization_number")
    put(draft, told, path, "authorization_number", first.cells.get("authorization_number"), numbered)
    told["lines"] = lines_of(lines)
    draft.where[(*path, "lines")] = first.place.in_column("product")
    told["orders"] = [{**order, "lines": lines_of(order["lines"])} for order in orders.values()]
    told["deeds"] = [known({**deed, "lines": lines_of(deed["lines"]) or None}) for deed in deeds.values()]
    return {name: value for name, value in told.items() if value not in (None, [])}


def _request(draft: "Draft", told: Told, path: Path, row: Row, values: Values) -> None:
    """Who asked, when, and by which purchase order: the same in every row of it, or only in the first."""
    asked = {
        "requested_on": values.day("requested_on"),
        "requested_by": None if values.text("requested_by") is None else word(str(values.text("requested_by"))),
        "purchase_order": values.text("purchase_order"),
    }
    for name in _OF_THE_REQUEST:
        if asked[name] is None:
            continue
        if name in told and told[name] != asked[name]:
            other = draft.where[(*path, name)]
            values.wrong(name, f"{row.cells[name]} differs from line {other.line}, which is the same authorization")
        else:
            put(draft, told, path, name, asked[name], draft.where.get((*path, name), row.place.in_column(name)))


def _line(draft: "Draft", path: Path, row: Row, values: Values, lines: dict[str, int], orders: dict[str, Told]) -> None:
    product, quantity = row.cells.get("product"), values.whole("quantity")
    for name in ("product", "quantity"):
        if name not in row.cells:
            values.wrong(name, "is missing")
    if quantity is not None and quantity < 1:
        values.wrong("quantity", f"{quantity} is less than 1")
    if product is None or quantity is None or quantity < 1:
        product, quantity = None, 0
    else:
        lines[product] = lines.get(product, 0) + quantity
    reference = row.cells.get("order_reference")
    if reference is None:
        if "ordered_on" in row.cells:
            values.wrong("order_reference", "is missing, but ordered_on is given")
        return
    said = {"ordered_on": values.day("ordered_on"), "told_on": values.day("ordered_told_on")}
    if "ordered_on" not in row.cells:
        values.wrong("ordered_on", "is missing, but order_reference is given")
    order = orders.get(reference)
    if order is None:
        place: Path = (*path, "orders", len(orders))
        draft.where[place] = row.place.in_column("order_reference")
        draft.where[(*place, "ordered_on")] = row.place.in_column("ordered_on")
        draft.where[(*place, "told_on")] = row.place.in_column("ordered_told_on")
        draft.where[(*place, "lines")] = row.place.in_column("quantity")
        order = orders[reference] = {"order_reference": reference, **known(said), "lines": {}}
    elif any(value is not None and order.get(name) != value for name, value in said.items()):
        values.wrong("ordered_on", f"differs from another row of the order {reference}")
    if product is not None:
        order["lines"][product] = order["lines"].get(product, 0) + quantity
