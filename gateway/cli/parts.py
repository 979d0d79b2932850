"""What `vip up` runs: the worker, the invitation page, and the samples, put together."""

from typing import Any

from temporalio.client import Client

from encryption.codec import Encryption
from gateway import codec
from gateway.client import Gateway
from gateway.invitations.composing import page_of
from local.up import Parts
from samples.planting import plant
from settings import Settings
from worker import read_policy, run_worker

_PATIENCE = 60.0
"""Seconds: many customers at once on a machine that may be busy."""


def _page(client: Client, settings: Settings) -> Any:
    customers = Gateway(client, task_queue=settings.task_queue)
    return page_of(settings, customers, time_zone=read_policy(settings).time_zone)


def _codec(settings: Settings) -> Any:
    return codec.app(Encryption(settings.payload_keys), origins=[settings.ui_url])


async def _samples(client: Client, settings: Settings) -> str:
    return await plant(Gateway(client, task_queue=settings.task_queue, patience=_PATIENCE))


PARTS = Parts(worker=run_worker, page=_page, codec=_codec, samples=_samples)
