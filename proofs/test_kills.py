"""The worker and the server are killed over and over under load, and nothing shows of it but the time it took."""

from pathlib import Path

import pytest

from tests.workflows.killing.comparing import assert_equal
from tests.workflows.killing.kills import run
from tests.workflows.killing.lives import lives

CUSTOMERS = 16
COMMANDS = 450
WORKER, SERVER = 30, 10
SEED = 2026
WINDOW = 1.0
"""Seconds, on a busy machine, from the relay's yes until the worker has it on disk. A letter that the relay took right
before its worker was killed goes again, with the same bytes; no other does."""


@pytest.mark.timeout(1800)
async def test_30_kills_of_the_worker_and_10_of_the_server_lose_nothing_and_do_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = lives(CUSTOMERS, SEED)
    quiet = await run(tmp_path / "quiet", script)
    killed = await run(tmp_path / "killed", script, workers=WORKER, servers=SERVER)
    with capsys.disabled():
        print(f"\nthe quiet run: {quiet}\nthe killed run: {killed}")
    assert len(killed.kills["worker"]) >= WORKER
    assert len(killed.kills["server"]) >= SERVER
    assert all(kill.under_way for kills in killed.kills.values() for kill in kills)
    assert killed.commands == quiet.commands >= COMMANDS
    assert killed.acknowledged == quiet.acknowledged
    assert not quiet.seen.repeats
    assert_equal(quiet.seen, killed.seen)
    for arrived in killed.seen.repeats:
        assert any(0 <= kill.at - arrived < WINDOW for kill in killed.kills["worker"])
