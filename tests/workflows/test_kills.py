"""Worker and server are killed while requests are under way: in small what `make prove` does for minutes."""

from pathlib import Path

import pytest

from tests.workflows.killing.comparing import assert_equal
from tests.workflows.killing.kills import run
from tests.workflows.killing.lives import cancelled, lives, returned
from tests.workflows.killing.processes import HASTY


@pytest.mark.timeout(300)
async def test_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    script = lives(2, 1, (cancelled, returned))
    quiet = await run(tmp_path / "quiet", script, pace=HASTY)
    killed = await run(tmp_path / "killed", script, workers=2, servers=1, pace=HASTY)
    assert {what: len(kills) for what, kills in killed.kills.items()} == {"worker": 2, "server": 1}
    assert killed.commands == quiet.commands >= 24
    assert killed.acknowledged == quiet.acknowledged
    assert_equal(quiet.seen, killed.seen)
