"""What a worker's settings say to its workflows. Values only: nothing here may change which commands they give."""

from collections.abc import Callable
from dataclasses import dataclass

from temporalio import workflow

from states.policy import Policy
from workflows.names import MAIL_TASK_QUEUE


@dataclass(frozen=True)
class Surroundings:
    mail_task_queue: str = MAIL_TASK_QUEUE
    show_organization: bool = True
    """Whether the organisation's name stands in search attributes and current details."""
    policy: Policy | None = None
    """What validators judge by until a new case has recorded its own."""
    register: bool = False
    """Whether runs that begin from now on tell the register what happens."""


EVERYWHERE = ""
"""Any task queue for which nobody said otherwise."""
_told: dict[str, Surroundings] = {EVERYWHERE: Surroundings()}


def put(surroundings: Surroundings, task_queue: str = EVERYWHERE) -> Callable[[], None]:
    """Whoever starts a worker says what it works with; several in one process do not mix.

    Returns how to take it back.
    """
    before = _told.get(task_queue)
    _told[task_queue] = surroundings

    def back() -> None:
        if before is None:
            _told.pop(task_queue, None)
        else:
            _told[task_queue] = before

    return back


def here() -> Surroundings:
    """Those of the workflow that asks."""
    return _told.get(workflow.info().task_queue, _told[EVERYWHERE])
