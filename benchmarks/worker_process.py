"""A worker in a process of its own, ours or the bare one; asked by a line to its stdin, it tells what it used."""

import asyncio
import gc
import json
import os
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from benchmarks.bare import BareAuthorization, BareCustomer
from benchmarks.empty import Empty
from benchmarks.stand import ENCRYPTING, settings_for
from worker import mail_of, register_search_attributes, working


class Counted(SandboxedWorkflowRunner):
    """What a run takes until its first workflow task is done: its sandbox, its instance, its first activation."""

    begun = 0
    seconds = 0.0
    kept = 0
    """Bytes of Python objects, when they are traced (which takes time of its own)."""

    def create_instance(self, det: Any) -> Any:
        Counted.begun += 1
        with _counted():
            instance = super().create_instance(det)
        activate: Callable[[Any], Any] = instance.activate

        def first(activation: Any) -> Any:
            vars(instance)["activate"] = activate
            with _counted():
                return activate(activation)

        vars(instance)["activate"] = first
        return instance


@contextmanager
def _counted() -> Iterator[None]:
    traced, begun = tracemalloc.get_traced_memory()[0], time.thread_time()
    yield
    Counted.seconds += time.thread_time() - begun
    Counted.kept += tracemalloc.get_traced_memory()[0] - traced


def resident() -> int:
    """Bytes of memory that the process has now (Linux alone tells it without help)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@activity.defn(name="open_case")
async def open_case() -> dict[str, Any]:
    return {"policy": {"name": "bare"}}


@asynccontextmanager
async def bare(client: Client, queue: str, smtp_url: str, **options: Any) -> AsyncIterator[None]:
    settings = settings_for(smtp_url, queue)
    await register_search_attributes(client)
    workflows: list[type] = [BareCustomer, BareAuthorization, Empty]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            Worker(client, task_queue=settings.mail_task_queue, activities=[mail_of(settings).send_letter])
        )
        await stack.enter_async_context(
            Worker(
                client,
                task_queue=queue,
                workflows=workflows,
                activities=[open_case],
                max_cached_workflows=settings.cached_cases,
                **options,
            )
        )
        yield


async def main(kind: str, address: str, queue: str, smtp_url: str, traced: str) -> None:
    if traced == "traced":
        tracemalloc.start(1)
    client = await Client.connect(address, data_converter=ENCRYPTING)
    options: dict[str, Any] = {"workflow_runner": Counted()}
    running = (
        working(client, settings_for(smtp_url, queue), **options)
        if kind == "ours"
        else bare(client, queue, smtp_url, **options)
    )
    async with running:
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            if tracemalloc.is_tracing():
                gc.collect()
            used = {
                "cpu": time.process_time(),
                "begun": Counted.begun,
                "seconds": Counted.seconds,
                "kept": Counted.kept,
                "resident": resident(),
            }
            print(json.dumps(used), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    os._exit(0)  # the SDK's own threads can abort the interpreter while it ends
