"""The codec server: decodes what Temporal keeps, for its UI and the `temporal` command, and encodes for them.

Whoever may ask it reads everything: it belongs on this machine, or behind a token and TLS. The protocol is Temporal's:
POST of `Payloads` as JSON to `/decode` and `/encode`.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads

from encryption.codec import Encryption

LARGEST = 16 * 1024 * 1024
"""Bytes of one request; a page of a history is far less."""
LOOPBACK = ("127.0.0.1", "localhost")
"""Names under which a browser may ask on this machine; another one would be a page of somebody else (DNS rebinding)."""

_PROBLEM = "application/problem+json"


def app(
    codec: Encryption, *, origins: Sequence[str], token: str | None = None, hosts: Sequence[str] = LOOPBACK
) -> Starlette:
    """Decodes and encodes with `codec`. Pages of `origins` may ask; with a `token`, whoever bears it; under `hosts`."""

    async def decode(payloads: Sequence[Payload]) -> list[Payload]:
        return [codec.readable(payload) for payload in payloads]

    def endpoint(
        work: Callable[[Sequence[Payload]], Awaitable[list[Payload]]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if token is not None and not _bears(request, token):
                return _problem(
                    401, "unauthorized", "Authorization: Bearer with the token of this codec server is needed"
                )
            if (body := await _body(request)) is None:
                return _problem(413, "body_too_large", f"a request has at most {LARGEST} bytes")
            try:
                asked = Parse(body, Payloads())
            except (ParseError, UnicodeDecodeError):
                return _problem(400, "invalid_request", 'the body is no Payloads: it looks like {"payloads": [...]}')
            return Response(MessageToJson(Payloads(payloads=await work(asked.payloads))), media_type="application/json")

        return answer

    return Starlette(
        routes=[
            Route("/decode", endpoint(decode), methods=["POST"]),
            Route("/encode", endpoint(codec.encode), methods=["POST"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=["POST"],
                allow_headers=["content-type", "x-namespace", "authorization"],
                allow_credentials=True,
            ),
        ],
    )


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())


async def _body(request: Request) -> bytes | None:
    """None: too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _problem(status: int, code: str, detail: str) -> Response:
    return JSONResponse({"status": status, "code": code, "detail": detail}, status, media_type=_PROBLEM)
