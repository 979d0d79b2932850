"""What the documents promise: their ```console and ```python blocks, run one after the other beside a `vip up`.

In a `console` block a line that begins with `$ ` is a command (one that ends with a backslash goes on in the next
line, and what is quoted goes on to its closing quote); what follows is what it prints, where `...` stands for the lines
that are left out, and inside a line for what is left out of it. Numbers of customers and authorizations, dates, times
and spaces may differ, and the order of lines: two letters of one moment race. A number that a document shows stands for
the one that the command really printed, there and from then on. A `python` block is a program. Nothing else is run:
what cannot be shown on one machine stands in a `sh` block.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

REST = "..."
NUMBER = re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{20}\b")
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LOOSE = re.compile(
    r"(?P<rest>\.\.\.)"
    r"|(?P<number>\b(?=[A-Z0-9]*\d)[A-Z0-9]{20}\b)"
    r"|(?P<instant>\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"
    r"|(?P<date>\b\d{4}-\d\d-\d\d\b)"
    r"|(?P<time>\b\d\d:\d\d(?::\d\d)?\b)"
    r"|(?P<port>(?<=127\.0\.0\.1:)\d+)"
    r"|(?P<space>\s+)"
)
_ANYTHING = {
    "rest": ".*",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "date": r"\d{4}-\d\d-\d\d",
    "time": r"\d\d:\d\d(?::\d\d)?",
    "port": r"\d+",
    "space": r"\s+",
}


@dataclass(frozen=True)
class Step:
    """One command or program, and what it is said to print."""

    where: str
    command: str
    expected: tuple[str, ...] = ()
    program: bool = False


@dataclass
class Numbers:
    """Which real number stands for the one that is written down."""

    real: dict[str, str] = field(default_factory=dict)

    def in_place(self, text: str) -> str:
        return NUMBER.sub(lambda found: self.real.get(found[0], found[0]), text)

    def learn(self, expected: tuple[str, ...], output: str) -> str | None:
        """Compare, and remember the numbers. Returns the first line that was promised and not printed."""
        printed = [line.strip() for line in output.splitlines() if line.strip()]
        for line in (each.strip() for each in expected if each.strip() not in ("", REST)):
            for place, each in enumerate(printed):
                if self._same(line, each):
                    del printed[place]
                    break
            else:
                return line
        return printed[0] if printed and REST not in map(str.strip, expected) else None

    def _same(self, expected: str, printed: str) -> bool:
        new: list[str] = []
        pattern, last = "", 0
        for found in _LOOSE.finditer(expected):
            pattern += re.escape(expected[last : found.start()])
            last = found.end()
            written = found[0]
            if found.lastgroup != "number":
                pattern += _ANYTHING[str(found.lastgroup)]
            elif written in self.real:
                pattern += re.escape(self.real[written])
            elif written in new:
                pattern += f"(?P={_group(new.index(written))})"
            else:
                pattern += f"(?P<{_group(len(new))}>[A-Z0-9]{{20}})"
                new.append(written)
        match = re.fullmatch(pattern + re.escape(expected[last:]), printed)
        if match is not None:
            self.real |= {written: match[_group(count)] for count, written in enumerate(new)}
        return match is not None


def steps(document: Path) -> list[Step]:
    """What a document says to type, in order."""
    text = document.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in _BLOCK.finditer(text):
        where = f"{document.name}:{text.count(chr(10), 0, block.start()) + 1}"
        if block[1] == "python":
            found.append(Step(where, block[2], program=True))
        else:
            found += _commands(where, block[2])
    return found


def _commands(where: str, block: str) -> list[Step]:
    found: list[Step] = []
    lines = iter(block.replace("\\\n", " ").splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:].strip()
            while command.count("'") % 2:
                command += f"\n{next(lines)}"
            found.append(Step(where, command))
        elif found:
            last = found[-1]
            found[-1] = Step(where, last.command, (*last.expected, line))
        else:
            raise ValueError(f"{where}: a console block begins with a command, as in: $ vip customers")
    return found


def _group(count: int) -> str:
    return f"number{count}"
