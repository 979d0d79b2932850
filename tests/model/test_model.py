"""Core and model tell the same, whatever happens. `HYPOTHESIS_PROFILE=long` tries more.

The model (`world.py`) recomputes all of it from the list of events, day by day.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.both import CoreAndModel

settings.register_profile(
    "quick", derandomize=True, max_examples=60, stateful_step_count=25, deadline=None, print_blob=False
)
settings.register_profile("long", max_examples=4000, stateful_step_count=50, deadline=None)
PROFILE = settings(
    settings.get_profile("long" if os.environ.get("HYPOTHESIS_PROFILE") == "long" else "quick"),
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.mark.timeout(0 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 180)
def test_core_and_model_agree_on_everything_that_happens() -> None:
    run_state_machine_as_test(CoreAndModel, settings=PROFILE)
