"""Schemathesis over the OpenAPI document of the running application; each body has a good chance to reach a real case.

A request that is wrong on purpose is sent as it was made up. Of the others many get numbers, products and references
that exist: otherwise nearly all would end at `not_found`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import schemathesis
import structlog
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode

from tests.gateway.fuzzing.application import KEY, Fuzzed

LEFT_OUT = {
    "positive_data_acceptance": "the document cannot say everything that a form checks: no control characters in a "
    "text, no 3.0 for 3, a cursor that was given out here",
    "use_after_free": "nothing can be deleted",
    "object_level_authorization": "keys have roles; there are no owners",
    "max_response_time": "how long an answer takes on a busy machine says nothing",
}
"""Checks of schemathesis that do not fit, each with the reason. All others are on."""
_SOLD = ("cc-all-apps-team", "photoshop-team", "acrobat-pro-team")
_OUT_OF_RANGE = ("ordered_at", "requested_at", "accepted_at", "anniversary_date", "invitation")
"""Optional; what is made up there is hardly ever allowed."""


@dataclass
class Tally:
    """What was asked, and what came of it."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By operation and status."""
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first of each kind: check and operation; how to send it again."""
    unexpected: list[str] = field(default_factory=list)
    """Mistakes of ours that the application wrote down, whatever it answered."""
    errors: list[str] = field(default_factory=list)
    """What kept the fuzzer itself from going on."""

    @property
    def cases(self) -> int:
        return self.answers.total()

    def of(self, operation: str) -> Mapping[int, int]:
        """How often it answered what."""
        return {status: count for (label, status), count in sorted(self.answers.items()) if label == operation}

    @property
    def operations(self) -> list[str]:
        return sorted({label for label, _ in self.answers})


def fuzz(fuzzed: Fuzzed, examples: int, *, seed: int, coverage: bool) -> Tally:
    """Ask everything: so many made-up requests for each operation, then as many walks along the links between them.

    With `coverage` every border of every schema too. Blocks; the application needs another thread.
    """
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json", headers={"Authorization": f"Bearer {KEY}"})
    config = schema.config
    config.update(headers={"Authorization": f"Bearer {KEY}"}, workers=1, continue_on_failure=True)
    config.generation.update(max_examples=examples, no_shrink=True, database="none")
    config.checks.update(included_check_names=["all"], excluded_check_names=list(LEFT_OUT))
    config.phases.coverage.enabled = coverage
    config.seed = seed
    tally, likely = Tally(), _Likely(fuzzed)

    @schema.hook
    def map_case(_context: Any, case: schemathesis.Case[Any]) -> schemathesis.Case[Any]:
        return likely.made(case)

    @schema.hook
    def after_call(_context: Any, case: schemathesis.Case[Any], response: schemathesis.Response) -> None:
        tally.answers[case.operation.label, response.status_code] += 1

    with structlog.testing.capture_logs() as logs:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _note(tally, event.recorder)
            elif isinstance(event, events.NonFatalError | events.FatalError):
                tally.errors.append(str(event))
    tally.unexpected += [str(line) for line in logs if line["event"] in ("unexpected", "unavailable")]
    return tally


def _note(tally: Tally, recorder: Any) -> None:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                operation = recorder.cases[case_id].value.operation.label
                told = f"{check.failure_info.failure}\n{check.failure_info.code_sample}"
                tally.failures.setdefault((check.name, operation), told)


class _Likely:
    """Makes requests likelier to be let in, and to find somebody."""

    def __init__(self, fuzzed: Fuzzed) -> None:
        self._fuzzed, self._count = fuzzed, 0

    def made(self, case: schemathesis.Case[Any]) -> schemathesis.Case[Any]:
        if case.meta is None:
            return case
        self._count += 1
        turn = crc32(f"{self._count} {case.operation.label}".encode())
        good = {location for location, part in case.meta.components.items() if part.mode is GenerationMode.POSITIVE}
        if ParameterLocation.PATH in good and turn % 4:
            for name in case.path_parameters:
                case.path_parameters[name] = self._fuzzed.number(case.operation.label, name, turn // 4)
        if ParameterLocation.HEADER in good and turn % 8 and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"fuzz-{self._count}"
        if ParameterLocation.BODY in good and turn % 3 and isinstance(case.body, dict):
            case.body = _sensible(case.body, turn)
        return case


def _sensible(body: dict[str, Any], turn: int) -> dict[str, Any]:
    made = {name: _plain(value) for name, value in body.items() if name not in _OUT_OF_RANGE}
    if made.get("lines"):
        made["lines"] = [{"product": _SOLD[turn % len(_SOLD) if turn % 2 else 0], "quantity": 1 + turn % 3}]
    if "days" in made:
        made["days"] = 1 + turn % 10
    if "order_reference" in made:
        made["order_reference"] = ("O-1", "D-1", f"F-{turn}")[turn % 3]
    return made


def _plain(value: Any) -> Any:
    """Text of one line, without what no form takes."""
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else "x" for letter in value).strip() or "x"
    return {name: _plain(inner) for name, inner in value.items()} if isinstance(value, dict) else value
