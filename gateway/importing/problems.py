"""What is wrong in a file: where, what, and what would be right."""

from typing import Any, NamedTuple


class Place(NamedTuple):
    """A cell: the file, its line (the first of the row), and its column."""

    file: str
    line: int
    field: str

    def in_column(self, field: str) -> "Place":
        return Place(self.file, self.line, field)


class Problem(NamedTuple):
    """One thing that is wrong."""

    place: Place
    message: str
    right: str = ""
    code: str = "invalid_request"

    def answer(self) -> dict[str, Any]:
        """As a reason of a refusal."""
        told: dict[str, Any] = {"code": self.code, "message": str(self), **self.place._asdict()}
        return {**told, "right": self.right} if self.right else told

    def __str__(self) -> str:
        where = f"{self.place.file}, line {self.place.line}, {self.place.field}"
        return f"{where}: {self.message}" + (f"; right would be: {self.right}" if self.right else "")
