"""Schemas of the OpenAPI document: bodies from the forms that check them, answers from the types that describe them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from gateway.http.operations import Operation
from gateway.http.problems import CODES

_OF_FORM = "#/components/schemas/{model}Body"
_OF_ANSWER = "#/components/schemas/{model}"
PROBLEM = {"$ref": "#/components/schemas/Problem"}

_TEXT: dict[str, Any] = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why the answer is no (RFC 9457). Programs look at `code`, which is stable.",
    "properties": {
        "type": {"type": "string", "description": "An address that tells what the code means."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong this time, for a person."},
        "code": {"type": "string", "description": f"One of {', '.join(sorted(CODES))}; others may be added."},
        "errors": {
            "type": "array",
            "description": "With `invalid_request`: every field that is wrong.",
            "items": {
                "type": "object",
                "properties": {"field": _TEXT, "message": _TEXT},
                "required": ["field", "message"],
            },
        },
        "reasons": {
            "type": "array",
            "description": "Every reason of a refusal at once, each with what would make it legal.",
            "items": {"$ref": "#/components/schemas/ReasonAgainst"},
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}
_HEALTH: dict[str, Any] = {
    "type": "object",
    "properties": {"status": {"const": "ok"}, "parts": {"type": "array", "items": _TEXT}},
    "required": ["status"],
}


class _Plain(GenerateJsonSchema):
    """Without the titles that only repeat a field's name, and no stricter than the forms."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def frozenset_schema(self, schema: Any) -> Any:
        """What is named twice counts once: a body may do so, an answer never does."""
        made = super().frozenset_schema(schema)
        if self.mode == "validation":
            made.pop("uniqueItems", None)
        return made


def components(operations: Iterable[Operation]) -> dict[str, Any]:
    """Every schema by its name."""
    known = list(operations)
    forms = list(dict.fromkeys((one.form, "validation") for one in known if one.form is not None))
    _, of_forms = models_json_schema(
        forms,  # type: ignore[arg-type]  # it takes any sequence of pairs
        ref_template=_OF_FORM,
        schema_generator=_Plain,
    )
    made = {f"{name}Body": schema for name, schema in of_forms.get("$defs", {}).items()}
    for one in known:
        for name in one.without:
            made[of_form(one)["$ref"].rpartition("/")[2]]["properties"].pop(name, None)
    answers = [(_name(given), "serialization", TypeAdapter(given)) for given in _given(known)]
    _, of_answers = TypeAdapter.json_schemas(
        answers,  # type: ignore[arg-type]
        ref_template=_OF_ANSWER,
        schema_generator=_Plain,
    )
    made |= of_answers.get("$defs", {})
    made = _used(made | {"Problem": _PROBLEM, "Health": _HEALTH}, known)
    return dict(sorted(made.items()))


def of_form(operation: Operation) -> dict[str, str]:
    assert operation.form is not None  # noqa: S101 - for the type checker
    return {"$ref": _OF_FORM.format(model=operation.form.__name__)}


def of_answer(operation: Operation) -> dict[str, str]:
    return {"type": "string"} if operation.gives is str else {"$ref": _OF_ANSWER.format(model=_name(operation.gives))}


def _given(operations: Iterable[Operation]) -> list[Any]:
    return list(dict.fromkeys(one.gives for one in operations if one.gives is not str))


def _name(given: Any) -> str:
    return str(given.__name__)


def _used(schemas: Mapping[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """Only what something refers to: a field that this door does not take may have brought its parts along."""
    left = [of_answer(one).get("$ref", "") for one in operations] + [
        of_form(one)["$ref"] for one in operations if one.form
    ]
    left += [PROBLEM["$ref"], "#/components/schemas/Health"]
    found: dict[str, Any] = {}
    while left:
        name = left.pop().rpartition("/")[2]
        if name and name not in found:
            found[name] = schemas[name]
            left += _references(schemas[name])
    return found


def _references(schema: Any) -> list[str]:
    if isinstance(schema, Mapping):
        here = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return here + [one for inner in schema.values() for one in _references(inner)]
    return [one for inner in schema for one in _references(inner)] if isinstance(schema, list) else []
