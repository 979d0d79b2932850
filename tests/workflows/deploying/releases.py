"""Releases of this program beside each other: a copy of the tree with a change, and its processes."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.workflows.test_worker import ROOT, environment

PROGRAM = (
    *("activities", "cases", "email_templates", "encryption", "gateway", "local", "register", "states", "workflows"),
    *("catalogue.toml", "policy.toml", "settings.py", "settings_values.py", "telemetry.py", "worker.py"),
)
LEASH = str(ROOT / "local" / "leash.py")
STOPS_WITHIN = 40.0


class Edit(NamedTuple):
    """One place of a release that differs."""

    file: str
    before: str
    after: str


class Release(NamedTuple):
    """A tree that can be run, and the build ID that its workers tell."""

    build: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")


def release(build: str, folder: Path, edits: Sequence[Edit] = ()) -> Release:
    """This program with these edits, in a folder of its own."""
    for name in PROGRAM:
        source, target = ROOT / name, folder / build / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for edit in edits:
        path = folder / build / edit.file
        text = path.read_text(encoding="utf-8")
        assert edit.before in text, f"{edit.file} has changed: {edit.before!r} is not there any more"
        path.write_text(text.replace(edit.before, edit.after), encoding="utf-8")
    return Release(build, folder / build)


class Said(NamedTuple):
    status: int
    out: str
    err: str


class Machine:
    """Where releases run: against one server and one relay."""

    def __init__(self, address: str, relay: str, queue: str) -> None:
        self.address = address
        self._variables = environment(address, relay, VIP_TASK_QUEUE=queue, VIP_MAIL_TASK_QUEUE=f"{queue}-mail")

    @asynccontextmanager
    async def working(self, tree: Release, variables: Mapping[str, str]) -> AsyncIterator[None]:
        """`python worker.py` of this release, while the block lasts."""
        with tree.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", LEASH, str(os.getpid())),
                *(sys.executable, "worker.py"),
                cwd=tree.folder,
                env={**self._variables, **variables},
                stderr=log,
            )
        try:
            yield
        finally:
            assert process.returncode is None, "the worker ended by itself; see its log"
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), STOPS_WITHIN)

    async def vip(self, tree: Release, *words: str) -> Said:
        """One command of this release."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway.cli", *words),
            cwd=tree.folder,
            env=self._variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())
