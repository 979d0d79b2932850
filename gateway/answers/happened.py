"""What happened to a case."""

from typing import Required

from typing_extensions import TypedDict

from gateway.vocabulary import EntryKind, Machine, Outcome, Reader

JournalEntry = TypedDict(
    "JournalEntry",
    {
        "sequence": Required[int],
        "effective_at": Required[str],
        "processed_at": Required[str],
        "kind": Required[EntryKind],
        "machine": Machine,
        "trigger": str,
        "from": str,
        "to": str,
        "letter": str,
        "reader": Reader,
        "outcome": Outcome,
        "reason": str,
        "actor": str,
    },
    total=False,
)
"""One thing that happened to a case: when it took effect, and when it was processed."""


class Journal(TypedDict):
    """What happened, in order."""

    items: list[JournalEntry]
