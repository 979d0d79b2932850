"""What an operation is: one method of one address, who may ask for it, what it takes and what it gives.

The routes, the roles and the OpenAPI document are all made from the same operations.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cases.messages import Body
from gateway.client import Gateway
from gateway.http.callers import Caller, Role
from gateway.http.parameters import Parameter


@dataclass(frozen=True)
class Asked:
    """One request, checked: what the operation needs of it."""

    gateway: Gateway
    """As this caller reads through it."""
    request: Request
    caller: Caller
    number: str = ""
    """The customer's or the authorization's, from the address."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that were given, by name."""
    body: dict[str, Any] = field(default_factory=dict)
    key: str = ""


Handler = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """One row of the contract's table."""

    name: str
    method: str
    path: str
    role: Role
    does: str
    """One line, as the OpenAPI document tells it."""
    handler: Handler
    gives: Any
    """Type of the answer."""
    form: type[Body] | None = None
    """What a body must be; one that is none takes no body."""
    without: tuple[str, ...] = ()
    """Fields of the form that this door does not take."""
    keyed: bool = False
    """It changes something, so it needs an Idempotency-Key."""
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    refuses: tuple[str, ...] = ()
    """Codes of the rules' refusals."""
    media_type: str = "application/json"
    reads_lists: bool = False
    """It takes `Read-After`."""

    @property
    def number(self) -> str | None:
        """Name of the number in its address."""
        return next((name for name in ("vip_number", "authorization_number") if f"{{{name}}}" in self.path), None)
