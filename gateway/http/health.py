"""Whether the process lives, and whether it can serve: anybody may ask, so little is told."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client

from gateway.http.answering import json
from gateway.http.problems import problem

Look = Callable[[], Awaitable[bool]]
"""Whether a part is there; what it raises means no."""
LIMIT = 2.0
"""Seconds for a look; whoever asks `/readyz` usually waits no longer than that."""
FRESH = 1.0
"""Seconds for which an answer is given again: anybody may ask, as often as they like."""
_SEEN_LATELY = timedelta(minutes=2)
"""A worker asks for work at least once a minute."""


def add_to(api: FastAPI, parts: Mapping[str, Look]) -> None:
    """Serve `/healthz` and `/readyz`."""
    api.add_route("/healthz", _lives, methods=["GET"], include_in_schema=False)
    api.add_route("/readyz", _Ready(parts).answer, methods=["GET"], include_in_schema=False)


async def _lives(_: Request) -> Response:
    return json({"status": "ok"})


class _Ready:
    def __init__(self, parts: Mapping[str, Look]) -> None:
        self._parts = parts
        self._missing: list[str] = []
        self._looked_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, _: Request) -> Response:
        async with self._one_at_a_time:
            if not self._looked_at or time.monotonic() - self._looked_at > FRESH:
                there = await asyncio.gather(*(_is_there(look) for look in self._parts.values()))
                self._missing = [name for name, good in zip(self._parts, there, strict=True) if not good]
                self._looked_at = time.monotonic()
        if not self._missing:
            return json({"status": "ok", "parts": list(self._parts)})
        reasons = [{"code": "unavailable", "message": f"{name}: no answer", "part": name} for name in self._missing]
        return problem("unavailable", f"Not ready: {', '.join(self._missing)}.", reasons=reasons)


async def _is_there(look: Look) -> bool:
    try:
        async with asyncio.timeout(LIMIT):
            return await look()
    except Exception:
        return False


def temporal(client: Client) -> Look:
    """The server answers."""

    async def look() -> bool:
        await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=timedelta(seconds=LIMIT))
        return True

    return look


def workers(client: Client, task_queue: str) -> Look:
    """Some worker asked for work on this queue lately."""

    async def look() -> bool:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        said = await client.workflow_service.describe_task_queue(request, timeout=timedelta(seconds=LIMIT))
        now = datetime.now(UTC)
        return any(now - one.last_access_time.ToDatetime(UTC) < _SEEN_LATELY for one in said.pollers)

    return look
