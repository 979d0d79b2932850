"""What there is to look at, and what was seen of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORIGIN = "http://look.example"
"""Where the browser believes to be. Nothing is asked of a network."""


@dataclass(frozen=True)
class Answer:
    """A page as its server sends it."""

    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sight:
    """One page in one language. `frames` are pages inside it, by their path."""

    shelf: str
    language: str
    name: str
    widths: tuple[int, ...]
    page: Answer
    frames: Mapping[str, Answer] = field(default_factory=dict)
    in_mail: bool = False
    """A mail program shows it, inside a page of its own."""

    @property
    def path(self) -> str:
        """Of its files, and of its address."""
        return f"{self.shelf}/{self.language}/{self.name}"


@dataclass(frozen=True)
class Fault:
    """Something that keeps a reader out: a rule, and the element it is about."""

    where: str
    scheme: str
    rule: str
    element: str
    says: str

    def __str__(self) -> str:
        return f"{self.where} ({self.scheme}): {self.rule} at {self.element}: {self.says}"


@dataclass(frozen=True)
class Seen:
    """The files of the pictures by scheme and width, and the faults."""

    sight: Sight
    pictures: Mapping[tuple[str, int], str]
    faults: tuple[Fault, ...]
