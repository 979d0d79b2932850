"""What was recorded by every released version is understood by this one (house rule: histories are a contract)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases import shelf
from states import authorization, membership, renewal
from states.catalogue import Catalogue
from states.letters import LETTERS
from states.policy import Policy
from tests.replay import covering
from tests.replay.lives import LIVES
from tests.replay.recording import HISTORIES, VERSION, record, recorded, versions
from tests.replay.replaying import replayed
from workflows import surroundings
from workflows.names import AUTHORIZATION_UPDATES, CUSTOMER_UPDATES

ROOT = Path(__file__).parents[2]
OTHER_POLICY = Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8")).model_copy(
    update={"name": "another", "version": "99"}
)
EVERY_LIFE = [
    (version, life)
    for version in versions()
    for life in sorted(
        {name.partition(".")[0] for name in recorded(version)} | (set(LIVES) if version == VERSION else set())
    )
]


@pytest.fixture(params=["as it is", "an empty catalogue, another policy and other settings"])
def worker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Under what a worker may replay: what it sells, and what its settings say, must make no difference."""
    sold, around = shelf.catalogue(), surroundings.Surroundings()
    if request.param == "as it is":
        shelf.put(Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8")))
    else:
        shelf.put(Catalogue(()))
        around = replace(around, mail_task_queue="elsewhere", show_organization=False, policy=OTHER_POLICY)
    back = surroundings.put(around)
    yield request.param
    shelf.put(sold)
    back()


@pytest.mark.parametrize(("version", "life"), EVERY_LIFE)
async def test_every_recorded_run_replays(worker: str, version: str, life: str) -> None:
    runs = recorded(version, life)
    assert any("customer" in name for name in runs)
    for name, path in runs.items():
        result = await replayed(path.read_text(encoding="utf-8"))
        assert result.replay_failure is None, f"{version}/{name}, {worker}: {result.replay_failure}"


def test_the_version_in_hand_has_every_life_and_no_file_is_of_none() -> None:
    assert {name.partition(".")[0] for name in recorded(VERSION)} == set(LIVES)


async def test_what_a_released_version_left_is_never_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.replay.recording.HISTORIES", tmp_path)
    monkeypatch.setitem(LIVES, "invited", lambda house: house.invite())
    (tmp_path / "0.0.1").mkdir()
    left = tmp_path / "0.0.1" / "invited.customer-1-1.json"
    left.write_text("as it was")
    (tmp_path / "scratch").mkdir()
    await record("0.0.2", tmp_path / "scratch", ["invited"])
    assert left.read_text() == "as it was"
    assert (tmp_path / "0.0.2" / left.name).is_file()


# --- every kind of story

PATHS = sorted(recorded(VERSION).values())


def test_every_state_of_the_three_machines_was_lived() -> None:
    machines = {"membership": membership.State, "renewal": renewal.State, "authorization": authorization.State}
    states = {(machine, state.value) for machine, states in machines.items() for state in states}
    assert states - covering.states(PATHS) == set(), "no life comes to these states"


def test_every_update_was_asked_for() -> None:
    assert set(CUSTOMER_UPDATES + AUTHORIZATION_UPDATES) - covering.updates(PATHS) == set(), "no life asks for these"


def test_every_letter_was_written() -> None:
    assert set(LETTERS) - covering.letters(PATHS) == set(), "no life has these letters"


def test_every_kind_of_thing_happened() -> None:
    assert covering.kinds(PATHS) >= {
        "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
        "WORKFLOW_EXECUTION_COMPLETED",
        "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
        "CHILD_WORKFLOW_EXECUTION_TERMINATED",
        "CHILD_WORKFLOW_EXECUTION_COMPLETED",
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
        "ACTIVITY_TASK_FAILED",
        "ACTIVITY_TASK_CANCELED",
        "TIMER_FIRED",
        "TIMER_CANCELED",
        "MARKER_RECORDED",
        "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    }


def test_recorded_histories_are_in_clear_and_small() -> None:
    for path in HISTORIES.rglob("*.json"):
        assert path.stat().st_size < 384 * 1024, path.name
        assert "binary/encrypted" not in path.read_text(encoding="utf-8"), path.name
        assert "YmluYXJ5L2VuY3J5cHRlZA" not in path.read_text(encoding="utf-8"), path.name
