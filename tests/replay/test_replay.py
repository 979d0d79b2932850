"""What was recorded by earlier releases is understood by this one; what it would decide otherwise is noticed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowReplayResult

from cases import shelf
from states.catalogue import Catalogue
from states.policy import Policy
from tests.replay.lives import LIVES
from workflows import surroundings
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.reading import Reading

ROOT = Path(__file__).parents[2]
OTHER_POLICY = Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8")).model_copy(
    update={"name": "another", "version": "99"}
)


@pytest.fixture(params=["as it is", "an empty catalogue, another policy and other settings"])
def worker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Under what a worker may replay: what it sells, and what its settings say, must make no difference."""
    sold, around = shelf.catalogue(), surroundings.here()
    if request.param == "as it is":
        shelf.put(Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8")))
        surroundings.put(surroundings.Surroundings())
    else:
        shelf.put(Catalogue(()))
        other = surroundings.Surroundings(mail_task_queue="elsewhere", show_organization=False, policy=OTHER_POLICY)
        surroundings.put(other)
    yield request.param
    shelf.put(sold)
    surroundings.put(around)


def recorded(histories: Path, life: str) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(histories.glob(f"{life}.*.json"))}


async def replayed(text: str) -> WorkflowReplayResult:
    replayer = Replayer(
        workflows=[Customer, PurchaseAuthorization], data_converter=DataConverter(payload_converter_class=Reading)
    )
    workflow_id = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
    history = WorkflowHistory.from_json(workflow_id, text)
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


@pytest.mark.parametrize("life", LIVES)
async def test_every_recorded_run_replays(histories: Path, worker: str, life: str) -> None:
    runs = recorded(histories, life)
    assert any("customer" in name for name in runs)
    for name, text in runs.items():
        result = await replayed(text)
        assert result.replay_failure is None, f"{name}, {worker}: {result.replay_failure}"


def test_the_recorded_runs_hold_every_kind_of_thing_that_happens(histories: Path) -> None:
    types = {
        event["eventType"].removeprefix("EVENT_TYPE_")
        for path in histories.glob("*.json")
        for event in json.loads(path.read_text(encoding="utf-8"))["events"]
    }
    assert types >= {
        "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
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


def _planted(path: Path, change: Any) -> str:
    history = json.loads(path.read_text(encoding="utf-8"))
    assert change(history["events"]), "nothing was planted"
    return json.dumps(history)


def _another_activity(events: list[dict[str, Any]]) -> bool:
    """As if this run had been written by a release that called the mail activity otherwise."""
    found = [
        one["activityTaskScheduledEventAttributes"] for one in events if "activityTaskScheduledEventAttributes" in one
    ]
    for attributes in found:
        attributes["activityType"]["name"] = "send_message"
    return bool(found)


def _no_upsert(events: list[dict[str, Any]]) -> bool:
    """As if it had been written before search attributes were kept up to date."""
    for event in events:
        if event.pop("upsertWorkflowSearchAttributesEventAttributes", None) is not None:
            completed = event.get("workflowTaskCompletedEventId", "4")
            event["eventType"] = "EVENT_TYPE_MARKER_RECORDED"
            event["markerRecordedEventAttributes"] = {"markerName": "old", "workflowTaskCompletedEventId": completed}
            return True
    return False


@pytest.mark.parametrize("change", [_another_activity, _no_upsert])
async def test_a_run_of_a_release_that_decided_otherwise_is_noticed(histories: Path, worker: str, change: Any) -> None:
    text = _planted(histories / "ordered_in_time.customer-1-1.json", change)
    result = await replayed(text)
    assert result.replay_failure is not None
    assert "Nondeterminism" in type(result.replay_failure).__name__ or "ondeterminis" in str(result.replay_failure)
