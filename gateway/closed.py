"""What an authorization answers once its workflow is closed or lost: its customer knows how it ended.

Its customer's `details` and the authorization's own table tell the refusal that it would have given; what it answered
before it tells itself.
"""

from typing import Any

from cases.authorization_commands import COMMANDS
from cases.carrying import NotCarried, load_authorization
from cases.messages import parse
from cases.words import Line, added_up
from gateway.calling import Answer, Gone, Handle, in_our_words, query, reaching
from gateway.errors import Refused
from states.authorization import AUTHORIZATION, State, Trigger
from states.refusals import Refused as RefusedByTheRules
from states.refusals import refuse
from states.standing import LOST
from workflows import names

_LOST = "Its workflow is gone; all it can still do is be written off."
_CODES = {
    "place_order": "nothing_open",
    "cancel": "not_pending",
    "extend": "not_pending",
    "deactivate": "not_overdue",
    "request_return": "not_ordered",
    "confirm_return": "no_return_open",
    "decline_return": "no_return_open",
    "record_bounce": "not_found",
}


def answer(name: str, body: Answer, known: Answer) -> Answer:
    """What the update `name` is told of an authorization in its last state, as its customer knows it.

    An order that it recorded gets the authorization's answer again. Everything else raises `Refused`.
    """
    try:
        form: Any = parse(COMMANDS[name].form, body)
        if name == "place_order" and (recorded := _recorded(form.order_reference, known)) is not None:
            if form.lines is not None and added_up(form.lines) != recorded:
                raise refuse(
                    "order_reference_conflict",
                    f"{form.order_reference} was recorded with other quantities.",
                    recorded=recorded,
                )
            return known
        if known["state"] == LOST or name == "record_bounce":
            raise refuse(_CODES[name], _LOST, state=LOST)
        raise AUTHORIZATION.refusal(State(known["state"]), Trigger(name))
    except RefusedByTheRules as refused:
        raise in_our_words(refused) from None


async def first_answer(handle: Handle, update_id: str, patience: float) -> Answer | None:
    """What the case answered to this update while it ran, in whichever of its runs: the server itself knows the updates
    of the last one. Raises `Unavailable`."""
    try:
        if not await _has_begun(handle):
            return None
        carried = await query(handle, names.CARRIED, patience=patience)
        handled = load_authorization(carried).ledger.handled.get(update_id)
    except (Gone, NotCarried):
        return None
    return None if handled is None else handled.answer


async def _has_begun(handle: Handle) -> bool:
    """A case that was terminated before its first task has answered nothing, and can be asked nothing."""
    with reaching():
        async for event in handle.fetch_history_events(page_size=10):
            if event.HasField("workflow_task_completed_event_attributes"):
                return True
    return False


def in_customer(number: str, customer: Answer) -> Answer | None:
    """The authorization as its customer's `details` have it."""
    return next((one for one in customer["authorizations"] if one["authorization_number"] == number), None)


def vanished(number: str) -> Refused:
    """Its workflow was ended by an operator, and its customer has not noticed yet."""
    told = "Its customer shows it as lost within a day of its next deadline."
    message = f"The workflow of {number} was ended by an operator. {told}"
    return Refused("unavailable", message, [{"code": "unavailable", "message": message}])


def _recorded(reference: str, known: Answer) -> dict[str, int] | None:
    for order in known["orders"]:
        if order["order_reference"] == reference:
            return added_up(tuple(Line(**line) for line in order["lines"]))
    return None
