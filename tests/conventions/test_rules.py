"""Rules, tests and tables name each other: no rule without a test, no ID without a rule (docs/rules.md)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from states.diagram import LIFECYCLES
from states.standing import CustomerList

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([MAR]\d+) \|", re.MULTILINE)
PARAGRAPH = re.compile(r"^- \*\*(\d+\.\d+)\*\* ", re.MULTILINE)
CODES = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.MULTILINE)


def ids_of_rules() -> set[str]:
    """Rows by their ID, paragraphs by their number, refusals and lists by their code."""
    codes = {code for cell in CODES.findall(RULES) for code in re.findall(r"`(\w+)`", cell)}
    return {*ROW.findall(RULES), *PARAGRAPH.findall(RULES), *codes}


def carried() -> dict[str, list[str]]:
    """The tests that carry each ID."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for rule in _markers(node):
                    found[rule].append(f"{path.name}::{node.name}")
    return found


def _markers(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.rule":
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def codes_of_refusals() -> set[str]:
    """Every code that the core refuses with: in the tables, and where `refuse`, `Reason` or a code is written down."""
    found = {code for machine in LIFECYCLES for states in machine.refusals.values() for code, _ in states.values()}
    for folder in ("states", "cases"):
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("refuse", "Reason") and node.args:
                    code = node.args[0]
                    found |= {code.value} if isinstance(code, ast.Constant) and isinstance(code.value, str) else set()
    return found


def test_the_rules_have_as_many_rows_as_they_say() -> None:
    rows = ROW.findall(RULES)
    expected = [*(f"M{n}" for n in range(1, 10)), *(f"A{n}" for n in range(1, 20)), *(f"R{n}" for n in range(1, 15))]
    assert rows == expected
    assert len(PARAGRAPH.findall(RULES)) == len(set(PARAGRAPH.findall(RULES))) > 50


def test_every_rule_has_a_test_that_carries_its_id() -> None:
    assert sorted(ids_of_rules() - set(carried())) == []


def test_every_id_that_a_test_carries_is_a_rule() -> None:
    known = ids_of_rules()
    assert {rule: tests for rule, tests in carried().items() if rule not in known} == {}


@pytest.mark.parametrize("machine", LIFECYCLES, ids=lambda machine: machine.name)
def test_every_row_of_a_table_names_a_rule(machine: object) -> None:
    rows = getattr(machine, "rows", ())
    assert rows
    assert sorted({row.rule for row in rows} - ids_of_rules()) == []


def test_every_row_of_the_rules_stands_in_a_table() -> None:
    assert set(ROW.findall(RULES)) <= {row.rule for machine in LIFECYCLES for row in machine.rows}


def test_every_code_of_a_refusal_is_in_the_rules() -> None:
    of_doors = {"not_allowed", "idempotency_key_reused"}  # by the general answer of a table; by the contract
    assert sorted(codes_of_refusals() - ids_of_rules() - of_doors) == []


def test_every_list_is_in_the_rules() -> None:
    assert {one.value for one in CustomerList} <= ids_of_rules()
