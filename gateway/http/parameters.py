"""What stands after the question mark: known names, each once unless it may be repeated, and text that can be shown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from gateway.http.problems import invalid

LONGEST = 200
"""Characters of a value that does not say how long it may be."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query."""

    name: str
    does: str
    schema: Mapping[str, Any]
    """As JSON Schema: `enum`, `pattern`, `maxLength`, or `integer` with its bounds."""
    repeated: bool = False
    right: str = ""
    """What its pattern means, in words."""

    def value(self, text: str) -> str | int:
        """What was given. Raises `ValueError` with what would be right."""
        longest, words = self.schema.get("maxLength", LONGEST), self.schema.get("enum")
        if len(text) > longest or not text.isprintable():
            raise ValueError(f"must be one line of at most {longest} characters")
        if words is not None and text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        if not re.search(self.schema.get("pattern", ""), text):
            raise ValueError(f"must be {self.right}")
        return self._whole(text) if self.schema["type"] == "integer" else text

    def _whole(self, text: str) -> int:
        least, most = self.schema["minimum"], self.schema["maximum"]
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)


def read(request: Request, known: Iterable[Parameter]) -> dict[str, Any]:
    """The values by name; a repeated one as a list. Raises `Refused` (`invalid_request`, every one named)."""
    by_name = {one.name: one for one in known}
    found: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, text in request.query_params.multi_items():
        parameter = by_name.get(name)
        if parameter is None:
            wrong.append((_shown(name), "is not a parameter of this address"))
            continue
        if name in found and not parameter.repeated:
            wrong.append((name, "is given twice"))
            continue
        try:
            value = parameter.value(text)
        except ValueError as error:
            wrong.append((name, str(error)))
            continue
        if parameter.repeated:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    if wrong:
        raise invalid(*dict.fromkeys(wrong))
    return found


def _shown(name: str) -> str:
    """A name as it was given, where that can be shown."""
    return name[:64] if name.isprintable() and name else "query"
