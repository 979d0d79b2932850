"""What `vip up` runs: the worker, what HTTP serves, and the samples, put together."""

from typing import Any

from temporalio.client import Client

from encryption.codec import Encryption
from gateway import codec
from gateway.cli.doors import doors
from gateway.client import Gateway
from local.up import Parts
from samples.planting import plant
from settings import Settings
from worker import run_worker

_PATIENCE = 60.0
"""Seconds: many customers at once on a machine that may be busy."""


def _codec(settings: Settings) -> Any:
    return codec.app(Encryption(settings.payload_keys), origins=[settings.ui_url])


async def _samples(client: Client, settings: Settings) -> str:
    return await plant(Gateway(client, task_queue=settings.task_queue, patience=_PATIENCE))


PARTS = Parts(worker=run_worker, doors=doors, codec=_codec, samples=_samples)
