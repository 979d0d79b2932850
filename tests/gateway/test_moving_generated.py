"""An exported portfolio imported into an empty server is the same portfolio, whatever its customers have been through.

The same is: every answer about every customer and its authorizations, every change of state with its time, and what it
would tell to move on. All of it is pure: the files, reading and checking them, and taking over.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from cases import shelf
from cases.answers import customer_answer
from cases.simulation import Simulation
from gateway.importing.checking import Plan
from gateway.importing.leaving import write_files
from states.policy import Policy
from tests.cases.sameness import the_same
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
        moved = [taken_over(plan, policy) for plan in found.plans]
        there = written(files.folder / "there", moved)
        assert [path.read_bytes() for path in there] == [path.read_bytes() for path in here]
    for life, plan, other in zip(lives, found.plans, moved, strict=True):
        the_same(life, other, NOW)
        assert plan.state == life.customer.state
        assert plan.renewal_state == life.customer.renewal.state


def written(folder: Path, lives: list[Simulation]) -> tuple[Path, Path]:
    return write_files(folder, [customer_answer(life.customer, NOW, whole=True) for life in lives])


def taken_over(plan: Plan, policy: Policy) -> Simulation:
    simulation = Simulation(plan.vip_number, policy, CATALOGUE, composing=False)
    simulation.invite(plan.body, NOW)
    return simulation
