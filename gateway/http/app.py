"""The application: every operation behind its checks, the documents about them, and the page of invitations."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from gateway.client import Gateway
from gateway.errors import Refused, Unavailable
from gateway.http import bodies, health, keyed, parameters
from gateway.http.access import Doors
from gateway.http.authorizations import AUTHORIZATIONS
from gateway.http.callers import Caller, Callers, WrongKey
from gateway.http.customers import CUSTOMERS
from gateway.http.lists import LISTS
from gateway.http.openapi import document
from gateway.http.operations import Asked, Operation
from gateway.http.pace import Pace
from gateway.http.problems import CODES, of_refusal, problem
from settings_values import ApiKey

OPERATIONS: tuple[Operation, ...] = (*LISTS, *CUSTOMERS, *AUTHORIZATIONS)
"""Fixed addresses come before those with a number in them."""
ANSWERS_WITHIN = 10.0
"""Seconds (contract, HTTP)."""
PATIENCE = 9.0
"""Seconds that the gateway of this door waits for a case, so that its own words come before the end."""

_log = structlog.get_logger("gateway.http")


def create_app(
    gateway: Gateway,
    *,
    keys: Iterable[ApiKey] = (),
    page: ASGIApp | None = None,
    requests_per_minute: int | None = None,
    ready: Mapping[str, health.Look] | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> ASGIApp:
    """Everything that HTTP serves. Without `keys` it answers this machine alone; `page` serves `/invitations/{token}`.

    `requests_per_minute` is for each key. `ready` are the parts that `/readyz` looks at. `lifespan` is around
    all of it, for what is opened before and closed after.
    """
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    callers, pace = Callers(keys), Pace(requests_per_minute)
    for path, operations in _by_path(OPERATIONS).items():
        endpoint = _endpoint(operations, gateway, callers, pace)
        api.add_route(path, endpoint, methods=list(operations), include_in_schema=False)
    api.add_route("/openapi.json", _openapi(callers), methods=["GET"], include_in_schema=False)
    api.add_route("/problems/{code}", _meaning, methods=["GET"], include_in_schema=False)
    health.add_to(api, ready or {})
    api.add_exception_handler(HTTPException, _not_served)
    api.add_exception_handler(Exception, _unexpected)
    return Doors(api, page, pace)


def _by_path(operations: Sequence[Operation]) -> dict[str, dict[str, Operation]]:
    found: dict[str, dict[str, Operation]] = defaultdict(dict)
    for one in operations:
        found[one.path][one.method] = one
    return found


def _endpoint(
    operations: Mapping[str, Operation], gateway: Gateway, callers: Callers, pace: Pace
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        operation = operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:  # pragma: no cover - the route has these methods and no other
            raise HTTPException(405)
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                caller = await _caller(request, callers, pace)
                caller.must_be(operation.role)
                return await operation.handler(await _asked(operation, gateway, request, caller))
        except TimeoutError:
            return of_refusal(Unavailable("no answer in time"))
        except Refused as refused:
            if isinstance(refused, Unavailable):
                _log.warning("unavailable", operation=operation.name, why=refused.message)
            return of_refusal(refused)
        except Exception:
            _log.exception("unexpected", operation=operation.name)
            return of_refusal(Unavailable("unexpected"))

    return answer


async def _caller(request: Request, callers: Callers, pace: Pace) -> Caller:
    try:
        caller = callers.who(request)
    except WrongKey:
        await pace.wrong_from(request.client.host if request.client else "")
        raise
    request.state.caller = caller.name
    await pace.request_of(caller.name or "")
    return caller


async def _asked(operation: Operation, gateway: Gateway, request: Request, caller: Caller) -> Asked:
    gateway = gateway.as_reader(caller.name or "http")
    number = request.path_params[operation.number] if operation.number else ""
    query = parameters.read(request, operation.parameters)
    if operation.form is None:
        return Asked(gateway, request, caller, number, query)
    key = keyed.key_of(request) if operation.keyed else ""
    body = await bodies.json_object(request, operation.form, operation.without)
    if operation.keyed and caller.name and body.get("actor") is None:
        body["actor"] = caller.name
    return Asked(gateway, request, caller, number, query, body, key)


def _openapi(callers: Callers) -> Callable[[Request], Awaitable[Response]]:
    text = json.dumps(document(OPERATIONS, with_keys=callers.have_keys), indent=1).encode()

    async def show(_: Request) -> Response:
        return Response(text, media_type="application/json")

    return show


async def _meaning(request: Request) -> Response:
    """What a code means; the `type` of every problem leads here."""
    code = request.path_params["code"]
    if (kind := CODES.get(code)) is None:
        raise HTTPException(404)
    return Response(f"{code} ({kind.status}): {kind.title}.\n", media_type="text/plain; charset=utf-8")


async def _not_served(request: Request, error: Exception) -> Response:
    """No such address, or not with this method."""
    headers = dict(getattr(error, "headers", None) or {})
    if getattr(error, "status_code", 404) == 405:
        headers["Allow"] = ", ".join(sorted(headers.get("Allow", "").split(", ")))
        told = f"{request.url.path} takes {headers['Allow']}."
        return problem("method_not_allowed", told, headers=headers)
    return problem("not_found", "Nothing is served at this address.")


async def _unexpected(_: Request, __: Exception) -> Response:
    """A mistake of ours is no business of the caller's, who may try again; `Doors` writes it down."""
    return of_refusal(Unavailable("unexpected"))
