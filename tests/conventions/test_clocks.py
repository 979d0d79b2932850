"""The core decides from facts and a moment it is given: no clock, no chance, no machine (the sandbox does not look)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted([*(ROOT / "states").glob("*.py"), *(ROOT / "cases").glob("*.py"), *(ROOT / "workflows").glob("*.py")])
MODULES = {"time", "random", "secrets", "os", "subprocess", "threading", "socket", "tempfile", "pathlib", "io", "sys"}
ATTRIBUTES = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "getenv", "environ", "monotonic", "perf_counter"}
CALLS = {"open", "print", "input", "eval", "exec", "__import__"}
ON_PURPOSE = {
    ("cases/words.py", "importlib.resources"),  # the country codes of the tzdata package, read once at import
    ("cases/words.py", "read_text"),
    ("states/diagram.py", "sys"),  # it is run to write the documents anew; nothing imports it
}
CLOCKS_OF_TEMPORAL = {"workflow.now", "workflow.uuid4"}


def offences(source: str, name: str) -> list[str]:
    """Where a module reaches for a clock, chance or the machine."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(alias.name for alias in node.names if alias.name in ATTRIBUTES)]
        else:
            names = []
        for each in names:
            if (each.partition(".")[0] in MODULES or each in ATTRIBUTES or each == "importlib.resources") and (
                name,
                each,
            ) not in ON_PURPOSE:
                found.append(f"{name}:{line}: import {each}")
        if isinstance(node, ast.Attribute) and ast.unparse(node) not in CLOCKS_OF_TEMPORAL:
            reads = node.attr in {"read_text", "read_bytes"} and (name, node.attr) not in ON_PURPOSE
            if reads or node.attr in ATTRIBUTES:
                found.append(f"{name}:{line}: {ast.unparse(node)}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            found.append(f"{name}:{line}: {node.func.id}()")
    return found


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_knows_no_clock_no_chance_and_no_machine(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))) == []


def test_the_core_is_all_there() -> None:
    assert len(CORE) > 40


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
        "from datetime import datetime\ndatetime.utcnow()",
        "import time",
        "from time import monotonic",
        "import random",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "import os\nos.environ['X']",
        "open('x')",
        "from pathlib import Path\nPath('x').read_text()",
    ],
)
def test_a_planted_offence_is_found(source: str) -> None:
    assert offences(source, "states/planted.py") != []
