"""`vip up`: everything on one machine, in processes of its own."""

import asyncio
import os
import signal
import smtplib
import socket
import sys
import urllib.request
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from local.inbox.letters import Letters
from local.stack import Stack, running
from tests.local.reaching import client_of

ROOT = Path(__file__).parents[2]
READY = "Everything runs."


async def launch(data: Path, **environment: str) -> Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VIP_", "TEMPORAL_"))}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.local.stack_script", str(data)),
        cwd=ROOT,
        env={**clean, **environment},
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def started(data: Path, **environment: str) -> AsyncIterator[tuple[Process, list[str]]]:
    """A stack that has said it is ready; killed at the end if it still runs, and its server awaited."""
    process = await launch(data, **environment)
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                said.append(line.decode().rstrip())
                if said[-1].startswith(READY):
                    break
        assert said[-1].startswith(READY), said
        yield process, said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await until(lambda: running(data) is None)


async def refused(data: Path, **environment: str) -> tuple[int | None, list[str]]:
    """The exit status and the lines of a stack that cannot run."""
    process = await launch(data, **environment)
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, said.decode().splitlines()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.05)


async def end(process: Process, how: signal.Signals) -> str:
    """Tell it to stop, and what it still said."""
    process.send_signal(how)
    assert process.stdout is not None
    rest = (await process.stdout.read()).decode()
    await asyncio.wait_for(process.wait(), 30)
    return rest


def stack_on(data: Path) -> Stack:
    stack = running(data)
    assert stack is not None
    return stack


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as page:  # noqa: S310 - our own address
        return bytes(page.read())


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


async def test_it_starts_says_what_is_where_stops_cleanly_and_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "with a space"
    async with started(data) as (process, said):
        stack = stack_on(data)
        text = "\n".join(said)
        assert "One sample was made." in said
        assert all(where in text for where in (stack.inbox_url, stack.page_url, stack.address, str(stack.inbox)))
        assert f"{stack.ui_url}/views/overdue-authorizations" in text
        view = await asyncio.to_thread(fetch, f"{stack.ui_url}/views/overdue-authorizations")
        assert b"/namespaces/default/workflows?query=AuthorizationState%3D%22overdue%22" in view

        client = await client_of(stack)
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        assert namespace.config.workflow_execution_retention_ttl.ToTimedelta().days > 3600
        assert await asyncio.to_thread(fetch, stack.page_url) == b"the page"
        with smtplib.SMTP("127.0.0.1", stack.ports.smtp) as smtp:
            await asyncio.to_thread(smtp.sendmail, "a@example.com", "b@example.com", "Subject: kept\n\ntext")
        assert [letter.subject for letter in Letters(stack.inbox).all()] == ["kept"]
        assert b"kept" in await asyncio.to_thread(fetch, stack.inbox_url)

        assert "Stopped." in await end(process, signal.SIGINT)
        assert process.returncode == 0
        assert running(data) is None
        assert not any(map(listens, vars(stack.ports).values()))

    async with started(data) as (process, said):
        assert stack_on(data).ports == stack.ports
        assert "One sample was made." not in said
        client = await client_of(stack)
        assert await client.get_workflow_handle("sample").query("noticed") == []
        assert [letter.subject for letter in Letters(stack.inbox).all()] == ["kept"]
        await end(process, signal.SIGTERM)
        assert process.returncode == 0


async def test_two_on_one_folder_are_refused_in_one_line(tmp_path: Path) -> None:
    async with started(tmp_path) as (first, _):
        status, said = await refused(tmp_path)
    assert status == 2
    assert said == [
        f"{tmp_path} is in use by another vip up (process {first.pid}): stop that one, or choose another --data"
    ]


async def test_a_killed_one_takes_its_server_along_and_the_next_goes_on(tmp_path: Path) -> None:
    async with started(tmp_path) as (process, _):
        stack = stack_on(tmp_path)
        process.kill()
        await process.wait()
        await until(lambda: not any(map(listens, vars(stack.ports).values())))
    async with started(tmp_path) as (process, said):
        assert said[-1].startswith(READY)
        client = await client_of(stack_on(tmp_path))
        assert await client.get_workflow_handle("sample").query("noticed") == []


async def test_ports_that_are_taken_meanwhile_are_replaced(tmp_path: Path) -> None:
    async with started(tmp_path) as (process, _):
        before = stack_on(tmp_path).ports
        await end(process, signal.SIGTERM)
    with socket.create_server(("127.0.0.1", before.temporal)):
        async with started(tmp_path) as (process, said):
            after = stack_on(tmp_path).ports
            assert said[-1].startswith(READY)
            assert after.temporal != before.temporal
            assert (after.ui, after.smtp, after.page) == (before.ui, before.smtp, before.page)


async def test_a_wrong_setting_is_named_in_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    status, said = await refused(tmp_path, VIP_MAIL_FROM="nobody")
    assert (status, len(said)) == (2, 1)
    assert said[0].startswith("VIP_MAIL_FROM is wrong: ")


async def test_a_relay_that_is_set_elsewhere_gets_no_letter_of_a_local_stack(tmp_path: Path) -> None:
    async with started(tmp_path, VIP_SMTP_URL="smtps://relay.example.com"):
        environment = (tmp_path / "stack.env").read_text()
        assert f"VIP_SMTP_URL={stack_on(tmp_path).smtp_url}\n" in environment
        assert (tmp_path / "stack.env").stat().st_mode & 0o077 == 0
