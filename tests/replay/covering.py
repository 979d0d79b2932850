"""What recorded histories hold: states, updates, letters, kinds of events. Read from what Temporal recorded alone."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workflows.names import AUTHORIZATION_STATE, CUSTOMER_STATE, RENEWAL_STATE, SEND_LETTER

_MACHINES = {"membership": CUSTOMER_STATE, "renewal": RENEWAL_STATE, "authorization": AUTHORIZATION_STATE}


def events(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from json.loads(path.read_text(encoding="utf-8"))["events"]


def kinds(paths: Iterable[Path]) -> set[str]:
    """The types of events, without their prefix."""
    return {event["eventType"].removeprefix("EVENT_TYPE_") for event in events(paths)}


def states(paths: Iterable[Path]) -> set[tuple[str, str]]:
    """Machine and state, as search attributes tell them."""
    found = set()
    for event in events(paths):
        for attributes in _attributes(event):
            for machine, key in _MACHINES.items():
                if key.name in attributes and (state := _read(attributes[key.name])) is not None:
                    found.add((machine, str(state)))
    return found


def updates(paths: Iterable[Path]) -> set[str]:
    accepted = (event.get("workflowExecutionUpdateAcceptedEventAttributes") for event in events(paths))
    return {one["acceptedRequest"]["input"]["name"] for one in accepted if one}


def letters(paths: Iterable[Path]) -> set[str]:
    """Letters that were handed over, by the names of their templates."""
    found = set()
    for event in events(paths):
        scheduled = event.get("activityTaskScheduledEventAttributes")
        if scheduled is not None and scheduled["activityType"]["name"] == SEND_LETTER:
            found.add(_summary(event).partition(" ")[0])
    return found


def _attributes(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, told in event.items():
        if name.endswith("EventAttributes") and "searchAttributes" in told:
            yield told["searchAttributes"].get("indexedFields", {})


def _summary(event: dict[str, Any]) -> str:
    return str(_read(event["userMetadata"]["summary"]))


def _read(payload: dict[str, Any]) -> Any:
    data = payload.get("data")
    return json.loads(base64.b64decode(data)) if data else None
