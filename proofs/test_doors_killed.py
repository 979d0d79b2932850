"""Gateways, workers, the register's database and the server are killed under load: nothing acknowledged is lost."""

from pathlib import Path

import pytest

from tests.gateway.killing.databases import Database, File, Postgres
from tests.gateway.killing.kills import CATCHES_UP_WITHIN, run
from tests.workflows.killing.lives import lives
from tests.workflows.killing.processes import USUAL

CUSTOMERS = 16
COMMANDS = 450
KILLS = {"gateway": 12, "worker": 12, "database": 8, "server": 6}
SEED = 2027
MEANT_TO_BE_REFUSED = ("-late", "-order-2", "-cancel")
"""What lives ask for although it is not allowed."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_kills_of_every_part_lose_nothing_acknowledged_and_the_register_catches_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], database: str
) -> None:
    of_register: Database = File(tmp_path) if database == "sqlite" else Postgres()
    report = await run(tmp_path, of_register, lives(CUSTOMERS, SEED), KILLS, USUAL)
    with capsys.disabled():
        print(f"\n{database}: {report}")
    assert {what: len(kills) for what, kills in report.kills.items()} == KILLS
    assert all(kill.under_way for kills in report.kills.values() for kill in kills)
    assert report.commands >= COMMANDS
    assert report.acknowledged + len(report.refused) >= CUSTOMERS * 15
    assert {key for key in report.refused if not key.endswith(MEANT_TO_BE_REFUSED)} == set()
    assert report.behind < CATCHES_UP_WITHIN
    assert report.reads > 0
