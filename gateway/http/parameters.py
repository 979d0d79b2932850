"""What stands after the question mark: known names, each once unless it may be repeated, and text that can be shown."""

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
    """As JSON Schema; `integer` with its bounds is checked here, what else a value must be says who uses it."""
    repeated: bool = False


def read(request: Request, known: Iterable[Parameter]) -> dict[str, Any]:
    """The values by name; a repeated one as a list. Raises `Refused` (`invalid_request`, every one named)."""
    by_name = {one.name: one for one in known}
    found: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, text in request.query_params.multi_items():
        parameter = by_name.get(name)
        if parameter is None:
            wrong.append((_shown(name), "is not a parameter of this address"))
        elif len(text) > (longest := parameter.schema.get("maxLength", LONGEST)) or not text.isprintable():
            wrong.append((name, f"must be one line of at most {longest} characters"))
        elif parameter.repeated:
            found.setdefault(name, []).append(text)
        elif name in found:
            wrong.append((name, "is given twice"))
        else:
            found[name] = text
    for name, text in found.items():
        if by_name[name].schema.get("type") == "integer":
            found[name] = _whole(by_name[name], text, wrong)
    if wrong:
        raise invalid(*dict.fromkeys(wrong))
    return found


def _whole(parameter: Parameter, text: str, wrong: list[tuple[str, str]]) -> int:
    least, most = parameter.schema["minimum"], parameter.schema["maximum"]
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    wrong.append((parameter.name, f"must be a whole number from {least} to {most}"))
    return least if isinstance(least, int) else 0


def _shown(name: str) -> str:
    """A name as it was given, where that can be shown."""
    return name[:64] if name.isprintable() and name else "query"
