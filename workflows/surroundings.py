"""What a worker's settings say to its workflows. Values only: nothing here may change which commands they give."""

from dataclasses import dataclass

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


_here = Surroundings()


def put(surroundings: Surroundings) -> None:
    """Whoever starts a worker says where it works."""
    global _here
    _here = surroundings


def here() -> Surroundings:
    return _here
