"""5,000 and more made-up requests to every operation of the HTTP door: no 5xx, no answer outside the document."""

import asyncio
from pathlib import Path

import pytest

from gateway.http.app import OPERATIONS
from tests.gateway.fuzzing.application import serving_cases
from tests.gateway.fuzzing.fuzzer import LEFT_OUT, fuzz
from tests.workflows.lab import server

CASES = 5000
OF_EACH = 50
"""Cases at least for each operation; one without a body has few borders."""
STATES = 6
"""So often there is a case in every state."""


@pytest.mark.timeout(1800)
async def test_5000_cases_over_all_operations_get_no_5xx_and_no_answer_outside_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with server(tmp_path) as client, serving_cases(client, tmp_path, STATES) as fuzzed:
        tally = await asyncio.to_thread(fuzz, fuzzed, 100, seed=5, coverage=True)
    with capsys.disabled():
        print(f"\n{tally.cases} cases; left out: {', '.join(LEFT_OUT)}")
        for operation in tally.operations:
            print(f"{operation}: {tally.of(operation)}")
    assert (tally.failures, tally.unexpected, tally.errors) == ({}, [], [])
    assert tally.cases >= CASES
    for operation in (f"{one.method} {one.path}" for one in OPERATIONS):
        answers = tally.of(operation)
        assert sum(answers.values()) >= OF_EACH, operation
        assert any(200 <= status < 300 for status in answers), operation
    assert not [status for _, status in tally.answers if status >= 500]
