"""Every "no" has a stable code, a sentence, and what would make it legal (rules, section 4)."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError


class Reason(dict[str, Any]):
    """One reason: `code`, `message`, and whatever helps the caller (quantities, dates, the field)."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code=code, message=message, **details)

    @property
    def code(self) -> str:
        return str(self["code"])


class Refused(Exception):
    """A request that the rules do not allow. Nothing has changed.

    Its type on the wire is the code of the first reason; all reasons travel with it.
    """

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(in_one(self.reasons))

    @property
    def code(self) -> str:
        return self.reasons[0].code


def in_one(reasons: Iterable[Mapping[str, Any]]) -> str:
    """What they all say: sentences after each other, what is wrong with fields between semicolons."""
    return "; ".join(str(reason["message"]) for reason in reasons).replace(".; ", ". ")


def refuse(code: str, message: str, **details: Any) -> Refused:
    """A refusal with one reason."""
    return Refused([Reason(code, message, **details)])


def refuse_fields(error: ValidationError) -> Refused:
    """`invalid_request`, with every field that is missing, unknown, of the wrong form or too long."""
    reasons = []
    found = error.errors(include_url=False, include_input=False, include_context=False)
    for problem in found:
        if any(other["loc"][: len(problem["loc"])] == problem["loc"] != other["loc"] for other in found):
            continue  # a list is only too short because of what is wrong inside it
        field = ".".join(str(part) for part in problem["loc"]) or "body"
        message = problem["msg"].removeprefix("Value error, ")
        reasons.append(Reason("invalid_request", f"{field}: {message}", field=field))
    return Refused(reasons)
