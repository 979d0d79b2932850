"""The terms of the plan as the invitation's page shows them: a file with one version and a text for each language."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from states.problems import problems

USUAL = Path(__file__).resolve().parents[2] / "terms.toml"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_VERSION = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_HEADING, _POINT = "## ", "- "
_Model = TypeVar("_Model", bound=BaseModel)


class TermsError(ValueError):
    """A file of terms that cannot be used; its text lists every problem, one a line."""

    def __init__(self, *found: str) -> None:
        self.problems = found
        super().__init__("\n".join(("The terms cannot be used:", *(f"  {problem}" for problem in found))))


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, or the points of a list."""

    kind: Literal["heading", "paragraph", "points"]
    lines: tuple[str, ...]
    """The points of a list; of anything else one."""


def _printable(text: str) -> str:
    if not all(line.isprintable() for line in text.split("\n")):
        raise ValueError("there is a character in it that cannot be shown, plain text is right")
    if not text.strip():
        raise ValueError("it says nothing")
    return text


def _version(text: str) -> str:
    if not _VERSION.fullmatch(text):
        raise ValueError(f"{text!r} is not a version, 1 to 64 letters, digits and ._:- are right, as in 2027-03")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]\S*", text):
        raise ValueError(f"{text!r} is not an address, it looks like https://reseller.example.com/terms")
    return text


class Text(BaseModel):
    """The terms in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(max_length=60_000), AfterValidator(_printable)]
    url: Annotated[str, AfterValidator(_address)] | None = None
    """Where the full terms are, if the text is their short form."""

    @property
    def blocks(self) -> list[Block]:
        """The text in its parts, in order."""
        return [block for part in re.split(r"\n\s*\n", self.text.strip()) for block in _blocks(part)]


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, AfterValidator(_version)]


class Terms:
    """What is accepted: one version, whichever language it was read in."""

    def __init__(self, version: str, texts: dict[str, Text]) -> None:
        self.version = version
        self._texts = texts

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Raises `TermsError` with every problem."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise TermsError(f"it is no TOML: {error}") from None
        tables = {name: value for name, value in data.items() if isinstance(value, dict)}
        found: list[str] = [] if tables else ["no language has a text, write one below [en]"]
        head = _read(_Head, {name: value for name, value in data.items() if name not in tables}, "", found)
        texts = {name: _read(Text, value, f"{name}.", found) for name, value in tables.items()}
        found += [
            f"{name}: this is not a language, as in [en] or [nl-BE]" for name in texts if not _TAG.fullmatch(name)
        ]
        if found or head is None:
            raise TermsError(*found)
        return cls(head.version, {name: text for name, text in texts.items() if text is not None})

    @classmethod
    def usual(cls) -> Self:
        """Those that come with the program."""
        return cls.from_toml(USUAL.read_text(encoding="utf-8"))

    def spoken(self, *wanted: str) -> tuple[str, Text]:
        """The text in the first of the wanted languages that there is, and its language; else the file's first."""
        tags = [tag for one in wanted for tag in (one, one.partition("-")[0])]
        tag = next((tag for tag in tags if tag in self._texts), next(iter(self._texts)))
        return tag, self._texts[tag]


def _read(model: type[_Model], data: dict[str, Any], where: str, found: list[str]) -> _Model | None:
    """The model of a table. None when something is wrong, which is then among what was found."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found += [f"{where}{problem}" for problem in problems(error, model)]
        return None


def _blocks(part: str) -> Iterator[Block]:
    """What stands between two empty lines. A list may follow its paragraph, or its heading, at once."""
    lines: list[str] = []
    points: list[str] = []
    for line in part.split("\n"):
        if line.startswith(_HEADING):
            yield from _said(lines, points)
            lines, points = [], []
            yield Block("heading", (line.removeprefix(_HEADING).strip(),))
        elif line.startswith(_POINT):
            points.append(line.removeprefix(_POINT).strip())
        elif points:
            points[-1] = f"{points[-1]} {line.strip()}"
        else:
            lines.append(line.strip())
    yield from _said(lines, points)


def _said(lines: list[str], points: list[str]) -> Iterator[Block]:
    if lines:
        yield Block("paragraph", (" ".join(lines),))
    if points:
        yield Block("points", tuple(points))
