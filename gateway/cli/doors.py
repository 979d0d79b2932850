"""What HTTP serves, put together from the settings: the API and the page of invitations, one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.client import Gateway
from gateway.http import health
from gateway.http.app import PATIENCE, create_app
from gateway.invitations.composing import page_of
from settings import NEEDED_BY_PAGE, Settings
from worker import read_policy, register_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp
    from temporalio.client import Client


def doors(client: "Client", settings: Settings) -> "ASGIApp":
    """The application; its lifespan closes the register. Without what the page needs (`missing`) it is the API alone.

    Raises `SettingsError`.
    """
    secret, register = settings.number_secret, register_of(settings)
    gateway = Gateway(
        client,
        task_queue=settings.task_queue,
        number_secret=secret.get_secret_value() if secret else "",
        patience=PATIENCE,
        register=register,
    )
    ready = {"temporal": health.temporal(client), "worker": health.workers(client, settings.task_queue)}
    if register is not None:
        ready["register"] = register.ready

    @asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncIterator[None]:
        yield
        if register is not None:
            await register.close()

    return create_app(
        gateway,
        keys=settings.api_keys,
        page=None if missing(settings) else page_of(settings, gateway, time_zone=read_policy(settings).time_zone),
        requests_per_minute=settings.requests_per_minute,
        ready=ready,
        lifespan=lifespan,
    )


def missing(settings: Settings) -> list[str]:
    """Settings that the page of invitations needs and does not have."""
    return [f"VIP_{name.upper()}" for name in NEEDED_BY_PAGE if not getattr(settings, name)]
