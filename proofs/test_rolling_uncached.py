"""600 effects and 600 answers over roll-overs, by a worker that keeps no case and replays the history at each task.

OPEN: now and then a replay gives a signal to a neighbour and an update's answer in another order than the history has
them (TMPRL1100, "Signal external WF machine does not handle this event: WorkflowExecutionUpdateCompleted"). The case
then waits for code that agrees. It needs several updates of one case in flight around a roll-over, and an empty cache.
"""

from pathlib import Path

import pytest

from tests.workflows import test_robustness_rolling as rolling
from tests.workflows.lab import server


@pytest.mark.timeout(600)
async def test_a_worker_that_keeps_nothing_in_memory_gives_every_update_its_one_effect(tmp_path: Path) -> None:
    async with server(tmp_path) as client:
        await rolling.test_600_updates_in_6_lanes_over_roll_overs_have_600_effects_and_600_answers(
            client, rolling.no_cache, 180
        )
