"""Values out of one row's cells: what can't be read becomes a problem, and is left out."""

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.importing.cells import Dates, day, several, whole, word
from gateway.importing.columns import RIGHT, Column
from gateway.importing.problems import Problem
from gateway.importing.sheets import Kind, Row

T = TypeVar("T")


class Values:
    """The cells of one row, read as what they ought to be."""

    def __init__(self, row: Row, kind: Kind, dates: Dates, problems: list[Problem]) -> None:
        self._row, self._kind, self._dates, self._problems = row, kind, dates, problems

    def told(self, column: Column) -> object:
        """A cell as the contract writes it, however a person does. None: there is nothing, or it can't be read."""
        cell = self.text(column.name)
        if cell is None:
            return None
        match column.reads:
            case "text":
                return cell
            case "word":
                return word(cell)
            case "upper":
                return cell.upper()
            case "words":
                return [word(one) for one in several(cell)] or None
            case "day":
                return self.day(column.name)
            case "days":
                days = [self.read(column.name, one, day, self._dates) for one in several(cell)]
                return [one for one in days if one is not None] or None

    def text(self, column: str) -> str | None:
        return self._row.cells.get(column)

    def day(self, column: str) -> str | None:
        return self.read(column, self.text(column), day, self._dates)

    def whole(self, column: str) -> int | None:
        return self.read(column, self.text(column), whole)

    def read(self, column: str, cell: str | None, reader: Callable[..., T], *more: Any) -> T | None:
        if cell is None:
            return None
        try:
            return reader(cell, *more)
        except ValueError as error:
            self.wrong(column, str(error))
            return None

    def wrong(self, column: str, what: str, right: str | None = None) -> None:
        """Something is wrong in this column."""
        told = RIGHT[self._kind][column] if right is None else right
        self._problems.append(Problem(self._row.place.in_column(column), what, told))
