"""A portfolio moves in on the local stack, interrupted three times on the way, and is there once and whole.

Its customers have lived all kinds of lives, with two authorizations each on average. The importer is told to stop, then
killed; then the whole `vip up` is killed under it, and started again.
"""

import asyncio
import os
import re
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client

from cases.answers import customer_answer
from cases.authorization import Snapshot
from gateway.importing.leaving import write_files
from states.authorization import AUTHORIZATION as LIFECYCLE
from states.policy import Policy
from tests.e2e.installation import PROC, ROOT, Done, Installation, descendants, environment, program, up
from tests.gateway.generated import REACHABLE, Life
from tests.gateway.portfolio_files import CATALOGUE
from workflows.names import AUTHORIZATION, CUSTOMER, customer_id

CUSTOMERS = int(os.environ.get("MOVING_IN_CUSTOMERS", "10000"))
"""Fewer are for trying out this proof."""
SEED = 2026
AT_ONCE = "32"
STOPPED, UNREACHABLE = 130, 3
PATIENCE = 3600.0
FILES = ("in/customers.csv", "in/authorizations.csv")


@pytest.mark.timeout(3 * PATIENCE)
async def test_a_portfolio_moves_in_interrupted_three_times_and_is_there_once_and_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(what: str) -> None:
        with capsys.disabled():
            print(f"{datetime.now(UTC):%H:%M:%S} {what}", flush=True)

    policy = _policy_at_noon(tmp_path)
    lives = _write_portfolio(tmp_path, policy, tell)
    still_open = sum(not LIFECYCLE.final(known.state) for life in lives.values() for known in life)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(up(tmp_path, "--no-samples"))
        importer = Importer(tmp_path)
        await importer.starts(CUSTOMERS // 6)
        importer.process.send_signal(signal.SIGINT)
        assert await importer.ends() == STOPPED
        tell(f"told to stop: {importer}")
        await importer.starts(CUSTOMERS // 6)
        importer.process.kill()
        assert await importer.ends() == -signal.SIGKILL
        tell(f"killed: {importer}")
        await importer.starts(CUSTOMERS // 6)
        house.process.kill()
        assert await importer.ends() == UNREACHABLE
        tell(f"the whole stack killed: {importer}")
        await stack.aclose()
        house = await stack.enter_async_context(up(tmp_path, "--no-samples"))
        began = time.monotonic()
        await importer.runs()
        assert await importer.ends() == 0
        tell(f"run to its end: {importer}, in {time.monotonic() - began:.0f} s")
        assert all(importer.imported), "every run has imported something"
        assert sum(importer.imported) <= CUSTOMERS <= sum(importer.imported) + 2 * int(AT_ONCE)
        client = await Client.connect(house.stack.address)
        await _all_begun(client, still_open)
        tell(f"{CUSTOMERS} customers and {still_open} open authorizations run; {_memory(house)}")
        assert await _executions(client) == {customer_id(number): 1 for number in lives}
        exported = await _run(tmp_path, "vip", "export", "--out", "out")
        assert exported.status == 0, exported.output
        for name in ("customers.csv", "authorizations.csv"):
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes(), name
        tell("the export equals what was imported")
        found = await _run(tmp_path, "vip", "doctor", "--json")
        assert (found.status, found.json["findings"]) == (0, []), found.output[:2000]
        letters = list((tmp_path / ".data" / "mail").glob("**/*.eml"))
        assert not letters, "no letter goes out about days gone by"
        tell(f"vip doctor found nothing, and no letter went out; {_memory(house)}")
        await importer.runs()
        assert (await importer.ends(), importer.imported[-1]) == (0, 0)
    assert len(lives) >= CUSTOMERS


class Importer:
    """`vip import`, as often as it takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.imported: list[int] = []
        """By each run, as far as its report tells."""
        self.process: Process

    async def runs(self) -> None:
        name = f"report-{len(self.imported)}.jsonl"
        self._report = self._folder / name
        words = ("import", *FILES, "--at-once", AT_ONCE, "--report", name)
        self.process = await _started(self._folder, "vip", *words)

    async def starts(self, count: int) -> None:
        """Run until so many customers were started."""
        await self.runs()
        async with asyncio.timeout(PATIENCE):
            while self._told() < count and self.process.returncode is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    async def ends(self) -> int:
        said, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        assert b"Traceback" not in said
        self.imported.append(self._told())
        return self.process.returncode or 0

    def __str__(self) -> str:
        return f"{self.imported[-1]} customers more"

    def _told(self) -> int:
        return self._report.read_bytes().count(b'"became": "imported"') if self._report.exists() else 0


def _policy_at_noon(folder: Path) -> Policy:
    """The policy that is shipped, where it is about noon now: nothing becomes due while the portfolio moves."""
    ahead = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+}" if ahead else "UTC"
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    text = re.sub(r'^time_zone = "UTC"', f'time_zone = "{zone}"', text, flags=re.MULTILINE)
    (folder / "noon.toml").write_text(text, encoding="utf-8")
    (folder / ".env").write_text(f"VIP_POLICY={folder / 'noon.toml'}\n", encoding="utf-8")
    policy = Policy.from_toml(text)
    assert policy.time_zone == zone
    return policy


def _write_portfolio(folder: Path, policy: Policy, tell: Callable[[str], None]) -> dict[str, tuple[Snapshot, ...]]:
    """Both files; and what each customer knows of its authorizations."""
    until = datetime.now(UTC)
    lives = (Life(SEED, policy, CATALOGUE, until, name=name, mail=REACHABLE) for name in range(CUSTOMERS))
    cases = [life.world.customer for life in lives]
    write_files(folder / "in", [customer_answer(case, until, whole=True) for case in cases])
    states = Counter(case.state.value for case in cases) + Counter(case.renewal.state.value for case in cases)
    tell(f"{CUSTOMERS} lives: {', '.join(f'{count} {state}' for state, count in states.most_common())}")
    return {case.vip_number: tuple(case.known.values()) for case in cases}


async def _all_begun(client: Client, still_open: int) -> None:
    running = 'ExecutionStatus = "Running" AND WorkflowType ='
    async with asyncio.timeout(PATIENCE):
        for kind, count in ((CUSTOMER, CUSTOMERS), (AUTHORIZATION, still_open)):
            while (await client.count_workflows(f'{running} "{kind}"')).count < count:  # noqa: ASYNC110 - on the server
                await asyncio.sleep(0.5)


async def _executions(client: Client) -> Counter[str]:
    """How often each customer was started."""
    return Counter([one.id async for one in client.list_workflows(f'WorkflowType = "{CUSTOMER}"')])


async def _started(folder: Path, *command: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(program(command[0]), *command[1:]), cwd=folder, env=environment(), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )


async def _run(folder: Path, *command: str) -> Done:
    process = await _started(folder, *command)
    said, wrong = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert b"Traceback" not in wrong
    return Done(process.returncode or 0, said.decode())


def _memory(house: Installation) -> str:
    """The most memory that `vip up` and its server ever had."""
    most = [
        int(found[1]) // 1024
        for process in descendants(house.process.pid)
        if (found := re.search(r"VmHWM:\s+(\d+)", (PROC / str(process) / "status").read_text()))
    ]
    return f"memory at most: {', '.join(f'{one} MB' for one in most)}"
