"""Where most stories of a renewal begin."""

from functools import partial

import pytest

from tests.cases.story import Story


@pytest.fixture
def story(begin: partial[Story]) -> Story:
    """An accepted customer that ordered five licences directly on day 0."""
    story = begin()
    story.accept(0)
    story.direct(0)
    return story
