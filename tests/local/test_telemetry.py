"""What a program tells about itself."""

import json
import logging
import socket
import urllib.request
from collections.abc import Iterator

import pytest
import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import telemetry
from local.server import binary
from tests.local.speaking import Speaking, speak


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    workflow.logger.workflow_info_on_message = True
    activity.logger.activity_info_on_message = True
    structlog.reset_defaults()


async def test_a_workflow_and_its_activity_log_one_json_object_a_line_that_names_the_case(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure_logging(json=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary(), dev_server_log_level="error"
    ) as server:
        client = await Client.connect(
            server.client.service_client.config.target_host, runtime=telemetry.runtime(address)
        )
        async with Worker(client, task_queue="q", workflows=[Speaking], activities=[speak]):
            await client.execute_workflow(Speaking.run, id="customer:1", task_queue="q")
        with urllib.request.urlopen(f"http://{address}/metrics") as page:  # noqa: ASYNC210
            metrics = page.read().decode()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    overdue = next(line for line in lines if line["event"] == "became overdue")
    letter = next(line for line in lines if line["event"] == "sent a letter")
    assert overdue["workflow_id"] == letter["workflow_id"] == "customer:1"
    assert overdue["workflow_type"] == "Speaking"
    assert overdue["run_id"] == letter["run_id"]
    assert (letter["activity_type"], letter["attempt"], letter["letter"]) == ("speak", 1, "welcome")
    assert "temporal_workflow_completed_total" in metrics


def test_our_own_lines_and_failures_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure_logging(json=True)
    structlog.get_logger("vip").info("worker started", task_queue="q")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("it failed")

    started, failed = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert started == {
        "event": "worker started",
        "task_queue": "q",
        "logger": "vip",
        "level": "info",
        "at": started["at"],
    }
    assert failed["event"] == "it failed"
    assert "ValueError: broken" in failed["exception"]


def test_the_line_of_a_web_request_is_not_logged_because_its_path_holds_the_invitation_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure_logging(json=True)
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /invitations/secret HTTP/1.1" 200')
    assert capsys.readouterr().err == ""
