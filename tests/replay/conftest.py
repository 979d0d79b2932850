"""With `--record` the lives are lived, and what is kept of them is written anew before it is compared."""

import pytest
import pytest_asyncio

from tests.replay.carried import FORM, expectations, form, told
from tests.replay.recording import VERSION, record


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def histories(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Those of the version in hand are there."""
    if request.config.getoption("--record"):
        await record(VERSION, tmp_path_factory.mktemp("recording"))
        expectations(VERSION).write_text(told(VERSION), encoding="utf-8")
        FORM.write_text("\n".join(sorted(form())) + "\n", encoding="utf-8")
