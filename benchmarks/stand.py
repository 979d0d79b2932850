"""What benchmarks with a real server need: the server, our worker and a mail sink, all in memory and in one place."""

import secrets
import string
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from encryption.converter import encrypting
from encryption.keys import Key
from local.mailbox import MailSink
from local.ports import ANY
from local.server import serving
from settings import Settings, load
from worker import working

INVITE: dict[str, Any] = {
    "organization": "Aarhus Design ApS",
    "market_segment": "commercial",
    "offer_types": ["team"],
    "region": "DK",
    "address": "Havnegade 1",
    "postal_code": "8000",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "account_manager": {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com"},
}
PAYLOAD_KEYS = "benchmarks:" + "k" * 43 + "="
ENCRYPTING = encrypting(Key.parse_all(PAYLOAD_KEYS))
ACCEPT: dict[str, Any] = {"accepted_by": {"name": "Mette Holm"}, "terms_version": "2027-1"}
AUTHORIZE: dict[str, Any] = {
    "lines": [{"product": "cc-all-apps-team", "quantity": 5}],
    "requested_by": "account_manager",
}


@dataclass(frozen=True)
class Stand:
    client: Client
    settings: Settings
    sink: MailSink


@asynccontextmanager
async def server() -> AsyncIterator[Client]:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(port=ANY.free().temporal, log=Path(folder) / "server.log", converter=ENCRYPTING) as client:
            yield client


@asynccontextmanager
async def stand(client: Client, *, register: str = "off", **options: Any) -> AsyncIterator[Stand]:
    """Our worker on a task queue of its own; `register` is where its cases tell what happens."""
    async with MailSink() as sink:
        settings = settings_for(sink.url, f"bench-{secrets.token_hex(4)}", register)
        async with working(client, settings, **options):
            yield Stand(client, settings, sink)


def settings_for(smtp_url: str, queue: str, register: str = "off") -> Settings:
    return load(
        env_file=None,
        smtp_url=smtp_url,
        mail_from="Example Reseller <licences@reseller.example.com>",
        reseller_name="Example Reseller",
        support="help@reseller.example.com",
        public_url="http://127.0.0.1:9",
        link_secret="s" * 40,
        payload_keys=PAYLOAD_KEYS,
        task_queue=queue,
        mail_task_queue=f"{queue}-mail",
        database_url=register,
    )


def vip_number() -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(20))


ACTIONS = {
    "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED": 1,
    "EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED": 1,
    "EVENT_TYPE_TIMER_STARTED": 1,
    "EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": 1,
    "EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": 1,
    "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED": 1,
    "EVENT_TYPE_MARKER_RECORDED": 1,
}
"""What Temporal Cloud bills. A run continued as new is a start of its own; memo, current details and summaries are
free. Signals by a client, retries of activities and queries are counted apart."""

MOVED = {
    "EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED",
    "EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED",
}


def actions(events: Iterable[HistoryEvent]) -> int:
    """Billable actions of these events: activities count once for each attempt."""
    total = 0
    for event in events:
        total += ACTIONS.get(EventType.Name(event.event_type), 0)
        if event.HasField("activity_task_started_event_attributes"):
            total += event.activity_task_started_event_attributes.attempt
        if event.HasField("workflow_execution_signaled_event_attributes"):
            total += not event.workflow_execution_signaled_event_attributes.HasField("external_workflow_execution")
    return total


def tasks(events: Iterable[HistoryEvent]) -> int:
    """Workflow tasks of these events."""
    return sum(event.HasField("workflow_task_completed_event_attributes") for event in events)


async def histories(client: Client, workflow_id: str) -> list[HistoryEvent]:
    """Every event of every run, but for those that are there only because somebody moved the clock."""
    found: list[HistoryEvent] = []
    run: str | None = (await client.get_workflow_handle(workflow_id).describe()).raw_info.first_run_id
    while run:
        events = (await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()).events
        found += (event for event in events if EventType.Name(event.event_type) not in MOVED)
        run = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None
    return found
