"""A worker against the Temporal server of the settings: settings → client → activities → workers. Several may run.

`python worker.py` runs one until SIGTERM or Ctrl-C; what is under way is finished first.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig

import telemetry
from activities.composing import MimeComposer
from activities.languages import languages
from activities.links import Links
from activities.mail import Mail
from activities.marks import BounceAddress
from activities.opening import Opening
from activities.pool import Keeping
from activities.recording import Recording
from activities.rendering import JinjaRenderer
from activities.sent import NotAMemory, SentLetters
from activities.smtp import SmtpTransport
from cases import shelf
from encryption.converter import data_converter
from register.register import Register
from settings import NEEDED_BY_WORKER, Settings, SettingsError, environment, load, temporal_connection
from settings_values import Mailbox, SmtpUrl
from states.catalogue import Catalogue, CatalogueError
from states.policy import Policy, PolicyError
from workflows import running, surroundings
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.names import SEARCH_ATTRIBUTES
from workflows.reading import lenient
from workflows.versioning import IncompleteVersion, deployment

OFF = "off"
GRACE = timedelta(seconds=20)
"""How long a stopping worker waits for the letters that are under way."""
STICKY = timedelta(seconds=5)
"""How long a task waits for the worker that has its case in memory, before any other takes it: half as long as a caller
waits, so that few of them wait in vain for a worker that was killed."""


class WrongSearchAttribute(Exception):
    """A search attribute exists with another type, so no case could be started."""


async def register_search_attributes(client: Client) -> None:
    """Add the search attributes that are missing, and compare the types of all.

    Adding one again with another type says "ok" and changes nothing, so the types are read back. Raises
    `WrongSearchAttribute` naming each.
    """
    request = ListSearchAttributesRequest(namespace=client.namespace)
    known = (await client.operator_service.list_search_attributes(request)).custom_attributes
    missing = {key.name: _type(key) for key in SEARCH_ATTRIBUTES if key.name not in known}
    if missing:
        adding = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(adding)
    wrong = [
        f"{key.name} is {IndexedValueType.Name(known[key.name])}, must be {IndexedValueType.Name(_type(key))}"
        for key in SEARCH_ATTRIBUTES
        if key.name in known and known[key.name] != _type(key)
    ]
    if wrong:
        raise WrongSearchAttribute("; ".join(wrong))


def _type(key: SearchAttributeKey[Any]) -> IndexedValueType.ValueType:
    return IndexedValueType.ValueType(int(key.indexed_value_type))


@asynccontextmanager
async def working(
    client: Client, settings: Settings, *, version: WorkerDeploymentConfig | None = None, **options: Any
) -> AsyncIterator[None]:
    """Workers for both task queues, of a `version` if told so, while the block runs. `options` go to the workflow one.

    Raises `SettingsError` for a policy or catalogue that can't be used, `WrongSearchAttribute`, `RPCError`.
    """
    policy, catalogue = read_policy(settings), read_catalogue(settings)
    await register_search_attributes(client)
    shelf.put(catalogue)
    register = register_of(settings)
    records = register is not None
    told = surroundings.Surroundings(
        mail_task_queue=settings.mail_task_queue,
        show_organization=settings.organization_in_lists,
        policy=policy,
        register=records,
    )
    lifecycle = Worker(
        lenient(client),
        task_queue=settings.task_queue,
        workflows=[Customer, PurchaseAuthorization],
        activities=[Opening(policy, running.first(records)).open_case, Recording(register).record_case],
        graceful_shutdown_timeout=GRACE,
        deployment_config=version,
        **{
            "max_cached_workflows": settings.cached_cases,
            "sticky_queue_schedule_to_start_timeout": STICKY,
            **options,
        },
    )
    letters = mail_of(settings)
    mail = Worker(
        client,
        task_queue=settings.mail_task_queue,
        activities=[letters.send_letter],
        max_concurrent_activities=settings.mail_connections,
        max_task_queue_activities_per_second=settings.mails_per_second,
        graceful_shutdown_timeout=GRACE,
        deployment_config=version,
    )
    async with AsyncExitStack() as stack:
        stack.callback(surroundings.put(told, settings.task_queue))
        stack.push_async_callback(letters.close)
        if register is not None:
            stack.push_async_callback(register.close)
            # Its tables are made before the first case is told; if it is away, the first record will try again.
            opening = asyncio.create_task(register.ready())
            stack.callback(opening.cancel)
        await stack.enter_async_context(mail)
        await stack.enter_async_context(lifecycle)
        yield


def register_of(settings: Settings) -> Register | None:
    """The register of the settings, opened when it is first needed; None where they name none."""
    url = settings.database_url.get_secret_value() if settings.database_url else OFF
    return None if url == OFF else Register(url)


def mail_of(settings: Settings) -> Mail:
    """The mail activity, put together from the settings."""
    relay, sender = settings.smtp_url, settings.mail_from
    if relay is None or sender is None:
        raise SettingsError("VIP_SMTP_URL and VIP_MAIL_FROM are needed to send letters")
    secrets = [one.get_secret_value() for one in settings.link_secret]
    links = Links(secrets, settings.public_url or "")
    if not languages().speaks(settings.language):
        offered = ", ".join(languages().tags)
        raise SettingsError(f"VIP_LANGUAGE: there is no complete catalogue for {settings.language}, only for {offered}")
    renderer = JinjaRenderer(
        reseller_name=settings.reseller_name or "",
        support=settings.support or "",
        links=links,
        language=settings.language,
        logo=settings.reseller_logo,
        colour=settings.reseller_colour,
    )
    transport = transport_to(relay, sender, Keeping(connections=settings.mail_connections))
    comes_back = BounceAddress(settings.bounces_to, secrets) if settings.bounces_to else None
    composer = MimeComposer(sender.name, sender.address, comes_back)
    try:
        memory = SentLetters(settings.sent_letters) if settings.sent_letters else None
    except NotAMemory as error:
        raise SettingsError(f"VIP_SENT_LETTERS: {_one_line(error)}") from None
    return Mail(renderer, composer, transport, memory)


def transport_to(relay: SmtpUrl, sender: Mailbox, keeping: Keeping) -> SmtpTransport:
    """The way to this relay."""
    return SmtpTransport(
        relay.host,
        relay.port,
        relay.security,
        username=relay.username,
        password=None if relay.password is None else relay.password.get_secret_value(),
        local_hostname=sender.address.rpartition("@")[2],
        keeping=keeping,
    )


def read_policy(settings: Settings) -> Policy:
    """Raises `SettingsError` with every contradiction in one line."""
    try:
        return Policy.from_toml(settings.policy.read_text(encoding="utf-8"))
    except (PolicyError, OSError) as error:
        raise SettingsError(f"VIP_POLICY: {_one_line(error)}") from None


def read_catalogue(settings: Settings) -> Catalogue:
    """Raises `SettingsError` with every problem in one line."""
    try:
        return Catalogue.from_toml(settings.catalogue.read_text(encoding="utf-8"))
    except (CatalogueError, OSError) as error:
        raise SettingsError(f"VIP_CATALOGUE: {_one_line(error)}") from None


def _one_line(error: Exception) -> str:
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip())


async def run_worker(client: Client, settings: Settings, ready: asyncio.Event) -> None:
    """Work until cancelled."""
    async with working(client, settings):
        ready.set()
        await asyncio.Event().wait()


async def main() -> None:
    settings = load(NEEDED_BY_WORKER)
    telemetry.configure_logging(json=settings.log_format == "json")
    read_policy(settings), read_catalogue(settings)  # told before anything is connected
    version = deployment(environment(), settings.versioning_behavior)
    where = temporal_connection()
    client = await Client.connect(
        **where,
        data_converter=data_converter(settings, where["target_host"]),
        runtime=telemetry.runtime(settings.metrics_address),
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # What was loaded stays: a collection that looks through all of it can hold a case longer than Temporal allows.
    gc.collect()
    gc.freeze()
    async with working(client, settings, version=version):
        await stop.wait()


def run() -> int:
    """Work until told to stop. Returns the exit status; what is wrong is one line."""
    try:
        asyncio.run(main())
    except (SettingsError, IncompleteVersion, WrongSearchAttribute) as error:
        print(f"worker: {_one_line(error)}", file=sys.stderr)  # noqa: T201 - it is the program's answer
    except (RPCError, RuntimeError) as error:
        print(f"worker: the Temporal server can't be used: {_one_line(error)}", file=sys.stderr)  # noqa: T201
    else:
        return 0
    return 1


if __name__ == "__main__":
    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # the SDK's own threads can abort the interpreter while it ends
