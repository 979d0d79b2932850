"""One thing that the doctor found."""

from dataclasses import dataclass
from typing import Any

from gateway.doctor.codes import MEANINGS, Code, Severity


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

    def answer(self) -> dict[str, Any]:
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "concerns": self.concerns,
            "what": self.what,
            "do": self.do,
        }
