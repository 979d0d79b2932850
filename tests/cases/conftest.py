"""The policy and the catalogue that the repository ships, for every test of a case."""

from functools import partial
from pathlib import Path

import pytest

from cases import shelf
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import Story

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shipped() -> str:
    return (ROOT / "policy.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def policy(shipped: str) -> Policy:
    return Policy.from_toml(shipped, "default")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Sold from as long as the tests run."""
    sold = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    shelf.put(sold)
    return sold


@pytest.fixture
def begin(policy: Policy, catalogue: Catalogue) -> partial[Story]:
    """A story under the default policy; with another `policy=`, under that."""
    return partial(Story, policy, catalogue)


@pytest.fixture
def story(begin: partial[Story]) -> Story:
    """Somebody was invited on day 0, a Monday, at half past ten."""
    return begin()
