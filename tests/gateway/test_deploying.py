"""Before a deployment every open case is replayed; after it, every one is brought onto a fresh run."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import BatchOperationState
from temporalio.api.workflowservice.v1 import (
    DescribeBatchOperationRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import Client

from cases.authorization import AuthorizationCase
from gateway import cli
from local.fast_forward import fast_forward
from states.authorization import AUTHORIZATION, State
from states.letters import PaymentOverdue
from states.lifecycle import to_contact
from tests.gateway.conftest import Vip
from tests.workflows.histories import assert_well, journal, runs, until
from tests.workflows.lab import ACCEPT, Lab, lab, server
from workflows.names import authorization_id, customer_id


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """A namespace without anybody else's cases."""
    async with server(tmp_path_factory.mktemp("deploying")) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(client: Client) -> AsyncIterator[Lab]:
    async with lab(client) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def cases(house: Lab) -> list[str]:
    """Two customers with an authorization each, one of them overdue on a clock that is ahead of ours."""
    first, second = await house.invite(), await house.invite()
    for vip in (first, second):
        await house.tell(vip, "accept_invitation", ACCEPT)
        await house.authorize(vip)
    late = [customer_id(second), authorization_id(house.numbers[second][0])]
    await fast_forward(house.client, second, by=timedelta(days=16))
    await overdue_and_told(house, house.numbers[second][0])
    every = [customer_id(first), authorization_id(house.numbers[first][0]), *late]
    await listed(house.client, len(every))
    return every


async def overdue_and_told(house: Lab, number: str) -> None:
    """Wait until its history has what follows from being late: on a busy machine that comes after the clock."""

    async def both_letters_are_out() -> bool:
        entries = await journal(house.authorization(number))
        letters = [one for one in entries if one.get("letter") == "payment_overdue"]
        return {one["reader"] for one in letters if one["outcome"] == "sent"} == {"contact", "account_manager"}

    await until(both_letters_are_out, seconds=60)
    assert (await house.authorization(number).query("details"))["state"] == "overdue"


async def listed(client: Client, count: int) -> None:
    async def all_of_them() -> bool:
        return (await client.count_workflows('ExecutionStatus = "Running"')).count == count

    await until(all_of_them)


async def run_of(client: Client, case: str) -> str:
    return (await client.get_workflow_handle(case).describe()).run_id


async def test_every_open_case_replays_with_the_code_that_ran_it(vip: Vip) -> None:
    said = await vip("replay")
    assert (said.status, said.err) == (0, "")
    assert said.out.split("\n")[1].split() == ["Customer", "2", "0"]
    assert said.out.split("\n")[2].split() == ["PurchaseAuthorization", "2", "0"]


async def test_only_so_many_are_replayed_if_so_told(vip: Vip) -> None:
    assert (await vip.done("replay", "--limit", "1"))["cases"] == 1


async def test_a_case_that_this_code_would_decide_otherwise_is_named_with_what_to_do(
    vip: Vip, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account manager is told no more that the order is late."""
    rows = [
        row._replace(then=(to_contact(PaymentOverdue),)) if row.target is State.OVERDUE else row
        for row in AUTHORIZATION.rows
    ]
    monkeypatch.setitem(AuthorizationCase.machines, "authorization", replace(AUTHORIZATION, rows=tuple(rows)))
    said = await vip("replay")
    assert said.status == 1
    assert f"{cases[3]}: " in said.out
    assert "workflow.patched" in said.out
    assert said.err == ""
    answer = (await vip("replay", "--json")).json
    assert [one["workflow_id"] for one in answer["failed"]] == [cases[3]]
    assert answer["cases"] == 4


async def test_what_cannot_be_read_or_fails_is_told_in_one_line_for_each_case(
    vip: Vip, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIP_PAYLOAD_KEYS", "another:" + "j" * 43 + "=")
    said = await vip("replay")
    assert said.status == 1
    for case in cases:
        assert f"{case}: KeyMissing: encrypted with the key tests:" in said.out
    assert said.out.count("VIP_PAYLOAD_KEYS needs every key that is in use.") == 1


async def test_without_a_server_neither_command_does_anything(vip: Vip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    assert [(await vip(command)).status for command in ("replay", "roll-over")] == [cli.UNREACHABLE] * 2


async def test_every_case_is_brought_onto_a_fresh_run_and_lives_on(vip: Vip, house: Lab, cases: list[str]) -> None:
    before = [await run_of(house.client, case) for case in cases]
    answer = await vip.done("roll-over")
    assert (answer["cases"], answer["rolled_over"], answer["left"]) == (4, 4, [])
    after = [await run_of(house.client, case) for case in cases]
    assert all(one != other for one, other in zip(before, after, strict=True))
    await house.order(cases[3].partition(":")[2], "place_order", {"order_reference": "PO-1"})
    await assert_well(house.client, cases)


async def test_cases_are_only_asked_if_nobody_waits(vip: Vip, house: Lab, cases: list[str]) -> None:
    before = {case: len(await runs(house.client, case)) for case in cases}
    answer = await vip.done("roll-over", "--no-wait")
    assert answer["cases"] == 4
    assert answer["job_id"].startswith("roll-over-")

    async def rolled() -> bool:
        return all([len(await runs(house.client, case)) > before[case] for case in cases])

    async def batch_is_over() -> bool:
        asked = DescribeBatchOperationRequest(namespace=house.client.namespace, job_id=answer["job_id"])
        told = await house.client.workflow_service.describe_batch_operation(asked)
        return told.state == BatchOperationState.BATCH_OPERATION_STATE_COMPLETED

    await until(rolled)
    await until(batch_is_over)


async def test_there_is_one_batch_at_a_time(tmp_path: Path, vip: Vip, monkeypatch: Any) -> None:
    """As if it were under way: this server takes none."""
    async with (
        server(tmp_path, changes={"frontend.MaxConcurrentBatchOperationPerNamespace": "0"}) as client,
        lab(client) as house,
    ):
        monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
        await house.invite()
        await listed(client, 1)
        said = await vip("roll-over")
    assert said.status == cli.REFUSED
    assert said.err.startswith("batch_under_way: A batch is under way")


async def test_a_case_that_somebody_reset_is_replayed_as_well(tmp_path: Path, vip: Vip, monkeypatch: Any) -> None:
    async with server(tmp_path) as client, lab(client) as house:
        monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
        number = await house.invite()
        await house.tell(number, "accept_invitation", ACCEPT)
        reset = ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=customer_id(number)),
            workflow_task_finish_event_id=4,
            request_id="once",
        )
        await client.workflow_service.reset_workflow_execution(reset)
        await listed(client, 1)
        assert (await vip("replay", "--json")).json["cases"] == 1


async def test_cases_that_nobody_works_on_are_named_as_left(tmp_path: Path, vip: Vip, monkeypatch: Any) -> None:
    async with server(tmp_path) as client:
        async with lab(client) as house:
            number = await house.invite()
            await house.tell(number, "accept_invitation", ACCEPT)
            await listed(client, 1)
        monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
        said = await vip("roll-over", "--patience", "1", "--json")
    assert said.status == 1
    assert [one["workflow_id"] for one in said.json["left"]] == [customer_id(number)]
    assert said.json["rolled_over"] == 0


async def test_where_nobody_is_there_is_nothing_to_do(tmp_path: Path, vip: Vip, monkeypatch: Any) -> None:
    async with server(tmp_path) as client, lab(client):
        monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
        assert [(await vip(command)).out for command in ("replay", "roll-over")] == ["No case is open.\n"] * 2
