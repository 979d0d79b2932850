"""Any letter as a case would write it now, whether its time has come or not."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.outbox import Item
from gateway.letters.writing import nothing_to_tell
from states.facts import Reader, held, open_quantity
from states.letters import LETTERS, AuthorizationLetter, Letter, LetterUndeliverable, RenewalLetter
from states.renewal import to_renew

NOT_YET = "(the {} told then)"
"""In place of words that somebody has not said yet."""


def belongs_to(letter: type[Letter]) -> str:
    """`customer` or `authorization`: whose letter it is."""
    return "authorization" if issubclass(letter, AuthorizationLetter) else "customer"


def letter_of(case: Case, name: str, reader: Reader, now: datetime) -> Letter:
    """It, complete, from what the case knows. Raises `Refused` for what tells of something the case does not have."""
    kind, at = LETTERS[name], case.trial()
    at.advance(now, now)
    machine = _machine(at, kind)
    track = at.track(machine)
    item = Item(
        number=0,
        letter=name,
        reader=reader,
        thread=at.thread(kind, machine),
        machine=machine,
        state=track.state,
        since=track.since,
        caused_at=now,
        not_before=now,
        changes=False,
        about=_told(at),
        renewal=at.remember(machine),
    )
    try:
        return at.write(item, now)
    except ValidationError as error:
        lacking = sorted({str(one["loc"][0]).replace("_", " ") for one in error.errors()})
        why = f"it tells {', '.join(lacking)}, and that is not known yet"
    except ValueError as error:
        why = str(error)
    raise nothing_to_tell(name, at.number, why)


def _machine(case: Case, kind: type[Letter]) -> str:
    first = next(iter(case.machines))
    return "renewal" if issubclass(kind, RenewalLetter) and "renewal" in case.machines else first


def _told(case: Case) -> dict[str, Any]:
    """What a letter tells beyond the facts: of the last order and the open return where there are some, else as if all
    that is open were ordered, returned or taken away now."""
    told: dict[str, Any] = {
        "reason": NOT_YET.format("reason"),
        "order_reference": NOT_YET.format("order"),
        "undelivered_letter": LetterUndeliverable.name,
        "address": case.address_of(Reader.CONTACT),
    }
    if isinstance(case, AuthorizationCase):
        told |= _of_authorization(case)
    elif isinstance(case, CustomerCase):
        renewal = case.renewal.facts
        told |= {"undelivered_letter": "invitation", "order": renewal.renewed or to_renew(renewal)}
    return told


def _of_authorization(case: AuthorizationCase) -> dict[str, Any]:
    facts = case.facts
    rest, asked, last = open_quantity(facts), facts.return_open, facts.orders[-1] if facts.orders else None
    told: dict[str, Any] = {
        "undelivered_letter": "products_added",
        "order": last.lines if last else rest,
        "removed": rest,
        "return": asked.lines if asked else held(facts),
    }
    if asked is not None:
        told |= {"order_reference": asked.order_reference, "reason": asked.reason}
    elif last is not None:
        told["order_reference"] = last.order_reference
    return told
