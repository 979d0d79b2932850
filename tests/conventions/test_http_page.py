"""docs/http.md tells every role and every code as the gateway has them."""

import re
from pathlib import Path

from gateway.http.app import OPERATIONS
from gateway.http.problems import CODES

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")


def test_every_operation_stands_there_with_its_role() -> None:
    told = re.findall(r"^\| (read|trigger|manage) \| (GET|POST|PUT) `(\S+)` \| `(\w+)` \|$", PAGE, re.MULTILINE)
    assert set(told) == {(one.role.name.lower(), one.method, one.path, one.name) for one in OPERATIONS}


def test_every_code_stands_there_with_its_status() -> None:
    told = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert set(told) == {(str(kind.status), code, kind.title) for code, kind in CODES.items()}
