"""A worker that waits less than `python worker.py` before it gives up on another that was killed, run as a program."""

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import RetryPolicy

import activities.mail

activities.mail.SILENCE = timedelta(seconds=2)  # before anything takes it over from there

import workflows.delivery  # noqa: E402

workflows.delivery.RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1))

from encryption.converter import data_converter  # noqa: E402
from settings import NEEDED_BY_WORKER, load, temporal_connection  # noqa: E402
from worker import working  # noqa: E402

STICKY = timedelta(seconds=1)


async def main() -> None:
    settings, where = load(NEEDED_BY_WORKER), temporal_connection()
    client = await Client.connect(**where, data_converter=data_converter(settings, where["target_host"]))
    async with working(client, settings, sticky_queue_schedule_to_start_timeout=STICKY):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
