"""What an agenda says of one customer and its authorizations. Pure: from rows of the register and a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from gateway.agenda.telling import happens, waits
from gateway.agenda.words import What
from gateway.answers import AgendaItem
from states.authorization import OPEN
from states.authorization import State as Authorization
from states.authorization import Trigger as OfAuthorization
from states.calendar import local_date
from states.facts import Reader
from states.membership import State as Membership
from states.renewal import State as Renewal
from states.standing import CustomerList

Row = Mapping[str, Any]
LOOKED_AT = frozenset({*OPEN, Authorization.ORDERED, Authorization.RETURN_REQUESTED})
"""States of the authorizations that have something to say."""
_THEIRS = frozenset({OfAuthorization.ORDER_DUE, OfAuthorization.DEACTIVATION, OfAuthorization.RETURN_WINDOW_ENDS})
"""Next events of authorizations, which their customers show too."""


def items_of(customer: Row, authorizations: Sequence[Row], now: datetime, days: int) -> Iterator[AgendaItem]:
    """Everything. What waits is told once, however far off its day is, with what follows if nobody acts; what happens
    by itself is told within the days. What is due counts as done, even where nobody has processed it yet.
    """
    zone = str(customer.get("time_zone") or "UTC")
    today = local_date(now, zone)
    if customer["invitation_status"] == Membership.WITHDRAWN:
        return
    told: list[AgendaItem] = [
        *_membership(customer, today, zone),
        *_renewal(customer),
        *_letters(customer, today),
        *(item for one in authorizations for item in _authorization(customer, one, today)),
    ]
    yield from told
    until = today + timedelta(days=days)
    for item in (*_events(customer, authorizations, told, zone), *_returnable(customer, authorizations, zone)):
        if date.fromisoformat(item["on"]) <= until:
            yield item


# --- what waits


def _membership(row: Row, today: date, zone: str) -> Iterator[AgendaItem]:
    state, last, invited = row["invitation_status"], row.get("accept_by"), _day(row["invited_at"], zone)
    if state == Membership.INVITED and last is not None and today <= date.fromisoformat(last):
        follows = _event(row, What.INVITATION_EXPIRES)
        yield waits(What.INVITATION_UNANSWERED, last, row, follows=follows, zone=zone, invited=invited)
    elif state in (Membership.INVITED, Membership.EXPIRED):
        yield waits(What.INVITATION_EXPIRED, invited, row, zone=zone)
    elif CustomerList.NO_PRODUCTS in row["lists"]:
        yield waits(What.NO_PRODUCTS, _day(row.get("accepted_at") or row["invited_at"], zone), row, zone=zone)


def _renewal(row: Row) -> Iterator[AgendaItem]:
    state, rest, zone = row["renewal_state"], row.get("renewal_open"), row.get("time_zone") or "UTC"
    if not rest or state not in (Renewal.READY, Renewal.PAST_DUE):
        return
    late = state == Renewal.PAST_DUE
    what = What.RENEWAL_PAST_DUE if late else What.RENEWAL_READY
    follows = _event(row, What.LICENCES_EXPIRE if late else What.ANNIVERSARY)
    yield waits(what, row["anniversary_date"], row, follows=follows, zone=zone, lines=rest)


def _letters(row: Row, today: date) -> Iterator[AgendaItem]:
    """One command settles it for the authorizations too."""
    status, on = row["invitation_status"], today.isoformat()
    stopped, undelivered = set(row.get("letters_stopped") or ()), set(row.get("undelivered_to") or ())
    if row["unreachable"] and not stopped | undelivered:
        undelivered = {Reader.CONTACT.value}  # who it was is not known: as a rule the contact
    if Reader.ACCOUNT_MANAGER in stopped | undelivered:
        yield waits(What.MANAGER_UNREACHABLE, on, row)
    if Reader.CONTACT in stopped:
        yield waits(What.CONTACT_UNREACHABLE, on, row)
    elif Reader.CONTACT in undelivered and status != Membership.EXPIRED:  # that one is sent a new invitation anyway
        invited = status == Membership.INVITED
        yield waits(What.INVITATION_UNDELIVERED if invited else What.LETTER_UNDELIVERED, on, row)


def _authorization(customer: Row, row: Row, today: date) -> Iterator[AgendaItem]:
    number, state, zone = row["authorization_number"], row["state"], customer.get("time_zone") or "UTC"
    if number in (customer.get("lost") or ()):
        yield waits(What.AUTHORIZATION_LOST, today.isoformat(), customer, row)
    elif state in OPEN:
        what, on = _to_order(row, today.isoformat())
        event = row.get("next_event")
        follows = event if event is not None and _day(event["at"], zone) > today.isoformat() else None
        told = {"overdue_on": row["overdue_on"], "deactivated_on": row["deactivated_on"]}
        left = _left(row, "quantity", "ordered")
        yield waits(what, on, customer, row, follows=follows, zone=zone, lines=left, **told)
    elif state == Authorization.RETURN_REQUESTED and (asked := row.get("return_open")) is not None:
        on, reference = row.get("return_until") or today.isoformat(), asked["order_reference"]
        yield waits(What.RETURN_TO_CONFIRM, on, customer, row, lines=asked["lines"], reference=reference)


def _to_order(row: Row, today: str) -> tuple[What, str]:
    """Which of the words, and the day that it is about."""
    state, gone, last = row["state"], row["deactivated_on"], row.get("last_warning_on")
    if state == Authorization.DEACTIVATED:
        return What.ORDER_DEACTIVATED, gone
    if state == Authorization.PENDING and today < row["overdue_on"]:
        return What.ORDER_TO_PLACE, row["order_due_by"]
    if state == Authorization.OVERDUE and (row.get("next_event") is None or gone < today):
        return What.DEACTIVATION_HELD, gone  # it would have been deactivated, had a warning got out
    if last is not None and last <= today:
        return What.LAST_WARNING, last
    return What.ORDER_OVERDUE, row["overdue_on"]


# --- what happens


def _events(row: Row, authorizations: Sequence[Row], told: Iterable[AgendaItem], zone: str) -> Iterator[AgendaItem]:
    """What the customer does by itself, and has not been told yet as what follows. An authorization's event is told by
    the authorization, if that is there."""
    known = {item["next_event"]["name"] for item in told if "next_event" in item}
    known |= {What.INVITATION_EXPIRES for item in told if item["what"] == "invitation_expired"}
    open_ones = any(one["state"] in OPEN for one in authorizations)
    for event in _own_events(row):
        if event["name"] not in known and not (open_ones and event["name"] in _THEIRS):
            yield happens(event, row, zone)


def _returnable(customer: Row, authorizations: Sequence[Row], zone: str) -> Iterator[AgendaItem]:
    lost = customer.get("lost") or ()
    for row in authorizations:
        event = row.get("next_event")
        if row["state"] == Authorization.ORDERED and event is not None and row["authorization_number"] not in lost:
            yield happens(event, customer, zone, row, lines=_left(row, "ordered", "returned"))


def _own_events(row: Row) -> list[Row]:
    """Every next event of the customer's own where it tells them, else the one that lists show."""
    events = row.get("events")
    if events is not None:
        return list(events)
    return [row["next_event"]] if row.get("next_event") else []


def _event(row: Row, name: What) -> Row | None:
    return next((one for one in _own_events(row) if one["name"] == name), None)


# --- words of a row


def _left(row: Row, whole: str, gone: str) -> list[Row]:
    rest = ({"product": one["product"], "quantity": one[whole] - one[gone]} for one in row["lines"])
    return [one for one in rest if one["quantity"] > 0]


def _day(instant: str, zone: str) -> str:
    return local_date(datetime.fromisoformat(instant), zone).isoformat()
