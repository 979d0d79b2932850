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
