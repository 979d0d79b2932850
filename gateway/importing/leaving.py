"""Customers that run here as rows of the import files; imported into an empty server they are the same customers."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from temporalio.client import Client

from gateway.calling import reaching
from gateway.importing.cells import safe
from gateway.importing.columns import AUTHORIZATIONS, CUSTOMERS, DECLINED, RENEWED, UNDELIVERED, WARNED, Column
from workflows import names

Answer = dict[str, Any]
Cells = dict[str, Any]

_AS_THEY_ARE = ("vip_number", "external_id", "organization", "market_segment", "region", "address", "postal_code")
_OF_THE_PAST = ("invited_on", "accepted_on", "accepted_told_on", "terms_version", "withdrawn_on", "withdrawal_reason")


async def living(client: Client, task_queue: str) -> list[str]:
    """The VIP numbers of all customers that live on this task queue. Raises `Unavailable`."""
    query = f'WorkflowType = "{names.CUSTOMER}" AND ExecutionStatus = "Running" AND TaskQueue = "{task_queue}"'
    with reaching():
        return sorted([one.id.removeprefix(names.customer_id("")) async for one in client.list_workflows(query)])


def customer_cells(details: Answer) -> Cells:
    """A row of customers.csv, from the answer of `details`."""
    past, contact, manager = details["history"], details["contact"], details["account_manager"]
    accepted_by = past.get("accepted_by", {})
    return {
        **{name: details.get(name) for name in _AS_THEY_ARE},
        **{name: past.get(name) for name in _OF_THE_PAST},
        "offer_types": ";".join(details["offer_types"]),
        "contact_name": contact["name"],
        "contact_email": contact["email"],
        **{f"account_manager_{name}": manager.get(name) for name in ("id", "name", "email", "language")},
        "language": details["language"],
        "anniversary_date": details.get("custom_anniversary_date"),
        "resent_on": ";".join(past.get("resent_on", ())),
        "handed_over_on": ";".join(past.get("handed_over_on", ())),
        "accepted_by": accepted_by.get("name"),
        "accepted_identity": accepted_by.get("identity"),
        "undelivered_to": ";".join(past.get("undelivered_to", ())),
        "letters_stopped": ";".join(past.get("letters_stopped", ())),
    }


def purchase_cells(details: Answer) -> Iterator[Cells]:
    """Its rows of authorizations.csv."""
    whose = {"vip_number": details["vip_number"]}
    past = details["history"]
    for told in past.get("authorizations", ()):
        for cells in _authorization(told):
            yield whose | cells
    for order in past.get("renewal_orders", ()):
        for line in order["lines"]:
            yield {**whose, "event": RENEWED, **_order(order), **line}
    for decline in past.get("renewal_declines", ()):
        said = {"event": DECLINED, "event_on": decline["declined_on"], "reason": decline["reason"]}
        for line in decline.get("lines", ({},)):
            yield {**whose, **said, **line}


def _authorization(told: Answer) -> Iterator[Cells]:
    number = {"authorization_number": told["authorization_number"]}
    asked = {name: told.get(name) for name in ("requested_on", "requested_by", "purchase_order")}
    for line in told["lines"]:
        still_open = line["quantity"]
        for order in told.get("orders", ()):
            ordered = sum(one["quantity"] for one in order["lines"] if one["product"] == line["product"])
            if ordered:
                bought = {"product": line["product"], "quantity": ordered}
                yield number | asked | bought | _order(order)
                still_open -= ordered
        if still_open > 0:
            yield number | asked | {"product": line["product"], "quantity": still_open}
    for deed in told.get("deeds", ()):
        said = {name: deed.get(name) for name in ("reason", "days", "order_reference")}
        for line in deed.get("lines", ({},)):
            yield {**number, "event": deed["name"], "event_on": deed["on"], **said, **line}
    if "warned_on" in told:
        yield {**number, "event": WARNED, "event_on": told["warned_on"]}
    if "undelivered_to" in told:
        yield {**number, "event": UNDELIVERED, "undelivered_to": ";".join(told["undelivered_to"])}


def _order(order: Answer) -> Cells:
    return {
        "order_reference": order["order_reference"],
        "ordered_on": order["ordered_on"],
        "ordered_told_on": order.get("told_on"),
    }


def as_csv(columns: tuple[Column, ...], rows: Iterable[Cells]) -> str:
    """A file: commas, quotation marks where needed, and nothing that a spreadsheet would compute."""
    text = io.StringIO(newline="")
    written = csv.writer(text)
    written.writerow([column.name for column in columns])
    for cells in rows:
        written.writerow([safe(str(cells[one.name])) if cells.get(one.name) is not None else "" for one in columns])
    return text.getvalue()


def write_files(folder: Path, every: Iterable[Answer]) -> tuple[Path, Path]:
    """Both files, whole or not at all; only their owner may read them. Raises `OSError`."""
    portfolio = sorted(every, key=lambda details: str(details["vip_number"]))
    folder.mkdir(parents=True, exist_ok=True)
    customers, bought = folder / "customers.csv", folder / "authorizations.csv"
    _write(customers, as_csv(CUSTOMERS, map(customer_cells, portfolio)))
    _write(bought, as_csv(AUTHORIZATIONS, (cells for details in portfolio for cells in purchase_cells(details))))
    return customers, bought


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text.encode("utf-8-sig"))
    beside.replace(path)
