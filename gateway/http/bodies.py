"""Bodies of requests: read no further than they may be long, then JSON in the strict sense, one object."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from pydantic import ValidationError
from starlette.requests import Request

from cases.messages import LARGEST_BODY, Body
from gateway.calling import in_our_words
from gateway.errors import Refused
from gateway.http.problems import invalid
from states.refusals import refuse_fields

DEEPEST = 32
"""Objects and lists inside each other; the deepest body of the contract has seven."""
_DRAINED = 1024 * 1024
"""Bytes that are still read of a body that is refused, so that its sender reads the answer instead of a broken pipe."""


async def json_object(request: Request, form: type[Body], without: Iterable[str] = ()) -> dict[str, Any]:
    """The body, which is one of this form but for the fields it is `without`; none at all is an empty object.

    Raises `Refused`: `invalid_request`, `body_too_large`, `unsupported_media_type`.
    """
    raw = await _read(request)
    body = _told(request, raw) if raw else {}
    if unknown := [(name, "is not taken here") for name in without if name in body]:
        raise invalid(*unknown)
    try:
        form.model_validate_json(raw or b"{}", strict=True)  # as the schema says: an instant is a text, and no number
    except ValidationError as error:
        raise in_our_words(refuse_fields(error)) from None
    return body


def _told(request: Request, raw: bytes) -> dict[str, Any]:
    told = request.headers.get("content-type", "")
    media_type, _, parameters = told.partition(";")
    if media_type.strip().lower() != "application/json" or (
        "charset" in parameters and "utf-8" not in parameters.lower()
    ):
        raise Refused("unsupported_media_type", "The body must be sent as Content-Type: application/json, in UTF-8.")
    return _object_in(raw)


async def _read(request: Request) -> bytes:
    if _declared(request) > _DRAINED:
        raise _too_large()
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > _DRAINED:
            break
        if length <= LARGEST_BODY:
            parts.append(part)
    if length > LARGEST_BODY:
        raise _too_large()
    return b"".join(parts)


def _declared(request: Request) -> int:
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


def _too_large() -> Refused:
    return Refused("body_too_large", f"The body is larger than {LARGEST_BODY} bytes.")


def _object_in(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
            raise RecursionError
        if b"\\ud" in raw.lower():
            json.dumps(body, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise invalid(("body", "must be UTF-8")) from None
    except UnicodeEncodeError:
        raise invalid(("body", "must be text: half of a surrogate pair is none")) from None
    except RecursionError:
        raise invalid(("body", f"must not be nested deeper than {DEEPEST} times")) from None
    except ValueError as error:
        told = str(error) if isinstance(error, json.JSONDecodeError | _NotJson) else "a number is too long"
        raise invalid(("body", f"must be JSON: {told}")) from None
    if not isinstance(body, dict):
        raise invalid(("body", "must be one JSON object"))
    return body


class _NotJson(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _NotJson("a name stands twice in one object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise _NotJson(f"{name} is no number of JSON")


def _depth(body: Any) -> int:
    level, deep = [body], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        deep += 1
        if deep > DEEPEST:
            break
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return deep
