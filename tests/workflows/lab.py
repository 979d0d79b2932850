"""A real server, a real worker and a real mail sink in the test process, and a customer to try things on."""

import secrets
import string
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.converter import DataConverter

from encryption.converter import encrypting
from encryption.keys import Key
from local import clock
from local.mailbox import MailSink
from local.ports import ANY
from local.server import serving
from settings import Settings, load
from worker import working
from workflows.names import authorization_id, customer_id

INVITATION: dict[str, Any] = {
    "organization": "Aarhus Design ApS",
    "market_segment": "commercial",
    "offer_types": ["team"],
    "region": "DK",
    "address": "Vestergade 1, Aarhus",
    "postal_code": "8000",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "account_manager": {"id": "am-1", "name": "Jens Friis", "email": "jens@example.org"},
}
LINES = [{"product": "cc-all-apps-team", "quantity": 5}]
PAYLOAD_KEYS = "tests:" + "k" * 43 + "="
ENCRYPTING = encrypting(Key.parse_all(PAYLOAD_KEYS))
ACCEPT = {"accepted_by": {"name": "Mette Holm", "identity": "mette"}, "terms_version": "2026-1"}


def settings_for(sink: MailSink, queue: str, **more: Any) -> Settings:
    return load(
        env_file=None,
        smtp_url=sink.url,
        mail_from="Example Reseller <licences@reseller.example.com>",
        reseller_name="Example Reseller",
        support="help@reseller.example.com",
        public_url="http://127.0.0.1:9",
        link_secret="s" * 40,
        payload_keys=PAYLOAD_KEYS,
        task_queue=queue,
        mail_task_queue=f"{queue}-mail",
        **{"database_url": "off", **more},
    )


@asynccontextmanager
async def server(
    folder: Path, changes: Mapping[str, str] | None = None, converter: DataConverter = ENCRYPTING
) -> AsyncIterator[Client]:
    """A server in memory on a port the system assigns; `changes` are dynamic configuration."""
    ports = ANY.free()
    async with serving(port=ports.temporal, log=folder / "server.log", converter=converter, changes=changes) as client:
        yield client


@dataclass
class Lab:
    """One task queue with its workers, and the customers that work there."""

    client: Client
    sink: MailSink
    settings: Settings
    numbers: dict[str, list[str]] = field(default_factory=dict)

    def customer(self, vip_number: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(customer_id(vip_number))

    def authorization(self, number: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(authorization_id(number))

    async def invite(self, *, begin: datetime | None = None, **changes: Any) -> str:
        """Start a customer, now or (for a clock that is moved there) later on; returns its VIP number."""
        vip_number = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(20))
        body = {**INVITATION, **changes}
        await self.client.start_workflow(
            "Customer",
            body,
            id=customer_id(vip_number),
            task_queue=self.settings.task_queue,
            start_delay=None if begin is None else begin - datetime.now(UTC),
        )
        self.numbers[vip_number] = []
        return vip_number

    async def tell(self, vip_number: str, name: str, body: dict[str, Any], update_id: str | None = None) -> Any:
        """An update to the customer."""
        answer = await self.customer(vip_number).execute_update(name, body, id=update_id)
        if "authorization_number" in answer and answer["authorization_number"] not in self.numbers[vip_number]:
            self.numbers[vip_number].append(answer["authorization_number"])
        return answer

    async def order(self, number: str, name: str, body: dict[str, Any], update_id: str | None = None) -> Any:
        """An update to the authorization."""
        return await self.authorization(number).execute_update(name, body, id=update_id)

    async def authorize(self, vip_number: str, **changes: Any) -> str:
        """Authorize products; returns the authorization's number."""
        body = {"lines": LINES, "requested_by": "account_manager", **changes}
        answer = await self.tell(vip_number, "authorize_purchase", body)
        return str(answer["authorization_number"])

    async def now(self, vip_number: str) -> datetime:
        return await clock.now_of(self.client, customer_id(vip_number))


def code_of(error: WorkflowUpdateFailedError) -> str:
    """The code of a refusal."""
    return str(getattr(error.cause, "type", ""))


@asynccontextmanager
async def lab(client: Client, database_url: str = "off", **options: Any) -> AsyncIterator[Lab]:
    """A worker of its own on a task queue of its own. `options` go to the workflow worker."""
    async with MailSink() as sink:
        settings = settings_for(sink, f"test-{secrets.token_hex(4)}", database_url=database_url)
        async with working(client, settings, **options):
            yield Lab(client, sink, settings)
