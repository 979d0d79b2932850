"""The HTTP door on a real server with a real worker; requests go to the application without a socket."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from httpx2 import ASGITransport, AsyncClient, Response

from gateway.client import Gateway
from gateway.http import health
from gateway.http.app import create_app
from register.register import Register
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab

AUTHORIZE: dict[str, Any] = {"lines": LINES, "requested_by": "account_manager"}


def key() -> str:
    return secrets.token_hex(8)


class Api:
    """Whoever calls the door, with what every call needs; and the first steps of a customer's life."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **options: Any) -> Response:
        return await self.client.get(path, **options)

    async def post(self, path: str, body: Any = None, idempotency_key: str | None = None, **options: Any) -> Response:
        headers = {"Idempotency-Key": idempotency_key or key(), **options.pop("headers", {})}
        return await self.client.post(path, json=body, headers=headers, **options)

    async def put(self, path: str, body: Any, idempotency_key: str | None = None) -> Response:
        return await self.client.put(path, json=body, headers={"Idempotency-Key": idempotency_key or key()})

    async def done(self, path: str, body: Any = None, idempotency_key: str | None = None) -> Any:
        """The answer of a POST that succeeds."""
        response = await self.post(path, body, idempotency_key)
        assert response.is_success, response.text
        return response.json()

    async def seen(self, path: str, **options: Any) -> Any:
        """The answer of a GET that succeeds."""
        response = await self.get(path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    async def member(self, **changes: Any) -> str:
        number = str((await self.done("/v1/customers", {**INVITATION, **changes}))["vip_number"])
        await self.done(f"/v1/customers/{number}/acceptance", ACCEPT)
        return number

    async def authorized(self, number: str, **changes: Any) -> str:
        answer = await self.done(f"/v1/customers/{number}/authorizations", {**AUTHORIZE, **changes})
        return str(answer["authorization_number"])


def problem(response: Response, status: int, code: str) -> Any:
    """The document, held against what every problem says."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/problems/{code}")
    assert told["title"]
    assert told["detail"]
    return told


@asynccontextmanager
async def api_of(gateway: Gateway, **options: Any) -> AsyncIterator[Api]:
    """A door of its own on this gateway. `options` go to the application, `headers` to every request."""
    headers = options.pop("headers", None)
    transport = ASGITransport(create_app(gateway, **options), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield Api(client)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def register(house: Lab) -> AsyncIterator[Register]:
    async with await Register.at(house.settings.database_url.get_secret_value()) as register:
        yield register


@pytest.fixture
def gateway(house: Lab, register: Register) -> Gateway:
    # The machine may be busy; who gives up in time is tested elsewhere.
    queue = house.settings.task_queue
    return Gateway(house.client, task_queue=queue, number_secret="only for tests", patience=60, register=register)


@pytest_asyncio.fixture
async def api(gateway: Gateway, house: Lab, register: Register) -> AsyncIterator[Api]:
    ready = {
        "temporal": health.temporal(house.client),
        "worker": health.workers(house.client, house.settings.task_queue),
        "register": register.ready,
    }
    async with api_of(gateway, ready=ready) as made:
        yield made
