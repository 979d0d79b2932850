"""Answers: JSON as it comes from the case, and what a caller hands back to read its own writes."""

import re
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from cases.words import VIP_NUMBER
from gateway.http.problems import invalid

READ_AFTER = "Read-After"
_MOST = 50
"""Customers that one request may name."""
LONGEST_READ_AFTER = 22 * _MOST


def json(answer: Any, status: int = 200, *, changed: str | None = None) -> Response:
    """`changed` is the customer that was."""
    headers = {READ_AFTER: changed} if changed else None
    return Response(to_json(answer), status, headers, "application/json")


def read_after(request: Request) -> tuple[str, ...]:
    """Customers whose changes the caller wants to see. Raises `Refused` (`invalid_request`)."""
    told = ",".join(request.headers.getlist(READ_AFTER))
    numbers = [one.strip() for one in told.split(",") if one.strip()]
    if len(told) > LONGEST_READ_AFTER or not all(re.fullmatch(VIP_NUMBER, one) for one in numbers):
        raise invalid((READ_AFTER, f"must be at most {_MOST} VIP numbers, with commas between them"))
    return tuple(dict.fromkeys(numbers))
