"""An item of an agenda: its fields, its sentence, and its command, ready to paste."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.agenda.words import WORDS, What
from gateway.answers import AgendaItem, NextEvent
from states.calendar import local_date

Row = Mapping[str, Any]


def waits(
    what: What,
    on: str,
    customer: Row,
    authorization: Row | None = None,
    *,
    follows: Row | None = None,
    zone: str = "UTC",
    lines: Sequence[Row] = (),
    **told: str,
) -> AgendaItem:
    """Something for a person, and what follows if nobody does it."""
    then = "a later day" if follows is None else _day(follows["at"], zone)
    item = _item(what, on, customer, authorization, lines, {"then": then, **told})
    if follows is not None:
        item["next_event"] = NextEvent(name=follows["name"], at=follows["at"])
    return item


def happens(
    event: Row, customer: Row, zone: str, authorization: Row | None = None, lines: Sequence[Row] = ()
) -> AgendaItem:
    """Something that the clock does."""
    on = _day(event["at"], zone)
    item = _item(What(event["name"]), on, customer, authorization, lines, {})
    item["at"] = event["at"]
    return item


def _item(
    what: What, on: str, customer: Row, authorization: Row | None, lines: Sequence[Row], told: Mapping[str, str]
) -> AgendaItem:
    words, contact, manager = WORDS[what], customer["contact"], customer["account_manager"]
    known = {
        "vip": customer["vip_number"],
        "number": "" if authorization is None else authorization["authorization_number"],
        "on": on,
        "anniversary": customer.get("anniversary_date", "the anniversary date"),
        "contact": contact["name"],
        "contact_email": contact["email"],
        "manager_id": manager["id"],
        "manager": manager["name"],
        "manager_email": manager.get("email", "no address"),
        "lines": ", ".join(f"{one['quantity']} x {one['product']}" for one in lines),
        **told,
    }
    item: AgendaItem = {
        "on": on,
        "kind": words.kind.value,
        "what": what.value,
        "vip_number": customer["vip_number"],
        "organization": customer["organization"],
        "account_manager": {"id": manager["id"], "name": manager["name"]},
        "text": words.text.format(**known),
    }
    if authorization is not None:
        item["authorization_number"] = authorization["authorization_number"]
    if words.command is not None:
        products = " ".join(f"{one['product']}={one['quantity']}" for one in lines)
        quoted = {name: shlex.quote(value) for name, value in known.items()}
        item["command"] = words.command.format(**quoted, products=products)
    return item


def _day(instant: str, zone: str) -> str:
    return local_date(datetime.fromisoformat(instant), zone).isoformat()
