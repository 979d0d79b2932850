"""`vip up` with the real worker, its letters going to the relay of a test: python -m ... DATA RELAY.

Killed attempts and refused letters are tried again within a second, which else takes half a minute and more.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.common import RetryPolicy

from activities import attempt
from local import up
from local.ports import ANY
from settings import Settings
from settings_values import SmtpUrl
from tests.local.stack_script import codec, page, samples
from worker import run_worker
from workflows import delivery

SOON = timedelta(seconds=0.5)


async def worker(client: Client, settings: Settings, ready: asyncio.Event) -> None:
    delivery.RETRIES = RetryPolicy(initial_interval=SOON, maximum_interval=SOON)
    vars(delivery)["SILENCE"] = timedelta(seconds=3)
    attempt.BEAT = 0.5
    await run_worker(client, settings.model_copy(update={"smtp_url": SmtpUrl.parse(sys.argv[2])}), ready)


if __name__ == "__main__":
    sys.exit(up.run(up.Parts(worker, page, codec, samples), data=Path(sys.argv[1]), samples=False, usual=ANY))
