"""Pydantic's complaints as sentences for whoever wrote a file: `setting: what is wrong, what would be right`."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]

_EXPECTED = {
    "missing": "is missing, it has no default",
    "bool_type": "{input} is neither true nor false, write one of them without quotes",
    "bool_parsing": "{input} is neither true nor false, write one of them without quotes",
    "int_type": "{input} is not a whole number, write one without quotes, as in 14",
    "int_parsing": "{input} is not a whole number, write one without quotes, as in 14",
    "string_type": "{input} is not a text, write one in quotes",
    "string_too_short": "{input} is too short, it has at least {min_length} characters",
    "string_too_long": "{input} is too long, it has at most {max_length} characters",
    "string_pattern_mismatch": "{input} has the wrong form, {pattern} is right",
    "greater_than_equal": "{input} is too small, at least {ge} is right",
    "less_than_equal": "{input} is too large, at most {le} is right",
    "tuple_type": "{input} is not a list, write it in square brackets",
    "too_short": "the list is empty, at least one entry is right",
    "dict_type": "{input} is not a table of names and values",
    "model_type": "{input} is not a table of settings",
    "literal_error": "{input} is unknown, {expected} is right",
    "enum": "{input} is unknown, {expected} is right",
}


class Problem(NamedTuple):
    """One thing that is wrong: where, and what would be right."""

    location: Location
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.location)}: {self.message}" if self.location else self.message


def dotted(location: Location) -> str:
    """A setting's name as in the file: `authorization.warning_days[2]`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def problems(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Every complaint about a file that should have been such a model."""
    return [_problem(details, model) for details in error.errors(include_url=False)]


def without(data: dict[str, Any], malformed: list[Problem]) -> dict[str, Any]:
    """The settings that have the right form: of a section only the setting is left out, not the whole."""
    rest = {key: dict(value) if isinstance(value, dict) else value for key, value in data.items()}
    for problem in malformed:
        section, *inner = problem.location
        table = rest.get(str(section))
        if inner and isinstance(table, dict):
            table.pop(str(inner[0]), None)
        else:
            rest.pop(str(section), None)
    return rest


def _problem(details: "ErrorDetails", model: type[BaseModel]) -> Problem:
    location = tuple(part for part in details["loc"] if part != "[key]")
    if details["type"] == "extra_forbidden":
        return Problem(location, _unknown(str(location[-1]), _known(model, location[:-1])))
    if details["type"] == "value_error":
        return Problem(location, str(details["ctx"]["error"]))
    sentence = _EXPECTED.get(details["type"])
    if sentence is None:
        return Problem(location, f"{_shown(details['input'])} is wrong: {details['msg']}")
    return Problem(location, sentence.format(input=_shown(details["input"]), **details.get("ctx", {})))


def _known(model: type[BaseModel], location: Location) -> list[str]:
    for part in location:
        field = model.model_fields.get(str(part))
        if field is not None and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            model = field.annotation
    return list(model.model_fields)


def _unknown(name: str, known: list[str]) -> str:
    alike = get_close_matches(name, known, n=1)
    return f"there is no such setting, {f'perhaps {alike[0]} is meant' if alike else 'known are ' + ', '.join(known)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
