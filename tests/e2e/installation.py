"""The real `vip up` as a process, as a person starts it, and the commands a person types beside it."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.ports import ANY, USUAL
from local.stack import Stack, running

ROOT = Path(__file__).parents[2]
READY = "Everything runs."
PROC = Path("/proc")
"""Where Linux tells about processes; elsewhere only the first one and the ports are looked at."""
LEAST_FAMILY = 2 if PROC.exists() else 1
"""`vip up` and its server."""
NOT_COPIED = {".data", ".git", ".venv", "build"}


def environment(**more: str) -> dict[str, str]:
    """What a person's shell has: this environment's programs on the path, and no setting of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VIP_", "TEMPORAL_"))}
    return {**clean, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **more}


def program(name: str) -> str:
    """The command as it was installed."""
    found = shutil.which(name, path=environment()["PATH"])
    assert found is not None, f"{name} is not installed"
    return found


def folder_like_the_repository(folder: Path) -> Path:
    """A folder with everything of the repository but its data."""
    for each in ROOT.iterdir():
        if each.name not in NOT_COPIED:
            (folder / each.name).symlink_to(each)
    return folder


@dataclass
class Done:
    """What a command came to."""

    status: int
    output: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


@dataclass
class Installation:
    """A `vip up` that has said everything runs."""

    folder: Path
    process: Process
    said: list[str]

    @property
    def stack(self) -> Stack:
        found = running(self.folder / ".data")
        assert found is not None
        return found

    async def run(self, *command: str, **more: str) -> Done:
        """A command in another terminal."""
        return await run(self.folder, *command, **more)

    async def vip(self, *words: str) -> Any:
        """What the command answers as JSON. It has to succeed."""
        done = await self.run("vip", *words, "--json")
        assert done.status == 0, done.output
        return done.json

    async def refused(self, *words: str) -> list[str]:
        """The codes of a command that is refused."""
        done = await self.run("vip", *words, "--json")
        assert done.status == 1, done.output
        return [reason["code"] for reason in done.json["reasons"]]

    async def stop(self) -> None:
        """Ctrl-C: to every process of the terminal's foreground group."""
        family = descendants(self.process.pid)
        assert len(family) >= LEAST_FAMILY
        ports = [port for port in vars(self.stack.ports).values() if port]
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.stdout is not None
        self.said += (await self.process.stdout.read()).decode().splitlines()
        assert await asyncio.wait_for(self.process.wait(), 30) == 0
        assert [each for each in family if alive(each)] == []
        assert [port for port in ports if listens(port)] == []


async def run(folder: Path, *command: str, **more: str) -> Done:
    """One of our commands, as it was installed."""
    return await execute(folder, program(command[0]), *command[1:], **more)


async def execute(folder: Path, *command: str, **more: str) -> Done:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment(**more),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    return Done(process.returncode, said.decode())


@asynccontextmanager
async def up(folder: Path, *options: str) -> AsyncIterator[Installation]:
    """Run `vip up` in this folder, on ports that nothing else uses."""
    if not any(option.startswith("--port-offset") for option in options):
        options = (*options, f"--port-offset={ANY.free().temporal - USUAL.temporal}")
    process = await asyncio.create_subprocess_exec(
        *(program("vip"), "up", *options),
        cwd=folder,
        env=environment(),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(120):
            async for line in process.stdout:
                said.append(line.decode().rstrip())
                if said[-1].startswith(READY):
                    break
        assert said[-1].startswith(READY), said
        yield Installation(folder, process, said)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        await until(lambda: running(folder / ".data") is None)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.05)


def descendants(process: int) -> list[int]:
    """A process and all that it started, directly or not."""
    parents: dict[int, int] = {}
    for each in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = each.read_text().rpartition(")")[2].split()
            parents[int(each.parent.name)] = int(fields[1])
    family = [process]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return family


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False
