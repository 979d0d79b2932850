"""Every sample letter in every language against its recorded message.

To record them anew: `pytest tests/activities/test_goldens.py --record`.
"""

from pathlib import Path

import pytest

from activities.languages import languages
from samples.letters import samples
from tests.activities.letters import composed

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = {(language, name): letter for language in languages().tags for name, letter in samples(language).items()}


@pytest.mark.parametrize(("language", "name"), SAMPLES)
def test_a_letter_reads_as_it_was_recorded(language: str, name: str, request: pytest.FixtureRequest) -> None:
    raw = composed(SAMPLES[language, name]).raw
    golden = GOLDEN / language / f"{name}.eml"
    if request.config.getoption("--record"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(raw)
    assert golden.exists(), f"{golden} was never recorded"
    assert raw.decode() == golden.read_bytes().decode()


def test_no_recording_is_left_over() -> None:
    assert {(path.parent.name, path.stem) for path in GOLDEN.rglob("*.eml")} == set(SAMPLES)
