"""The project's copy of the contract leaves out no command, no option of one that scripts rely on, and no setting."""

from pathlib import Path

import pytest

from gateway.cli import app
from settings import Settings

CONTRACT = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
_COMMANDS = CONTRACT.partition("## Programs")[2].partition("## Settings")[0]
_SETTINGS = CONTRACT.partition("## Settings")[2]


@pytest.mark.parametrize("name", sorted(name for name in app if not name.startswith("-")))
def test_every_command_is_in_the_contract(name: str) -> None:
    assert f"`{name}" in _COMMANDS or f"`vip {name}" in _COMMANDS


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_in_the_contract(field: str) -> None:
    assert f"`VIP_{field.upper()}`" in _SETTINGS
