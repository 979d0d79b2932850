"""The dev server as the local stack runs it."""

import asyncio
import json
import urllib.request
from pathlib import Path

import pytest

from local import server
from local.ports import ANY, Ports
from local.server import ServerError, serving


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    ports = ANY.free()
    async with serving(port=ports.temporal, log=tmp_path / "one.log"):
        with pytest.raises(ServerError, match=r"ended at once; its last words: .*(in use|already).*two\.log"):
            async with serving(port=ports.temporal, data=tmp_path, log=tmp_path / "two.log"):
                pytest.fail("it cannot start")


async def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    with pytest.raises(ServerError, match="the temporal program is missing"):
        server.binary()


async def test_the_ui_answers_on_loopback(tmp_path: Path) -> None:
    ports = ANY.free()
    async with serving(port=ports.temporal, ui_port=ports.ui, log=tmp_path / "log"):
        settings = json.loads(await asyncio.to_thread(fetch, f"http://127.0.0.1:{ports.ui}/api/v1/settings"))
    assert settings["DisableNewsFetch"] is True


def test_ports_move_together_and_never_out_of_range() -> None:
    assert Ports().shifted(10_000) == Ports(17233, 18233, 11025, 18025)
    with pytest.raises(ValueError, match="choose another offset"):
        Ports().shifted(60_000)


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as page:  # noqa: S310 - our own address
        return bytes(page.read())
