"""The policy and the catalogue that the repository ships."""

from functools import partial

import pytest

from cases import shelf
from states.policy import Policy
from tests.cases.story import Story
from tests.model.both import POLICIES, SOLD


def stories(zone: str = "UTC") -> partial[Story]:
    """Stories under the default policy, in this time zone."""
    shelf.put(SOLD)
    return partial(Story, Policy.from_toml(POLICIES, "default").model_copy(update={"time_zone": zone}), SOLD)


@pytest.fixture
def begin() -> partial[Story]:
    return stories()
