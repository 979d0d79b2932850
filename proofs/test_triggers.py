"""500 different triggers, each sent three times in random order, ten at once, while all cases go over into new runs.

Each has one effect, as the journals tell, and its copies have equal answers: through the Python client, and over HTTP.
"""

from pathlib import Path

import pytest

from tests.gateway.triggers.proving import prove
from tests.workflows.lab import server

TRIGGERS, ROLLS = 500, 5


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("way", ["client", "http"])
async def test_500_triggers_sent_three_times_over_roll_overs_have_500_effects_and_equal_answers(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with server(tmp_path) as client:
        proven = await prove(client, way, share=1, rolls=ROLLS)
    with capsys.disabled():
        print(f"\nby {way}: {proven}")
    assert proven.triggers == TRIGGERS
    assert proven.sent == 3 * TRIGGERS
    assert proven.effects == TRIGGERS
    assert proven.roll_overs >= ROLLS
