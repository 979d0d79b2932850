"""What cases run on: task queues, search attributes, retention and clocks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.worker.v1 import WorkerHeartbeat
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionVersioningInfo
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client

from gateway.doctor import queues, reading, surroundings
from gateway.doctor.codes import Code
from gateway.doctor.queues import Queue
from gateway.doctor.surroundings import Clock
from tests.gateway.doctor.ward import alone, couple, examined, finds, found
from tests.workflows.histories import until
from tests.workflows.lab import Lab, lab, server
from worker import working
from workflows.versioning import BUILD_ID, DEPLOYMENT_NAME, deployment

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


# --- task queues


async def test_queues_that_nobody_polls_are_found(house: Lab) -> None:
    elsewhere = house.settings.model_copy(update={"task_queue": "empty", "mail_task_queue": "empty-mail"})
    assert await found(replace(house, settings=elsewhere)) == [
        (Code.NO_WORKER, "empty"),
        (Code.NO_MAIL_WORKER, "empty-mail"),
    ]
    report = await examined(house)
    assert report.findings == []
    assert (report.checked["task_queues"], report.checked["workers"]) == (2, 1)


async def test_versioned_workers_get_no_work_before_one_version_is_current(house: Lab) -> None:
    settings = house.settings.model_copy(update={"task_queue": "released", "mail_task_queue": "released-mail"})
    build = deployment({DEPLOYMENT_NAME: "vip", BUILD_ID: "1"}, "auto_upgrade")
    async with working(house.client, settings, version=build):
        expected = [(Code.VERSION_NOT_SERVED, "released"), (Code.VERSION_NOT_SERVED, "released-mail")]
        await until(finds(replace(house, settings=settings), expected))
        report = await examined(replace(house, settings=settings))
        assert report.findings[0].what == "its work goes to __unversioned__, and its workers are vip.1"


def test_a_case_that_is_pinned_to_a_version_waits_for_its_workers() -> None:
    pinned = WorkflowExecutionVersioningInfo(versioning_override=VersioningOverride())
    pinned.versioning_override.pinned.version.deployment_name = "vip"
    pinned.versioning_override.pinned.version.build_id = "1"
    assert reading.pinned_to(pinned) == "vip.1"
    assert reading.pinned_to(WorkflowExecutionVersioningInfo()) is None


def test_work_that_waits_although_workers_poll_is_a_warning() -> None:
    queue = Queue("q", False, frozenset({"w"}), frozenset({queues.UNVERSIONED}), backlog=A_MINUTE)
    assert queues.examine(queue) == []
    late = queues.examine(replace(queue, backlog=A_MINUTE * 3))
    assert [(one.code, one.what) for one in late] == [(Code.WORK_WAITS, "its oldest task waits for 180 s")]


# --- search attributes and retention


@pytest_asyncio.fixture(loop_scope="session")
async def house_of_its_own(tmp_path: Path) -> AsyncIterator[Lab]:
    async with server(tmp_path) as client, lab(client) as house:
        yield house


async def test_search_attributes_that_are_missing_or_of_another_type_are_found(house_of_its_own: Lab) -> None:
    client = house_of_its_own.client
    await alone(house_of_its_own)
    gone = ["Unreachable", "NextEvent"]
    remove = RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=gone)
    await client.operator_service.remove_search_attributes(remove)
    text = {"NextEvent": IndexedValueType.INDEXED_VALUE_TYPE_TEXT}
    add = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=text)
    await client.operator_service.add_search_attributes(add)
    expected = [(Code.SEARCH_ATTRIBUTE_MISSING, "Unreachable"), (Code.SEARCH_ATTRIBUTE_WRONG_TYPE, "NextEvent")]
    await until(finds(house_of_its_own, expected))
    report = await examined(house_of_its_own)
    assert [one.what for one in report.findings] == ["must be Bool", "is Text, must be Keyword"]
    assert report.checked["search_attributes"] == 14


async def test_a_namespace_that_soon_forgets_what_is_closed_is_a_warning(house_of_its_own: Lab) -> None:
    client = house_of_its_own.client
    await _keeps(client, timedelta(days=399))
    report = await examined(house_of_its_own)
    assert [(one.code, one.concerns) for one in report.findings] == [(Code.RETENTION_TOO_SHORT, client.namespace)]
    assert report.findings[0].what == "keeps closed cases for 399 days, fewer than 400"
    assert report.healthy
    await _keeps(client, timedelta(days=400))
    assert await found(house_of_its_own) == []


async def _keeps(client: Client, how_long: timedelta) -> None:
    kept = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=int(how_long.total_seconds())))
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=kept))


# --- clocks


async def test_a_machine_whose_clock_is_behind_the_servers_is_found(
    house: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Behind(datetime):
        @classmethod
        def now(cls, zone: tzinfo | None = None) -> "Behind":
            return cls.fromtimestamp((datetime.now(zone) - A_MINUTE * 10).timestamp(), zone)

    await couple(house)
    clock = await surroundings.server_clock(house.client)
    assert clock is not None
    assert abs(clock.ahead) < timedelta(seconds=5)
    monkeypatch.setattr(surroundings, "datetime", Behind)
    report = await examined(house)
    assert [(one.code, one.concerns) for one in report.findings] == [(Code.CLOCKS_DISAGREE, "this machine")]
    assert report.findings[0].what in {f"its clock is {seconds} s behind the server's" for seconds in (599, 600, 601)}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (timedelta(0), []),
        (timedelta(seconds=-70), []),
        (timedelta(minutes=2), ["its clock is 120 s ahead of the server's"]),
        (timedelta(minutes=-10), ["its clock is 600 s behind the server's"]),
    ],
)
def test_a_worker_that_tells_another_time_is_found(
    told: timedelta, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clock, "now", lambda _clock: NOW)
    heartbeats = [WorkerHeartbeat(worker_identity=name, heartbeat_time=_told(NOW + told)) for name in ("w", "gone")]
    told_of = surroundings.examine_clocks(surroundings.HERE, heartbeats, {"w"})
    assert [(one.code, one.concerns, one.what) for one in told_of] == [
        (Code.CLOCKS_DISAGREE, "worker w", what) for what in found
    ]


def _told(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
