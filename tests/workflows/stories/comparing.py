"""Two tellings of one story, event by event."""

from datetime import datetime, timedelta
from typing import Any

from states.letters import LETTERS, AuthorizationLetter, LetterUndeliverable, MembershipLetter, RenewalLetter

SECONDS = timedelta(seconds=45)
"""How much later than the core, which takes no time, the server may be with what a person caused."""
NEXT_ATTEMPT = timedelta(hours=4, minutes=5)
"""After an outage of the mail a letter waits for its next attempt."""
_THREADS = (AuthorizationLetter, RenewalLetter, MembershipLetter, LetterUndeliverable)

Entry = dict[str, Any]
Journal = list[Entry]
Lane = tuple[str, ...]


def differences(server: Journal, core: Journal, *, patience: timedelta) -> list[str]:
    """Where two journals of one case differ: changes in the order of their machine, letters in that of their lane.

    Lanes (reader and thread) are served side by side, so between lanes there is no order to compare. Nor is there
    between machines after an outage: a customer's own timer and the news of its authorization may come either way.
    """
    found = []
    left, right = _lanes(server), _lanes(core)
    for lane in dict.fromkeys([*left, *right]):
        ours, theirs = left.get(lane, []), right.get(lane, [])
        same = len(ours) == len(theirs) and all(_same(a, b, patience) for a, b in zip(ours, theirs, strict=True))
        if not same:
            found.append(
                "\n".join([f"{' '.join(lane)}, on the server:", *map(line, ours), "in the core:", *map(line, theirs)])
            )
    return found


def line(entry: Entry) -> str:
    """An entry as a line to read."""
    head = f"  {entry['effective_at'][:16]} ({entry['processed_at'][:16]})"
    if entry["kind"] == "letter":
        return f"{head} {entry['letter']} to {entry['reader']}: {entry['outcome']} {entry.get('reason', '')}".rstrip()
    change = f"{entry.get('from', '')} → {entry.get('to', '')}"
    return f"{head} {entry.get('machine', '')} {entry.get('trigger', '')}: {change} {entry.get('reason', '')}".rstrip()


def alike(server: Any, core: Any, patience: timedelta, path: str) -> list[str]:
    """Where two answers differ; instants of people's acts may differ by seconds, those of attempts by `patience`."""
    if isinstance(server, dict) and isinstance(core, dict):
        names = dict.fromkeys([*server, *core])
        return [more for name in names for more in alike(server.get(name), core.get(name), patience, f"{path}.{name}")]
    if isinstance(server, list) and isinstance(core, list) and len(server) == len(core):
        pairs = enumerate(zip(server, core, strict=True))
        return [more for at, pair in pairs for more in alike(*pair, patience, f"{path}[{at}]")]
    if server == core:
        return []
    if isinstance(server, str) and isinstance(core, str):
        if path.endswith("warned_on") and -SECONDS < _instant(server) - _instant(core) < patience:
            return []
        if _same_instant(server, core):
            return []
    return [f"{path}: {server!r} on the server, {core!r} in the core"]


def _lanes(journal: Journal) -> dict[Lane, Journal]:
    lanes: dict[Lane, Journal] = {}
    for entry in journal:
        lanes.setdefault(_lane(entry), []).append(entry)
    return lanes


def _lane(entry: Entry) -> Lane:
    if entry["kind"] != "letter":
        return ("changes", entry.get("machine", ""))
    kind = LETTERS[entry["letter"]]
    thread = next(
        (base.__name__ for base in (AuthorizationLetter, RenewalLetter, LetterUndeliverable) if issubclass(kind, base)),
        "invitation",
    )
    return ("letters to", entry["reader"], thread)


def _same(server: Entry, core: Entry, patience: timedelta) -> bool:
    times = ("effective_at", "processed_at", "sequence")
    facts = [{name: value for name, value in one.items() if name not in times} for one in (server, core)]
    late = _instant(server["processed_at"]) - _instant(core["processed_at"])
    waits = patience if server["kind"] == "letter" else SECONDS
    return facts[0] == facts[1] and _caused_alike(server, core, patience) and -SECONDS < late < waits


def _caused_alike(server: Entry, core: Entry, patience: timedelta) -> bool:
    caused = [_instant(one["effective_at"]) for one in (server, core)]
    if core.get("letter") == LetterUndeliverable.name:  # neither the clock nor a person, but the last attempt
        return -SECONDS < caused[0] - caused[1] < patience
    return _same_instant(server["effective_at"], core["effective_at"])


def _same_instant(server: str, core: str) -> bool:
    """What the clock causes happens at the same instant: on the minute. What a person causes, within seconds."""
    try:
        ours, theirs = _instant(server), _instant(core)
    except ValueError:
        return False
    if ours == theirs:
        return True
    of_a_clock = theirs.second == 0 and theirs.microsecond == 0
    return not of_a_clock and abs(ours - theirs) < SECONDS


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
