"""What was answered before: repeats of an update, and of an order reference, get the first answer."""

import base64
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from states.facts import Instant, Quantities
from states.refusals import refuse

KEPT = 500
KEPT_FOR = timedelta(days=400)
"""The newest 500 answers or those of 400 days, whichever is more."""


class Placed(NamedTuple):
    """An order by its reference: what it was, what it said, and what was answered."""

    command: str
    lines: Quantities
    answer: dict[str, Any]


@dataclass(slots=True)
class References:
    """Orders by their reference, for life."""

    placed: dict[str, Placed] = field(default_factory=dict)

    def copy(self) -> "References":
        return References(dict(self.placed))

    def answer(self, command: str, reference: str, lines: Quantities | None) -> dict[str, Any] | None:
        """The first answer, if this order is known; raises `order_reference_conflict` if it said something else."""
        known = self.placed.get(reference)
        if known is None:
            return None
        if known.command != command or (lines is not None and lines != known.lines):
            raise refuse(
                "order_reference_conflict",
                f"{reference} was recorded before, with something else.",
                recorded=known.lines,
            )
        return known.answer


class Handled(NamedTuple):
    at: Instant
    answer: dict[str, Any]


@dataclass(slots=True)
class Ledger:
    """Answers by update ID. The server forgets update IDs when a workflow continues as new; a case does not."""

    handled: dict[str, Handled] = field(default_factory=dict)

    def find(self, update_id: str) -> dict[str, Any] | None:
        """The first answer. Raises `idempotency_key_reused` for a known key with another body."""
        if (known := self.handled.get(update_id)) is not None:
            return known.answer
        key, _, digest = update_id.rpartition(":")
        if key and len(digest) == 16 and any(other.rpartition(":")[0] == key for other in self.handled):
            raise refuse("idempotency_key_reused", "This key was used before, with another body.")
        return None

    def keep(self, update_id: str, answer: dict[str, Any], now: datetime) -> None:
        self.handled[update_id] = Handled(now, answer)
        while len(self.handled) > KEPT:
            oldest = next(iter(self.handled))
            if self.handled[oldest].at > now - KEPT_FOR:
                break
            del self.handled[oldest]


def pack(value: Any) -> str:
    """A value that repeats itself a lot, small enough to be carried from run to run."""
    raw = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b85encode(zlib.compress(raw, 9)).decode()


def unpack(packed: str) -> Any:
    return json.loads(zlib.decompress(base64.b85decode(packed)))
