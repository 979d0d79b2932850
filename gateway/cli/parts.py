"""What `vip up` runs: the worker, the invitation page, and the samples, put together."""

from typing import Any, cast

from temporalio.client import Client

from activities.links import Links
from encryption.codec import Encryption
from gateway import codec, page
from gateway.client import Gateway
from local.up import Parts
from samples.planting import plant
from settings import Settings
from worker import read_policy, run_worker

_PATIENCE = 60.0
"""Seconds: many customers at once on a machine that may be busy."""


def _page(client: Client, settings: Settings) -> Any:
    links = Links([one.get_secret_value() for one in settings.link_secret], settings.public_url or "")
    gateway = Gateway(client, task_queue=settings.task_queue)
    return page.app(
        cast(page.Invitations, gateway),  # its bodies are the contract's, though it does not say so
        links,
        reseller_name=settings.reseller_name or "",
        support=settings.support or "",
        time_zone=read_policy(settings).time_zone,
        language=settings.language,
    )


def _codec(settings: Settings) -> Any:
    return codec.app(Encryption(settings.payload_keys), origins=[settings.ui_url])


async def _samples(client: Client, settings: Settings) -> str:
    return await plant(Gateway(client, task_queue=settings.task_queue, patience=_PATIENCE))


PARTS = Parts(worker=run_worker, page=_page, codec=_codec, samples=_samples)
