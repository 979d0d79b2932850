"""Options and plugins of the whole test suite."""

import gc

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write the recorded letters anew instead of comparing them")
    parser.addoption(
        "--whole",
        action="store_true",
        help="play all stories with two workers too, and with nothing cached; do in full what is done many times",
    )


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether to do in full what is done many times, as `make prove` does."""
    return bool(request.config.getoption("whole"))


def pytest_collection_finish() -> None:
    # What was imported stays: a full collection over all of it can hold a workflow for longer than Temporal allows.
    gc.collect()
    gc.freeze()
