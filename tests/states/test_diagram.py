"""The page of the lifecycles is drawn from their tables."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from states.diagram import LIFECYCLES, document, mermaid, moments_table, rows_table
from states.lifecycle import Lifecycle

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert written == document(), "write it anew: python -m states.diagram > docs/lifecycles.md"


def test_the_command_writes_the_page() -> None:
    said = subprocess.run([sys.executable, "-m", "states.diagram"], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.decode() == document()


@pytest.mark.parametrize("machine", LIFECYCLES, ids=lambda machine: machine.name)
def test_every_state_stands_in_the_diagram_and_every_row_and_moment_in_its_table(machine: Lifecycle[Any]) -> None:
    drawn = mermaid(machine)
    assert all(f" {state.value}" in drawn for state in machine.states)
    assert rows_table(machine).count("\n") == len(machine.rows) + 1
    assert moments_table(machine).count("\n") == sum(map(len, machine.moments.values())) + 1
