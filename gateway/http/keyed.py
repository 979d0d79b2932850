"""The header that makes a repeat safe."""

from starlette.requests import Request

from gateway.errors import Refused
from gateway.http.problems import invalid
from gateway.keys import LONGEST_KEY, check

HEADER = "Idempotency-Key"


def key_of(request: Request) -> str:
    """The key of a request that changes something. Raises `Refused` (`invalid_request`, naming the header)."""
    told = request.headers.getlist(HEADER)
    if len(told) != 1:
        raise invalid((HEADER, "is given twice" if told else "is missing: the same key again has no second effect"))
    try:
        return check(told[0])
    except Refused:
        raise invalid((HEADER, f"must be 1 to {LONGEST_KEY} visible ASCII characters")) from None
