"""Every operation of the HTTP door is asked what a machine makes up: in small what `make prove` does for minutes."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import Client

from gateway.http.app import OPERATIONS
from tests.gateway.fuzzing.application import serving_cases
from tests.gateway.fuzzing.fuzzer import fuzz

CASES = 80


@pytest.mark.timeout(400)  # it keeps a processor busy: slow where much else runs
async def test_whatever_is_asked_the_answer_is_as_the_document_says(client: Client, tmp_path: Path) -> None:
    async with serving_cases(client, tmp_path, 1) as fuzzed:
        tally = await asyncio.to_thread(fuzz, fuzzed, 3, seed=8, coverage=False)
    assert (tally.failures, tally.unexpected, tally.errors) == ({}, [], [])
    assert tally.cases >= CASES
    assert {f"{one.method} {one.path}" for one in OPERATIONS} <= set(tally.operations)
