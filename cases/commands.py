"""How a case takes a command: its form is checked, then it is applied; repeats of a known one get the first answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cases.messages import Body
from cases.ordering import happens
from states.refusals import refuse

TOLERANCE = timedelta(minutes=5)
"""How far in the future an event may say that it happened (section 2)."""


class Command(NamedTuple):
    """An update: its form, and the function that applies it to the case."""

    form: type[Body]
    apply: Callable[..., Any]


def happened_at(told: datetime | None, now: datetime, not_before: datetime, field: str) -> None:
    """Refuse (`happened_out_of_range`) what lies in the future or before the thing itself."""
    if told is None:
        return
    if told > now + TOLERANCE:
        raise refuse("happened_out_of_range", f"{field} lies in the future.", field=field, latest=happens(now))
    if told < not_before:
        raise refuse(
            "happened_out_of_range", f"{field} lies before the thing itself.", field=field, earliest=happens(not_before)
        )
