"""One recorded run, replayed with the code as it is; and code as it might become, for as long as a test lasts."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowReplayResult

from cases.authorization import AuthorizationCase
from states.authorization import AUTHORIZATION
from states.lifecycle import Lifecycle
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.reading import Reading

Change = Callable[[Lifecycle[Any]], Lifecycle[Any]]


async def replayed(text: str) -> WorkflowReplayResult:
    replayer = Replayer(
        workflows=[Customer, PurchaseAuthorization], data_converter=DataConverter(payload_converter_class=Reading)
    )
    workflow_id = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
    history = WorkflowHistory.from_json(workflow_id, text)
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


def is_nondeterminism(result: WorkflowReplayResult) -> bool:
    failure = result.replay_failure
    return failure is not None and "ondeterminis" in f"{type(failure).__name__}: {failure}"


def change_authorizations(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Another table for authorizations."""
    changed = change(AUTHORIZATION)
    monkeypatch.setitem(AuthorizationCase.machines, "authorization", changed)
    monkeypatch.setattr("cases.authorization.AUTHORIZATION", changed)


def with_rows(rule: str, **changes: Any) -> Change:
    """These rows, otherwise."""

    def change(table: Lifecycle[Any]) -> Lifecycle[Any]:
        rows = tuple(row._replace(**changes) if row.rule == rule else row for row in table.rows)
        assert rows != table.rows, "nothing was planted"
        return replace(table, rows=rows)

    return change
