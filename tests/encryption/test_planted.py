"""Planted names and addresses are found nowhere in clear: database, logs, metrics, IDs, search attributes."""

import asyncio
import sys
import urllib.request
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.converter import DataConverter

from encryption.converter import PLAIN
from local import clock
from local.mailbox import MailSink
from local.ports import ANY
from local.server import serving
from tests.workflows.lab import ACCEPT, ENCRYPTING, INVITATION, LINES, Lab, settings_for
from tests.workflows.test_worker import ROOT, environment
from workflows.names import authorization_id, customer_id

PLANTED = {
    "the contact": "Zeborahquist",
    "the contact's address": "zq-contact-7f3",
    "the account manager": "Wolframstein",
    "the account manager's address": "zq-manager-9c1",
    "the street": "Quxlundgade",
    "who accepted": "Yrsaplanted",
    "who did it": "Olafplanted",
    "a reason": "Kofoedplanted",
    "the new contact": "Nimroddatter",
    "the new address": "zq-new-5d5",
    "the organisation": "Hemmeligorg",
}
"""Words that occur nowhere else: each stands for one thing that names a person, or the organisation."""

INVITE: dict[str, Any] = {
    **INVITATION,
    "organization": "Hemmeligorg ApS",
    "address": "Quxlundgade 1, Aarhus",
    "contact": {"name": "Zeborahquist Holm", "email": "zq-contact-7f3@example.com"},
    "account_manager": {"id": "am-1", "name": "Wolframstein Friis", "email": "zq-manager-9c1@example.org"},
    "actor": "Olafplanted",
}


@dataclass
class Left:
    """What one life left behind in the places where it may be read."""

    database: bytes
    logs: str
    metrics: str
    index: str
    """IDs and search attributes of every workflow, and the IDs of every update."""

    def found(self) -> set[str]:
        everywhere = self.database + (self.logs + self.metrics + self.index).encode()
        return {what for what, word in PLANTED.items() if word.lower().encode() in everywhere.lower()}


async def lived(folder: Path, converter: DataConverter, **settings: str) -> Left:
    port = ANY.free().ui
    async with (
        serving(port=ANY.free().temporal, data=folder, log=folder / "server.log", converter=converter) as client,
        MailSink() as sink,
        working_alone(folder, client, sink, VIP_METRICS_ADDRESS=f"127.0.0.1:{port}", **settings),
    ):
        sink.answers["zq-contact-7f3@example.com"] = "550 5.1.1 zq-contact-7f3@example.com is no user here"
        house = Lab(client, sink, settings_for(sink, "reseller-lifecycle"))
        cases = await _a_life(house)
        metrics = await asyncio.to_thread(_metrics, port)
        index = await _index(client, cases)
    assert len(sink.letters) > 3
    assert "vip_" in metrics or "temporal_" in metrics
    return _left(folder, metrics, index)


def _left(folder: Path, metrics: str, index: str) -> Left:
    database = b"".join(path.read_bytes() for path in sorted(folder.glob("temporal.db*")))
    return Left(database, "".join(path.read_text() for path in folder.glob("*.log")), metrics, index)


async def _a_life(house: Lab) -> list[str]:
    """Letters refused and sent, refusals, a rubbish signal, hand-over, roll-over, a terminated authorization."""
    vip = await house.invite(**INVITE)
    await house.tell(vip, "accept_invitation", {**ACCEPT, "accepted_by": {"name": "Yrsaplanted Lund"}})
    number = await house.authorize(vip, actor="Olafplanted")
    with pytest.raises(WorkflowUpdateFailedError):
        await house.tell(vip, "authorize_purchase", {"lines": "Kofoedplanted", "requested_by": "Kofoedplanted"})
    await house.customer(vip).signal("authorization_changed", {"news": "Kofoedplanted"})
    person = {"name": "Nimroddatter Lund", "email": "zq-new-5d5@example.com", "reason": "Kofoedplanted has left"}
    await house.tell(vip, "hand_over_contact", person)
    lost = await house.authorize(vip, lines=LINES, purchase_order="P-1")
    await house.authorization(lost).terminate("by an operator")
    await house.order(number, "cancel", {"reason": "Kofoedplanted", "actor": "Olafplanted"})
    await house.customer(vip).signal("roll_over")
    cases = [customer_id(vip), authorization_id(number), authorization_id(lost)]
    await clock.settle(house.client, cases[:1])
    return cases


@asynccontextmanager
async def working_alone(folder: Path, client: Client, sink: MailSink, **settings: str) -> AsyncIterator[None]:
    """`python worker.py`, as it is run."""
    variables = environment(client.service_client.config.target_host, sink.url, **settings)
    with (folder / "worker.log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "worker.py"), cwd=folder, env=variables, stdout=PIPE, stderr=output
        )
        try:
            yield
        finally:
            process.terminate()
            await process.communicate()


def _metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text: str = answer.read().decode()
    return text


async def _index(client: Client, cases: list[str]) -> str:
    """What the lists show, and the raw events without their payloads' meaning."""
    found = [f"{one.id} {one.raw_info.search_attributes}" async for one in client.list_workflows("")]
    for case in cases:
        asked = GetWorkflowExecutionHistoryRequest(namespace=client.namespace)
        asked.execution.workflow_id = case
        history = (await client.workflow_service.get_workflow_execution_history(asked)).history
        found.append(str(history))
    return "\n".join(found)


async def test_no_planted_word_is_found_in_clear(tmp_path: Path) -> None:
    left = await lived(tmp_path, ENCRYPTING, VIP_ORGANIZATION_IN_LISTS="false")
    assert left.found() == set()


async def test_by_default_the_organisation_alone_is_shown_in_lists(tmp_path: Path) -> None:
    assert (await lived(tmp_path, ENCRYPTING)).found() == {"the organisation"}


async def test_without_encryption_every_planted_word_is_found(tmp_path: Path) -> None:
    """Otherwise the two tests above would look in the wrong places."""
    left = await lived(tmp_path, PLAIN, VIP_PAYLOAD_ENCRYPTION="off", VIP_PAYLOAD_KEYS="")
    assert left.found() == set(PLANTED)
