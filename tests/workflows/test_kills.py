"""Worker and server are killed while requests are under way: in small what `make prove` does for minutes."""

from pathlib import Path

import pytest

from tests.workflows.killing.comparing import assert_equal
from tests.workflows.killing.kills import run
from tests.workflows.killing.lives import lives
from tests.workflows.killing.processes import HASTY_WORKER

STEPS = 12


@pytest.mark.timeout(300)
async def test_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    script = [life._replace(steps=life.steps[:STEPS]) for life in lives(3, 1)]
    quiet = await run(tmp_path / "quiet", script, program=HASTY_WORKER)
    killed = await run(tmp_path / "killed", script, workers=2, servers=1, program=HASTY_WORKER)
    assert {what: len(kills) for what, kills in killed.kills.items()} == {"worker": 2, "server": 1}
    assert killed.commands == quiet.commands >= len(script) * STEPS
    assert killed.acknowledged == quiet.acknowledged
    assert_equal(quiet.seen, killed.seen)
