"""What people did to a case, as far as its facts do not tell: kept for life, so that it can move to another server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cases.messages import Body
from cases.record import Deed, Record

REMEMBERED = frozenset(
    {
        *("accept_invitation", "resend_invitation", "withdraw_invitation", "hand_over_contact"),
        *("place_renewal_order", "decline_renewal"),
        *("cancel", "extend", "write_off", "deactivate", "request_return", "confirm_return", "decline_return"),
    }
)
"""Orders of an authorization are facts of it; who manages a customer, and what it may buy, is told as it is now."""
_NOT_KEPT = {"hand_over_contact": {"name", "email", "language"}}
"""A person who has left is no part of what moves; the newest contact is known."""


@contextmanager
def remembering(case: Record, name: str, form: Body, now: datetime) -> Iterator[None]:
    """What is done inside is remembered, if anything is done: a repeat does nothing."""
    before = case.sequence
    yield
    if name in REMEMBERED and _did(case, name, before):
        body = form.model_dump(mode="json", exclude_none=True, exclude=_NOT_KEPT.get(name))
        case.deeds.append(Deed(now, name, body))


def _did(case: Record, name: str, before: int) -> bool:
    new = case.sequence - before
    return new > 0 and any(entry.trigger == name for entry in case.journal[-new:])
