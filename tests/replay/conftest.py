"""The recorded histories; with `--record` they are lived and written anew before they are replayed."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from tests.replay.lives import LIVES, histories_of
from tests.workflows.lab import lab, server

HISTORIES = Path(__file__).with_name("histories")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def histories(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are: a file for each run of each case of each life."""
    if request.config.getoption("--record"):
        for old in HISTORIES.glob("*.json"):
            old.unlink()
        async with server(tmp_path_factory.mktemp("recording")) as client:
            for name, life in LIVES.items():
                async with lab(client) as house:
                    async with asyncio.timeout(120):
                        vip = await life(house)
                    for run, history in (await histories_of(house, vip)).items():
                        (HISTORIES / f"{name}.{run}.json").write_text(history + "\n", encoding="utf-8")
    return HISTORIES
