"""A policy file's profiles, before anything is known about their figures.

The file chooses one with a top-level `profile = "default"`. A profile is a table `[profiles.<name>]`; every other
profile starts from `profiles.default` and says only what differs.
"""

import tomllib
from typing import Any

Table = dict[str, Any]


class PolicyError(ValueError):
    """A policy file that cannot be used; its text lists every problem, one a line."""

    def __init__(self, heading: str, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join((heading, *(f"  {problem}" for problem in problems))))


def profile_names(text: str) -> tuple[str, ...]:
    """The profiles of a policy file, in its order. Raises PolicyError."""
    return tuple(profiles(text)[0])


def profiles(text: str) -> tuple[dict[str, Table], str]:
    """Every profile with all it starts from, and the name of the one that the file chooses. Raises PolicyError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(f"it is not TOML: {error}") from None
    tables, chosen = data.pop("profiles", {}), data.pop("profile", "default")
    found = [f"{name}: there is no such setting here, figures belong under [profiles.default]" for name in data]
    if not isinstance(chosen, str):
        found.append(f"profile: {chosen!r} is not a text, a profile's name in quotes is right")
    if not isinstance(tables, dict) or not tables:
        tables = {}
        found.append("profiles: there is none, [profiles.default] with its figures is right")
    for name, table in tables.items():
        if not isinstance(table, dict):
            found.append(f"profiles.{name}: {table!r} is not a table of settings, [profiles.{name}] is right")
    if isinstance(chosen, str) and tables and chosen not in tables:
        found.append(no_such_profile(chosen, tables))
    if found:
        raise _unusable(*found)
    base = tables.get("default", {})
    return {name: {**_merged(base, table), "name": table.get("name", name)} for name, table in tables.items()}, chosen


def no_such_profile(name: str, known: dict[str, Table]) -> str:
    """The sentence about a profile that was asked for in vain."""
    return f"profile: there is no profile {name!r}, known are {', '.join(known)}"


def _unusable(*problems: str) -> PolicyError:
    return PolicyError("The policy file cannot be used:", *problems)


def _merged(base: Table, own: Table) -> Table:
    """The base with what differs; tables inside are merged too."""
    result = dict(base)
    for key, value in own.items():
        inner = base.get(key)
        result[key] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result
