"""The policy and the catalogue that the repository ships."""

from pathlib import Path

import pytest

from cases import shelf
from states.catalogue import Catalogue
from states.policy import Policy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8"), "default")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    sold = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    shelf.put(sold)
    return sold
