"""The Temporal UI as the local stack shows it: with views and the inbox, without resets (docs/operations.md).

The dev server has no option for that, so its UI listens on a port of its own, and this passes on what a browser asks.
A reset would apply updates and signals once more, perhaps in another order, and such a history does not replay.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from local.inbox import pages as inbox
from local.views import VIEWS, View, managed_by, opening, overview

SWITCHED_OFF = {"WorkflowResetDisabled": True, "WorkflowCancelDisabled": True}
"""What the UI reads in its settings, and then offers no more. A case does not follow a request to cancel its workflow:
that large button would only be taken for the command `cancel`."""
REFUSAL = "Resets are switched off here: repair a case by an update, see docs/operations.md."

SETTINGS = "/api/v1/settings"
# An activity may be reset: its next attempt comes at once, and nothing is forgotten.
_RESET = re.compile(r"/workflows/(?!.*/activities\b).+/reset$")
_BATCH = re.compile(r"/batch-operations/[^/]+$")
_PERMISSION_DENIED = 7  # as gRPC numbers it; the UI shows the message
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# They speak of one connection, and a proxy has two (RFC 9110, 7.6.1); the date comes from whoever answers last.
_NOT_PASSED_ON = {
    *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    *(b"date", b"server"),
}
# None: the UI waits for news of a running case as long as the server lets it.
_TIMEOUT = {"connect": 5.0, "read": None, "write": None, "pool": None}


def app(behind: str, codec: ASGIApp, letters: Path) -> Starlette:
    """The UI that listens at `behind`, without resets, as an ASGI application; at /codec is what decodes for it, at
    /inbox what the folder of `letters` holds."""
    # The bare transport: a client would keep one browser's cookies for the next, and follow redirects.
    server = httpx2.AsyncHTTPTransport(trust_env=False, limits=httpx2.Limits(max_connections=None))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with server:
            yield

    async def ask(request: Request, body: bytes = b"") -> httpx2.Response:
        query = request.scope["query_string"]
        target = request.scope["raw_path"] + (b"?" + query if query else b"")
        return await server.handle_async_request(
            httpx2.Request(
                request.method,
                httpx2.URL(behind).copy_with(raw_path=target),
                headers=_passed_on(request.headers.raw),
                content=body,
                extensions={"timeout": _TIMEOUT},
            )
        )

    async def settings(request: Request) -> Response:
        answer = await ask(request)
        changed = json.dumps({**json.loads(await answer.aread()), **SWITCHED_OFF})
        shown = Response(changed, answer.status_code)
        theirs = _passed_on(answer.headers.raw)
        shown.raw_headers += [each for each in theirs if each[0] not in (b"content-length", b"content-encoding")]
        return shown

    async def everything_else(request: Request) -> Response:
        body = await request.body()
        if request.method == "POST" and _is_reset(request.url.path, body):
            return JSONResponse({"code": _PERMISSION_DENIED, "message": REFUSAL}, 403)
        answer = await ask(request, body)
        shown = StreamingResponse(_stream(answer), answer.status_code)
        shown.raw_headers = _passed_on(answer.headers.raw)
        return shown

    return Starlette(
        routes=[
            Mount("/codec", codec),
            *inbox.routes(letters),
            Route("/views", _views),
            Route("/views/managed-by", _managed_by),
            *(Route(view.path, _opening(view)) for view in VIEWS),
            Route(SETTINGS, settings),
            Route("/{path:path}", everything_else, methods=_METHODS),
        ],
        exception_handlers={httpx2.RequestError: _not_there},
        lifespan=lifespan,
    )


async def _views(_request: Request) -> Response:
    return HTMLResponse(overview())


async def _managed_by(request: Request) -> Response:
    try:
        return HTMLResponse(opening(managed_by(request.query_params.get("id", "").strip())))
    except ValueError as error:
        return PlainTextResponse(f"There is no such view: {error}.", 400)


def _opening(view: View) -> Callable[[Request], Awaitable[Response]]:
    async def opened(_request: Request) -> Response:
        return HTMLResponse(opening(view))

    return opened


def _is_reset(path: str, body: bytes) -> bool:
    if _RESET.search(path):
        return True
    if not _BATCH.search(path):
        return False
    try:
        batch = json.loads(body)
    except ValueError:
        return False  # the server says what is wrong with it
    return isinstance(batch, dict) and not {"resetOperation", "reset_operation"}.isdisjoint(batch)


def _passed_on(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _NOT_PASSED_ON]


async def _stream(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


async def _not_there(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("The Temporal UI does not answer; see server.log.", 502)
