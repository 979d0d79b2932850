"""Who changed what a moment ago: before such a reader is shown a list, those cases are asked how they stand now."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

REMEMBERED = 60.0
"""Seconds; the register has long followed by then."""
MOST = 200
"""Cases of one reader, and readers: the oldest are forgotten first."""


class Recently:
    """By reader, the numbers of the cases that it changed in the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()

    def note(self, reader: str, numbers: Iterable[str]) -> None:
        """This reader has changed them just now."""
        now = self._clock()
        mine = self._changed.setdefault(reader, OrderedDict())
        self._changed.move_to_end(reader)
        for number in numbers:
            mine[number] = now
            mine.move_to_end(number)
        _shorten(mine)
        _shorten(self._changed)

    def of(self, reader: str) -> dict[str, float]:
        """The numbers, and when each was changed last."""
        since = self._clock() - REMEMBERED
        mine: Mapping[str, float] = self._changed.get(reader, {})
        return {number: at for number, at in mine.items() if at >= since}

    def settle(self, reader: str, number: str, noted_at: float) -> None:
        """The register has what was changed by then: a register never goes back, so that may be forgotten."""
        mine = self._changed.get(reader)
        if mine is not None and mine.get(number) == noted_at:
            del mine[number]


def _shorten(known: OrderedDict[str, Any]) -> None:
    while len(known) > MOST:
        known.popitem(last=False)
