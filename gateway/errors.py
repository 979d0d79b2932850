"""What a door tells its caller when the answer is no."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """A request was refused, or nobody could be asked (`unavailable`): a stable code, a sentence, every reason."""

    def __init__(self, code: str, message: str, reasons: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reasons = [dict(reason) for reason in reasons]
        """Each with its `code`, `message`, and what helps to make it legal (`gateway.answers.ReasonAgainst`)."""


class NotFound(Refused):
    """Nobody knows this number."""

    def __init__(self, message: str) -> None:
        super().__init__("not_found", message, [{"code": "not_found", "message": message}])


class Unavailable(Refused):
    """Nobody answered in time, or nobody is there. What became of the request is unknown; its key finds out."""

    key: str | None = None
    """The key of the request that changes something: the same call with it finds out what became of the first."""

    def __init__(self, message: str) -> None:
        super().__init__("unavailable", message, [{"code": "unavailable", "message": message}])


class KeyUnknown(Unavailable):
    """The answer is encrypted with a key that is not among the settings here; the message names it."""
