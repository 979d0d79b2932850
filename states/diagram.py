"""Any lifecycle as a mermaid diagram and as tables, drawn from itself.

`python -m states.diagram > docs/lifecycles.md` writes the page; a test compares it.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from states.authorization import AUTHORIZATION
from states.lifecycle import At, Lifecycle, Row, Send, always
from states.membership import MEMBERSHIP
from states.renewal import RENEWAL

LIFECYCLES: tuple[Lifecycle[Any], ...] = (MEMBERSHIP, AUTHORIZATION, RENEWAL)

_HEAD = """\
# The lifecycles

Drawn from the tables in `states/` by `python -m states.diagram > docs/lifecycles.md`; IDs as in [rules.md](rules.md).
Arrows are changes of state; what leaves the state as it is (reminders, facts) stands in the tables alone."""


def mermaid(lifecycle: Lifecycle[Any]) -> str:
    """The changes of state; rows with the same ends share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    if lifecycle.initial is not None:
        arrows["[*]", lifecycle.initial.value] = []
    for row in lifecycle.rows:
        if row.source is not row.target:
            ends = ("[*]" if row.source is None else row.source.value, row.target.value)
            arrows.setdefault(ends, []).append(f"{row.rule} {_words(row.trigger.value)}{_condition(row)}")
    for state in lifecycle.states:
        if lifecycle.final(state):
            arrows[state.value, "[*]"] = []
    lines = (
        f"    {source} --> {target}" + (f": {'<br/>'.join(labels)}" if labels else "")
        for (source, target), labels in arrows.items()
    )
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def rows_table(lifecycle: Lifecycle[Any]) -> str:
    """Every row, as the sentence it is."""
    return _table(
        ("rule", "while", "when", "if", "then", "and do"),
        (
            (
                row.rule,
                "" if row.source is None else row.source.value,
                _words(row.trigger.value),
                _condition(row).removeprefix(" if "),
                row.target.value,
                "; ".join(_effects(row)),
            )
            for row in lifecycle.rows
        ),
    )


def moments_table(lifecycle: Lifecycle[Any]) -> str:
    """What time does in each state; a state without a line waits for people."""
    return _table(
        ("while", "by itself", "comes at"),
        (
            (
                state.value,
                _words(moment.trigger.value),
                _words(moment.due.__name__ if isinstance(moment, At) else moment.next.__name__),
            )
            for state, moments in lifecycle.moments.items()
            for moment in moments
        ),
    )


def render(lifecycle: Lifecycle[Any]) -> str:
    """One lifecycle: its diagram, its rows and its moments."""
    name = lifecycle.name[0].upper() + lifecycle.name[1:]
    return "\n\n".join((f"## {name}", mermaid(lifecycle), rows_table(lifecycle), moments_table(lifecycle)))


def document() -> str:
    """The whole page."""
    return "\n\n".join((_HEAD, *map(render, LIFECYCLES))) + "\n"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _condition(row: Row[Any]) -> str:
    return "" if row.guard is always else f" if {_words(row.guard.__name__)}"


def _effects(row: Row[Any]) -> Iterator[str]:
    for effect in row.then:
        if isinstance(effect, Send):
            condition = "" if effect.when is always else f" if {_words(effect.when.__name__)}"
            readers = " and ".join(_words(reader.value) for reader in effect.readers)
            yield f"letter *{_words(effect.letter.name)}* to {readers}{condition}"
        else:
            yield _words(effect.then.__name__)


def _table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, ("---",) * len(heads), *lines))


if __name__ == "__main__":
    sys.stdout.write(document())
