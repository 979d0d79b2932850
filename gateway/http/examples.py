"""Bodies that work, and what was answered to them: a test sends each of them, and holds the answers against these."""

import json
from importlib.resources import files
from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = json.loads(
    files("gateway.http").joinpath("examples.json").read_text(encoding="utf-8")
)
"""By operation: the `body` that is sent, if it takes one, and the `answer`."""


def body_of(operation: str) -> Any:
    """None: it takes none."""
    return EXAMPLES.get(operation, {}).get("body")


def answer_of(operation: str) -> Any:
    """None: it has no example, such as a file."""
    return EXAMPLES.get(operation, {}).get("answer")
