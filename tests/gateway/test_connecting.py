"""`Gateway.connect()`: a gateway from the environment alone."""

from pathlib import Path

import pytest

from gateway.client import Gateway, NotFound, Unavailable
from register.register import Register
from settings import SettingsError
from tests.gateway.test_lists import ONE, record
from tests.workflows.lab import PAYLOAD_KEYS, Lab


@pytest.fixture
def surroundings(house: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.client.service_client.config.target_host)
    monkeypatch.setenv("VIP_TASK_QUEUE", house.settings.task_queue)
    monkeypatch.setenv("VIP_PAYLOAD_KEYS", PAYLOAD_KEYS)
    return monkeypatch


async def test_a_service_connects_with_what_its_environment_says(surroundings: pytest.MonkeyPatch) -> None:
    async with Gateway.connect() as vip:
        with pytest.raises(NotFound):
            await vip.customer("NOBODYHASTHISNUMBER9")
        with pytest.raises(Unavailable, match="VIP_DATABASE_URL"):
            await vip.page()


async def test_lists_are_read_from_the_register_that_the_environment_names(
    surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    async with await Register.at(url) as register:
        await register.put(record(ONE, 1))
    surroundings.setenv("VIP_DATABASE_URL", url)
    async with Gateway.connect() as vip:
        assert (await vip.counts())["all"] == 1


async def test_what_is_wrong_is_told_in_a_line(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("VIP_PAYLOAD_KEYS", "nonsense")
    with pytest.raises(SettingsError, match="VIP_PAYLOAD_KEYS"):
        async with Gateway.connect():
            pass
    surroundings.setenv("VIP_PAYLOAD_KEYS", PAYLOAD_KEYS)
    surroundings.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        async with Gateway.connect():
            pass
