"""An exported portfolio imported into an empty server is the same portfolio, whatever its customers have been through.

The same is: every answer about every customer and its authorizations, every change of state with its time, and what it
would tell to move on. All of it is pure: the files, reading and checking them, and taking over.
"""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import shelf
from cases.answers import Answer, customer_answer
from cases.simulation import Simulation
from gateway.importing.checking import Plan
from gateway.importing.comparing import differences
from gateway.importing.leaving import write_files
from states.policy import Policy
from tests.cases.sameness import the_same
from tests.cases.scripts import INVITE
from tests.gateway.generated import Life
from tests.gateway.portfolio_files import CATALOGUE, NOW, POLICY, Files

CLASSIC = Policy.from_toml((Path(__file__).parents[2] / "policy.toml").read_text(encoding="utf-8"), "classic")
POLICIES = (POLICY, CLASSIC.model_copy(update={"time_zone": "Europe/Copenhagen", "duration_mode": "running_month"}))


@settings(max_examples=120, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    acts=st.integers(0, 40),
    policy=st.sampled_from(POLICIES),
)
def test_a_generated_portfolio_that_moves_is_the_same_portfolio(seeds: list[int], acts: int, policy: Policy) -> None:
    shelf.put(CATALOGUE)
    lives = [Life(seed, policy, CATALOGUE, NOW, name=name, acts=acts).world for name, seed in enumerate(seeds)]
    with TemporaryDirectory() as folder:
        files = Files(Path(folder), policy)
        here = written(files.folder / "here", lives)
        found = files.survey(*here)
        assert not found.problems
        assert not list(differences(told(lives), found, policy.label))
        moved = [taken_over(plan, policy) for plan in found.plans]
        there = written(files.folder / "there", moved)
        assert [path.read_bytes() for path in there] == [path.read_bytes() for path in here]
    for life, plan, other in zip(lives, found.plans, moved, strict=True):
        the_same(life, other, NOW)
        assert plan.state == life.customer.state
        assert plan.renewal_state == life.customer.renewal.state


def told(lives: list[Simulation]) -> list[Answer]:
    return [customer_answer(life.customer, NOW, whole=True) for life in lives]


def written(folder: Path, lives: list[Simulation]) -> tuple[Path, Path]:
    return write_files(folder, told(lives))


def taken_over(plan: Plan, policy: Policy) -> Simulation:
    simulation = Simulation(plan.vip_number, policy, CATALOGUE, composing=False)
    simulation.invite(plan.body, NOW)
    return simulation


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def lost_in(files: Files, *lives: Simulation) -> list[str]:
    """What an export of these says would be another."""
    found = files.survey(*written(files.folder, list(lives)))
    return [one.message for one in differences(told(list(lives)), found, POLICY.label)]


def invited(policy: Policy = POLICY, *, authorizations: int = 0) -> Simulation:
    shelf.put(CATALOGUE)
    life = Simulation("V" * 20, policy, CATALOGUE, composing=False)
    life.invite(INVITE, NOW - timedelta(hours=1))
    for _ in range(authorizations):
        asked = {"lines": [{"product": "photoshop-team", "quantity": 1}], "requested_by": "member"}
        life.tell("authorize_purchase", asked, NOW)
    return life


def test_an_authorization_that_is_lost_here_is_not_lost_in_silence(files: Files) -> None:
    life = invited(authorizations=1)
    (number,) = life.authorizations
    life.customer.mark_lost(number, NOW)
    assert f"authorization {number} is lost; imported it would be pending" in lost_in(files, life)


def test_a_customer_under_another_policy_is_not_moved_to_this_one_in_silence(files: Files) -> None:
    (message,) = lost_in(files, invited(CLASSIC))
    assert message == "lives under the policy classic 1; an import starts it under that of the settings, default 1"


def test_a_past_that_no_import_takes_is_told_at_the_export(files: Files) -> None:
    (message,) = lost_in(files, invited(authorizations=400))
    assert message.startswith("can't be imported: ")
    assert "400 authorizations" in message


def test_a_customer_whose_clock_was_moved_ahead_is_told_at_the_export(files: Files) -> None:
    life = invited()
    life.tell("resend_invitation", {}, NOW + timedelta(days=1))
    (message,) = lost_in(files, life)
    assert "lies in the future" in message
