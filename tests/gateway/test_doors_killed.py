"""Gateways, workers, the register's database and the server are killed: in small what `make prove` does for minutes."""

from pathlib import Path

import pytest

from tests.gateway.killing.databases import File
from tests.gateway.killing.kills import run
from tests.workflows.killing.lives import cancelled, lives, returned
from tests.workflows.killing.processes import HASTY

KILLS = {"gateway": 1, "worker": 1, "database": 1, "server": 1}


@pytest.mark.timeout(300)
async def test_kills_lose_nothing_that_was_acknowledged_and_the_register_catches_up(tmp_path: Path) -> None:
    report = await run(tmp_path, File(tmp_path), lives(2, 1, (cancelled, returned)), KILLS, HASTY)
    assert {what: len(kills) for what, kills in report.kills.items()} == KILLS
    assert report.commands >= 24
    assert report.acknowledged == 14
    assert report.refused == set()
