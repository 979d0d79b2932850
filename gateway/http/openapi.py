"""The OpenAPI document, 3.1: made from the operations, so that it says what is served."""

from collections.abc import Iterable, Sequence
from typing import Any

from cases.words import AUTHORIZATION_NUMBER, VIP_NUMBER
from gateway.http import schemas
from gateway.http.answering import LONGEST_READ_AFTER, READ_AFTER
from gateway.http.examples import answer_of, body_of
from gateway.http.keyed import HEADER
from gateway.http.operations import Operation
from gateway.http.parameters import Parameter
from gateway.http.problems import CODES, MEDIA_TYPE, kind
from gateway.keys import LONGEST_KEY

_NUMBERS = {
    "vip_number": ("The customer's VIP number.", VIP_NUMBER),
    "authorization_number": ("The authorization's number.", AUTHORIZATION_NUMBER),
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "The same key with the same body has one effect, and gets the first answer.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": LONGEST_KEY},
}
_READ_AFTER = {
    "name": READ_AFTER,
    "in": "header",
    "required": False,
    "description": "VIP numbers as changes answered them: the list is not older than those changes.",
    "schema": {
        "type": "string",
        "pattern": f"^({VIP_NUMBER}(, ?{VIP_NUMBER})*)?$",
        "maxLength": LONGEST_READ_AFTER,
    },
}
_ABOUT = """Customers and purchase authorizations of a reseller. Bodies are JSON objects; unknown fields are refused.
Instants are RFC 3339 in UTC, days ISO 8601. Every "no" is a problem document with a stable `code`."""
_HEADERS: dict[str, Any] = {
    "Request-Id": {"description": "Names this request in the log.", "schema": {"type": "string"}},
    "Read-After": {
        "description": "The customer that was changed: hand it back where lists must show the change.",
        "schema": {"type": "string", "pattern": f"^{VIP_NUMBER}$"},
    },
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "Authenticate": {"description": "How to give a key.", "schema": {"type": "string"}},
    "Disposition": {"description": "A name for the file.", "schema": {"type": "string"}},
}
_REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/Request-Id"}}


def document(operations: Sequence[Operation], *, with_keys: bool) -> dict[str, Any]:
    """The document; a server without keys asks for none."""
    paths: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, operations, with_keys)
    for path, does in (("/healthz", "The process lives."), ("/readyz", "It can serve: all it needs answers.")):
        paths[path] = {"get": _health(path, does)}
    made: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "VIP lifecycles", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": schemas.components(operations), "headers": _HEADERS},
    }
    if with_keys:
        told = "One of the keys of VIP_API_KEYS. Its role says what it may do."
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": told}}
        made["security"] = [{"key": []}]
    return made


def _operation(one: Operation, all_of_them: Iterable[Operation], with_keys: bool) -> dict[str, Any]:
    told = [f"Role `{one.role.name.lower()}`."]
    if one.refuses:
        told.append(f"Refused with {', '.join(f'`{code}`' for code in one.refuses)}.")
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.does,
        "description": " ".join(told),
        "tags": [_tag(one)],
        "parameters": [*_numbers(one), *map(_parameter, one.parameters)],
        "responses": {str(one.status): _answer(one, all_of_them), **_problems(one, with_keys)},
    }
    if one.keyed:
        made["parameters"].append(_KEY)
    if one.reads_lists:
        made["parameters"].append(_READ_AFTER)
    if one.form is not None:
        content: dict[str, Any] = {"schema": schemas.of_form(one)}
        if (example := body_of(one.name)) is not None:
            content["example"] = example
        needed = any(field.is_required() for field in one.form.model_fields.values())
        made["requestBody"] = {"required": needed, "content": {"application/json": content}}
    return made


def _tag(one: Operation) -> str:
    return {"vip_number": "customers", "authorization_number": "authorizations"}.get(one.number or "", "lists")


def _numbers(one: Operation) -> list[dict[str, Any]]:
    if one.number is None:
        return []
    told, form = _NUMBERS[one.number]
    schema = {"type": "string", "pattern": f"^{form}$"}
    return [{"name": one.number, "in": "path", "required": True, "description": told, "schema": schema}]


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = {"type": "array", "items": dict(one.schema)} if one.repeated else dict(one.schema)
    made: dict[str, Any] = {"name": one.name, "in": "query", "required": False, "description": one.does}
    return {**made, "schema": schema, **({"style": "form", "explode": True} if one.repeated else {})}


def _answer(one: Operation, all_of_them: Iterable[Operation]) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if one.keyed:
        headers[READ_AFTER] = {"$ref": "#/components/headers/Read-After"}
    if one.media_type == "text/csv":
        headers["Content-Disposition"] = {"$ref": "#/components/headers/Disposition"}
    content: dict[str, Any] = {"schema": schemas.of_answer(one)}
    if (example := answer_of(one.name)) is not None:
        content["example"] = example
    made: dict[str, Any] = {"description": one.does, "headers": headers, "content": {one.media_type: content}}
    if links := _links(one, all_of_them):
        made["links"] = links
    return made


def _links(one: Operation, all_of_them: Iterable[Operation]) -> dict[str, Any]:
    """What can be asked next, with the number that was just given."""
    number = {"invite": "vip_number", "authorize": "authorization_number", "record_order": "authorization_number"}
    if (name := number.get(one.name)) is None:
        return {}
    return {
        other.name: {"operationId": other.name, "parameters": {name: f"$response.body#/{name}"}}
        for other in all_of_them
        if other.number == name
    }


def _problems(one: Operation, with_keys: bool) -> dict[str, Any]:
    codes = ["invalid_request", "forbidden", "rate_limited", "unavailable"]
    codes += ["unauthorized"] if with_keys else []
    codes += ["not_found"] if one.number else []
    codes += ["body_too_large", "unsupported_media_type"] if one.form else []
    codes += ["idempotency_key_reused"] if one.form else []
    return {str(kind(code).status): _problem(code) for code in sorted(codes, key=lambda code: kind(code).status)}


def _problem(code: str) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if code in ("rate_limited", "unavailable"):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    if code == "unauthorized":
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/Authenticate"}
    title = "The rules say no, as things are now" if kind(code).status == 409 else CODES[code].title
    return {"description": f"{title}.", "headers": headers, "content": {MEDIA_TYPE: {"schema": schemas.PROBLEM}}}


def _health(path: str, does: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Health"}
    answer = {"description": does, "headers": _REQUEST_ID, "content": {"application/json": {"schema": schema}}}
    responses: dict[str, Any] = {"200": answer}
    if path == "/readyz":
        responses["503"] = _problem("unavailable")
    return {"operationId": path[1:], "summary": does, "tags": ["health"], "security": [], "responses": responses}
