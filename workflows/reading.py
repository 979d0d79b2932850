"""What callers send may be no JSON at all: it becomes a value that no form accepts, not a task that fails for ever."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter


class Unreadable:
    """In place of an argument that could not be read; it is no JSON object, so it is refused as a bad body."""


class Reading(PydanticPayloadConverter):
    """Reads as the others do, and never fails where anything is expected."""

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        try:
            return super().from_payloads(payloads, type_hints)
        except Exception:
            if type_hints is not None and any(hint is not Any for hint in type_hints):
                raise
        return [self._one(payload) for payload in payloads]

    def _one(self, payload: Payload) -> Any:
        try:
            return super().from_payloads([payload])[0]
        except Exception:  # whatever a stranger may have sent
            return Unreadable()


def lenient(client: Client) -> Client:
    """The same connection for a worker that reads like this; keys and failure texts stay as they are."""
    config = client.config()
    config["data_converter"] = replace(client.data_converter, payload_converter_class=Reading)
    return Client(**config)
