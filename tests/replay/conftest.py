"""With `--record` the lives are lived and their histories written anew before they are replayed."""

import pytest
import pytest_asyncio

from tests.replay.recording import VERSION, record


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def histories(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Those of the version in hand are there."""
    if request.config.getoption("--record"):
        await record(VERSION, tmp_path_factory.mktemp("recording"))
