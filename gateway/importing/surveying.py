"""Files as a whole: every customer of them either can move in, or it is said what is wrong with it."""

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.importing.cells import Dates
from gateway.importing.checking import Checker, Plan
from gateway.importing.drafting import Draft, drafts
from gateway.importing.meeting import Residents
from gateway.importing.problems import Problem
from gateway.importing.sheets import BadSheet, Encoding, Sheet, read


@dataclass
class Survey:
    """What the files hold."""

    plans: list[Plan] = field(default_factory=list)
    """Customers that can move in."""
    settled: list[Plan] = field(default_factory=list)
    """Customers that moved in before."""
    bad: list[tuple[Draft | Plan, list[Problem]]] = field(default_factory=list)
    """Customers that can't."""
    strays: list[Problem] = field(default_factory=list)
    """What is wrong with files, and with rows that belong to no customer."""

    @property
    def problems(self) -> list[Problem]:
        found = [*self.strays, *(problem for _, problems in self.bad for problem in problems)]
        return sorted(dict.fromkeys(found), key=lambda problem: problem.place)

    @property
    def customers(self) -> int:
        return len(self.plans) + len(self.settled) + len(self.bad)

    def meet(self, residents: Residents) -> None:
        """Compare with who lives on the server."""
        plans, self.plans = self.plans, []
        for plan in plans:
            if problems := residents.against(plan):
                self.bad.append((plan, problems))
            else:
                (self.settled if residents.lives(plan) else self.plans).append(plan)


def survey(
    files: Iterable[Path],
    dates: Dates,
    encoding: Encoding,
    secret: str,
    checker: Checker,
    watch: Callable[[list[Draft]], Iterable[Draft]] = iter,
) -> Survey:
    """Read and check everything; `watch` may look on. Raises `OSError` for a file that can't be read."""
    found, sheets = Survey(), list[Sheet]()
    for path in files:
        try:
            sheets.append(read(path, encoding))
        except BadSheet as bad:
            found.strays += bad.problems
    if found.strays:
        return found  # without all of its files, every customer would look as if something were missing
    made, found.strays = drafts(sheets, dates, secret)
    gc.freeze()  # what was read stays to the end: to look for garbage in it again and again is a tenth of the time
    try:
        for draft in watch(made):
            plan = checker.check(draft)
            if plan is None:
                found.bad.append((draft, draft.problems))
            else:
                found.plans.append(plan)
    finally:
        gc.unfreeze()
    return found
