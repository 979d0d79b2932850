"""Every sample letter against its recorded message. To record them anew: `pytest tests/activities --record`."""

from pathlib import Path

import pytest

from samples.letters import samples
from states.letters import Letter
from tests.activities.letters import composed

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_letter_reads_as_it_was_recorded(name: str, request: pytest.FixtureRequest) -> None:
    letter: Letter = SAMPLES[name]
    golden = GOLDEN / f"{name}.eml"
    if request.config.getoption("--record"):
        golden.write_bytes(composed(letter).raw)
    assert golden.exists(), f"{golden.name} was never recorded"
    assert composed(letter).raw.decode() == golden.read_bytes().decode()


def test_no_recording_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*")} == set(SAMPLES)
