"""What happened to a case, in order: the journal's entries."""

from enum import StrEnum
from typing import Any, NamedTuple

from states.facts import Instant


class Kind(StrEnum):
    TRANSITION = "transition"
    LETTER = "letter"
    FACT = "fact"


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    SKIPPED = "skipped"
    UNDELIVERED = "undelivered"
    BOUNCED = "bounced"
    """It was sent, and came back for good: another entry says so."""
    DELAYED = "delayed"
    """It was sent, and some server still tries to pass it on."""


class Why(StrEnum):
    """Why a letter was not sent, or not delivered (rules, sections 2, 8 and 11)."""

    REASON_GONE = "reason_gone"
    SUPERSEDED = "superseded"
    NOTHING_LEFT_TO_SAY = "nothing_left_to_say"
    SHELF_LIFE_OVER = "shelf_life_over"
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"
    ADDRESS_STOPPED = "address_stopped"
    """An earlier letter to that address was refused for good, or came back; nobody has lifted that since."""
    BOUNCED = "bounced"
    PERHAPS_TWICE = "perhaps_twice"
    """It was sent. An attempt before ended in the dark, so its reader may have it twice, the same to the byte."""


class Entry(NamedTuple):
    """One entry. A change of state has two times: when it was due, and when it was processed (section 2)."""

    sequence: int
    effective_at: Instant
    processed_at: Instant
    kind: Kind
    machine: str | None = None
    trigger: str | None = None
    source: str | None = None
    target: str | None = None
    letter: str | None = None
    reader: str | None = None
    outcome: str | None = None
    reason: str | None = None
    actor: str | None = None

    def answer(self) -> dict[str, Any]:
        """The entry as the contract names its fields; what is not known is left out."""
        fields = {("from" if k == "source" else "to" if k == "target" else k): v for k, v in self._asdict().items()}
        for name in ("effective_at", "processed_at"):
            fields[name] = fields[name].isoformat().replace("+00:00", "Z")
        return {name: value for name, value in fields.items() if value is not None}
