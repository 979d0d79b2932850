"""What the `vip` command answers without a server: help, and policy files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from gateway import cli
from tests.gateway.commands import write
from tests.gateway.conftest import Vip

ALL = [name for name in cli.app if not name.startswith("-")]


async def test_policy_files_are_checked_without_a_server(vip: Vip) -> None:
    root = Path(cli.__file__).parents[2]
    said = await vip("policy", "check", str(root / "policy.toml"))
    assert said.status == 0
    assert "default 1, classic 1, strict 1" in said.out
    write("bad.toml", "[profiles.default]\nversion = 1\n[profiles.default.invitation]\nreminder_days = [40]\n")
    said = await vip("policy", "check", "bad.toml", "--json")
    assert said.status == 1
    assert "reminder_days" in said.json["reasons"][0]["message"]


async def test_every_command_has_help(vip: Vip) -> None:
    assert len(ALL) >= 24
    for name in ALL:
        said = await vip(name, "--help")
        assert said.status == 0
        assert len(said.out.splitlines()) > 5, name
    listed = await vip("--help")
    assert all(name in listed.out for name in ALL)


def test_help_loads_nothing_heavy_and_so_comes_at_once() -> None:
    script = "import sys, gateway.cli as c; c.run(['--help']); print(*sorted({m.split('.')[0] for m in sys.modules}))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded: set[Any] = set(said.splitlines()[-1].split())
    assert loaded.isdisjoint({"temporalio", "pydantic", "pydantic_settings", "jinja2", "uvicorn", "transitions"})
