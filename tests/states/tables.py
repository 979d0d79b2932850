"""How the three tables of expectations are written down and checked.

A cell is what happens to a trigger in a state: `A9 overdue` (the row that fires and the state that follows) or the code
of the refusal. Where facts decide, cells are lines of `facts: outcome`, each naming which facts, and `else`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest

from states.lifecycle import Lifecycle, TransitionRefused
from states.policy import Policy

POLICY = Policy(name="default", version=1)
NOTHING = "-"
"""The column of what has not begun."""

Cell = str | Mapping[str, str]
Table = Mapping[str, Mapping[str, Cell]]
"""By trigger, by state."""


def outcome(machine: Lifecycle[Any], state: StrEnum | None, trigger: StrEnum, facts: Any) -> str:
    """What really happens, in the words of a cell."""
    try:
        row = machine.step(state, trigger, facts, POLICY)
    except TransitionRefused as refused:
        return refused.code
    assert (row.source, row.trigger) == (state, trigger)
    return f"{row.rule} {row.target.value}"


def expectations(
    machine: Lifecycle[Any], table: Table, facts: Mapping[str, Any]
) -> Iterator[tuple[StrEnum | None, StrEnum, str, str]]:
    """State, trigger, name of the facts, outcome: every pair with every facts that its cell tells apart."""
    triggers = {row.trigger for row in machine.rows}
    columns: list[StrEnum | None] = [None, *machine.states]
    assert set(table) == {trigger.value for trigger in triggers}, "the table names every trigger, and no other"
    for trigger in sorted(triggers):
        cells = table[trigger.value]
        assert set(cells) == {NOTHING if state is None else state.value for state in columns}, trigger
        for state in columns:
            cell = cells[NOTHING if state is None else state.value]
            told = {"else": cell} if isinstance(cell, str) else cell
            for name in facts:
                wanted = [said for names, said in told.items() if name in names.split()] or [told["else"]]
                assert len(wanted) == 1, (trigger, state, name)
                yield state, trigger, name, wanted[0]


def check_table(machine: Lifecycle[Any], table: Table, facts: Mapping[str, Any]) -> int:
    """Compare every pair; returns how many were compared."""
    wrong, count = [], 0
    for state, trigger, name, wanted in expectations(machine, table, facts):
        count += 1
        found = outcome(machine, state, trigger, facts[name])
        if found != wanted:
            wrong.append(f"{state} x {trigger} with {name}: {found}, the rules say {wanted}")
    assert not wrong, "\n".join(wrong)
    return count


def unchecked(machine: Lifecycle[Any], rows: tuple[Any, ...]) -> Lifecycle[Any]:
    """The same lifecycle with other rows, though its table may no longer be whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lifecycle, "_problems", lambda _self: iter(()))
        return replace(machine, rows=rows)


def check_deletions(machine: Lifecycle[Any], table: Table, facts: Mapping[str, Any]) -> int:
    """Without a row its step is refused, or taken by the row below it; every other pair stays. Returns the rows."""
    pairs = list(expectations(machine, table, facts))
    for index, row in enumerate(machine.rows):
        shorter = unchecked(machine, machine.rows[:index] + machine.rows[index + 1 :])
        below = [one for one in machine.rows[index + 1 :] if (one.source, one.trigger) == (row.source, row.trigger)]
        missed = 0
        for state, trigger, name, wanted in pairs:
            found = outcome(shorter, state, trigger, facts[name])
            if (state, trigger, f"{row.rule} {row.target.value}") != (row.source, row.trigger, wanted):
                assert found == wanted, (row.rule, state, trigger, name)
                continue
            missed += 1
            takers = [one for one in below if one.guard(facts[name], POLICY)]
            if takers:
                assert found == f"{takers[0].rule} {takers[0].target.value}", (row.rule, state, trigger, name)
            else:
                assert found == machine.refusal(state, trigger).code, (row.rule, state, trigger, name)
        assert missed, f"no expectation missed {row.rule} ({row.source} x {row.trigger})"
    return len(machine.rows)
