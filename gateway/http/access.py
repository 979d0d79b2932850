"""Around everything: which door a request goes to, its ID, a line in the log, and no stack trace for anybody."""

import re
import secrets
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Unavailable
from gateway.http.pace import Pace
from gateway.http.problems import TooOften, of_refusal

PAGE = "/invitations/"
_REQUEST_ID = re.compile(rb"[!-~]{1,64}")
_NO_STORE = (b"cache-control", b"no-store")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_UNKNOWN_LINK = 404

_log = structlog.get_logger("gateway.http.access")


class Doors:
    """The page of invitations at its address, the API everywhere else."""

    def __init__(self, api: ASGIApp, page: ASGIApp | None, pace: Pace) -> None:
        self._api, self._page, self._pace = api, page, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        to_page = self._page is not None and scope["path"].startswith(PAGE)
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()
        told = _Told(send, request_id, api=not to_page)
        scope.setdefault("state", {})
        began = time.perf_counter()
        try:
            if to_page:
                await self._on_page(scope, receive, told)
            else:
                await self._api(scope, receive, told)
        except Exception:
            _log.exception("unexpected", path=shown(scope["path"]), request_id=request_id.decode())
            if told.status is None:
                await of_refusal(Unavailable("unexpected"))(scope, receive, told)
            elif not told.whole:
                raise  # half an answer is out: the connection breaks off, so that nobody takes it for whole
        finally:
            _log.info(
                "request",
                method=scope["method"],
                path=shown(scope["path"]),
                status=told.status,
                seconds=round(time.perf_counter() - began, 4),
                caller=_caller(scope["state"]),
                request_id=request_id.decode(),
            )

    async def _on_page(self, scope: Scope, receive: Receive, told: "_Told") -> None:
        """Whoever follows links of nobody is slowed down; a good link always works."""
        assert self._page is not None  # noqa: S101 - for the type checker
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _UNKNOWN_LINK:
                held.append(message)
                await self._pace.wrong_from((scope.get("client") or ("",))[0])
            await told(message)

        try:
            await self._page(scope, receive, hold)
        except TooOften as too_often:
            await of_refusal(too_often)(scope, receive, told)


class _Told:
    """What is sent: with the request's ID on it, and its status remembered."""

    def __init__(self, send: Send, request_id: bytes, *, api: bool) -> None:
        self._send, self._request_id, self._api = send, request_id, api
        self.status: int | None = None
        self.whole = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            more = [(b"x-request-id", self._request_id)]
            if self._api:
                more += [_NO_STORE, _NO_SNIFFING]
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        elif message["type"] == "http.response.body":
            self.whole = not message.get("more_body", False)
        await self._send(message)


def shown(path: str) -> str:
    """A path as it may be logged: the token of an invitation lets somebody accept."""
    return f"{PAGE}{{token}}" if path.startswith(PAGE) else path[:200]


def _caller(state: MutableMapping[str, Any]) -> str | None:
    name = state.get("caller")
    return None if name is None else str(name)
