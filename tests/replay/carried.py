"""What recorded runs handed on: the state of cases as earlier versions carried it, and what comes of each by itself."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from cases.authorization import AuthorizationCase
from cases.carrying import load_authorization, load_customer
from cases.customer import CustomerCase
from cases.journal import Kind
from tests.replay.recording import HISTORIES, recorded

AHEAD = timedelta(days=800)
"""Two anniversaries."""
FORM = HISTORIES.with_name("carried_form.txt")


class Carried(NamedTuple):
    """A state that was handed to the next run, or to a new authorization."""

    of_customer: bool
    state: dict[str, Any]

    def load(self) -> CustomerCase | AuthorizationCase:
        return load_customer(self.state) if self.of_customer else load_authorization(self.state)


def carried(version: str) -> dict[str, Carried]:
    """Every one in the histories of a version, by the run that handed it on."""
    found = {}
    for name, path in recorded(version).items():
        for number, (of_customer, state) in enumerate(_handed_on(path, ".customer-" in name), 1):
            found[f"{name}.{number}"] = Carried(of_customer, state)
    return found


def coming(case: CustomerCase | AuthorizationCase) -> list[str]:
    """What happens to it by itself: changes of state, and letters."""
    known, letters = case.sequence, case.letters
    case.advance(case.cursor + AHEAD, case.cursor + AHEAD)
    changes = [
        f"{one.effective_at:%Y-%m-%d %H:%M} {one.machine} {one.source} -> {one.target} ({one.trigger})"
        for one in case.journal
        if one.sequence > known and one.kind is Kind.TRANSITION
    ]
    posted = [item for item in case.outbox if item.number > letters]
    often = Counter((item.letter, item.reader.value) for item in posted)
    first = {(item.letter, item.reader.value): item.caused_at for item in reversed(posted)}
    told = [f"{first[one]:%Y-%m-%d %H:%M} {one[0]} to {one[1]}, {count} in all" for one, count in often.items()]
    return sorted(changes + told)


def expectations(version: str) -> Path:
    """What was to come of each, as that version saw it."""
    return HISTORIES / version / "coming.txt"


def told(version: str) -> str:
    """All of that, as one text."""
    lines = []
    for name, one in carried(version).items():
        lines += [f"{name}:", *(f"    {line}" for line in coming(one.load()))]
    return "\n".join(lines) + "\n"


def form() -> set[str]:
    """What the carried form has today: a line for each field, its place and its type, and one for each that must be."""
    return set(_lines("customer", CustomerCase)) | set(_lines("authorization", AuthorizationCase))


def _lines(name: str, kind: type) -> Iterator[str]:
    schema = TypeAdapter(kind).json_schema()
    definitions = {**schema.pop("$defs", {}), name: schema}
    for owner, one in definitions.items():
        if one.get("type") == "array":
            yield from (f"{owner}[{place}]: {_typed(item)}" for place, item in enumerate(one["prefixItems"]))
            yield f"{owner} has at least {one['minItems']}"
        elif "enum" in one:
            yield from (f"{owner} may be {value}" for value in one["enum"])
        elif "properties" in one:
            yield from (f"{owner}.{field}: {_typed(item)}" for field, item in one["properties"].items())
            yield from (f"{owner}.{field} is required" for field in one.get("required", ()))
        else:
            yield f"{owner}: {_typed(one)}"


def _typed(item: dict[str, Any]) -> str:
    kept = {key: value for key, value in item.items() if key not in ("description", "title")}
    return json.dumps(kept, sort_keys=True).replace("#/$defs/", "")


def _handed_on(path: Path, by_customer: bool) -> Iterator[tuple[bool, dict[str, Any]]]:
    for event in json.loads(path.read_text(encoding="utf-8"))["events"]:
        if (begun := event.get("startChildWorkflowExecutionInitiatedEventAttributes")) is not None:
            yield False, _argument(begun)["carried"]
        if (ended := event.get("workflowExecutionContinuedAsNewEventAttributes")) is not None:
            yield by_customer, _argument(ended)["carried"]


def _argument(attributes: dict[str, Any]) -> Any:
    return json.loads(base64.b64decode(attributes["input"]["payloads"][0]["data"]))
