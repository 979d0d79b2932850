"""What the doctor found: one thing, and the whole report."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gateway.doctor.codes import MEANINGS, Code, Severity

_MOVING = (Code.NEIGHBOURS_DISAGREE, Code.LISTS_DISAGREE, Code.REGISTER_BEHIND, Code.REGISTER_DIFFERS)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. Nothing in it is personal data: states, dates, numbers and names of ours."""

    code: Code
    concerns: str
    """A workflow ID, a task queue, a search attribute, a namespace or a machine."""
    what: str

    @property
    def severity(self) -> Severity:
        return MEANINGS[self.code].severity

    @property
    def do(self) -> str:
        return MEANINGS[self.code].do

    @property
    def sign(self) -> tuple[str, str, str]:
        """What two looks must have in common. Counts and moments go on; what two cases know of each other changes while
        they are busy, and stands still where something is wrong."""
        moving = self.code in _MOVING
        return self.code, self.concerns, self.what if moving else ""

    def answer(self) -> dict[str, Any]:
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "concerns": self.concerns,
            "what": self.what,
            "do": self.do,
        }


@dataclass
class Report:
    """What was looked at, and what was found."""

    checked: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """No problem; warnings are none."""
        return not any(one.severity is Severity.PROBLEM for one in self.findings)

    def answer(self) -> dict[str, Any]:
        return {
            "healthy": self.healthy,
            "checked": dict(self.checked),
            "findings": [one.answer() for one in self.findings],
        }
