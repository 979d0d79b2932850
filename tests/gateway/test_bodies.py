"""The typed bodies are the forms with which cases check them, field by field, and the words are the enumerations'."""

from enum import StrEnum
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from cases import history, messages, words
from cases.authorization_commands import COMMANDS as OF_AUTHORIZATION
from cases.customer_commands import COMMANDS as OF_CUSTOMER
from cases.history import PastDeed
from cases.journal import Kind, Outcome
from cases.words import COUNTRIES
from gateway import bodies, vocabulary
from states import authorization, facts, membership, renewal, standing

FORMS: dict[type[BaseModel], Any] = {
    messages.Invite: bodies.Invite,
    messages.Accept: bodies.Accept,
    messages.WithReason: bodies.Reason,
    messages.HandOver: bodies.HandOver,
    messages.AddOfferTypes: bodies.AddOfferTypes,
    messages.Assign: bodies.Assign,
    messages.LiftAddress: bodies.LiftAddress,
    messages.RecordBounce: bodies.RecordBounce,
    messages.Authorize: bodies.Authorize,
    messages.PlaceOrder: bodies.PlaceOrder,
    messages.RecordOrder: bodies.RecordOrder,
    messages.Extend: bodies.Extend,
    messages.RequestReturn: bodies.RequestReturn,
    messages.ConfirmReturn: bodies.ConfirmReturn,
    messages.DeclineRenewal: bodies.DeclineRenewal,
    messages.WriteOffLost: bodies.WriteOffLost,
    messages.Nothing: bodies.Nothing,
    history.History: bodies.History,
    history.PastAuthorization: bodies.PastAuthorization,
    history.PastOrder: bodies.PastOrder,
    history.PastDecline: bodies.PastDecline,
    history.PastDeed: bodies.PastDeed,
    words.Line: bodies.Line,
    words.Person: bodies.Person,
    words.Manager: bodies.Manager,
    words.AcceptedBy: bodies.AcceptedBy,
}


def shape(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """What of a JSON schema a type can say: fields, which are required, kinds, words; not lengths and patterns."""
    if "$ref" in schema:
        return shape(known[schema["$ref"].rpartition("/")[2]], known)
    if "anyOf" in schema:
        return {"one of": sorted((shape(each, known) for each in schema["anyOf"]), key=repr)}
    if schema.get("type") == "object":
        fields = {name: shape(each, known) for name, each in schema["properties"].items()}
        return {"fields": fields, "required": sorted(schema.get("required", ())), "open": _open(schema)}
    if schema.get("type") == "array":
        return {"list of": shape(schema["items"], known)}
    if "enum" in schema:
        return "string" if set(schema["enum"]) == COUNTRIES else {"words": sorted(schema["enum"])}
    return schema.get("type", "string")  # a day gone by is a text that the form reads itself


def _open(schema: dict[str, Any]) -> bool:
    return schema.get("additionalProperties", True) is not False


def shape_of(kind: Any) -> Any:
    schema = TypeAdapter(kind).json_schema()
    return shape(schema, schema.get("$defs", {}))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_typed_body_has_the_fields_of_its_form_and_no_other(form: type[BaseModel]) -> None:
    assert shape_of(FORMS[form]) == shape_of(form)


def test_every_form_of_a_command_has_a_typed_body() -> None:
    asked = {command.form for commands in (OF_CUSTOMER, OF_AUTHORIZATION) for command in commands.values()}
    assert asked | {messages.Invite} <= FORMS.keys()


def _said(enumeration: type[StrEnum]) -> set[str]:
    return {each.value for each in enumeration}


@pytest.mark.parametrize(
    ("told", "decided"),
    [
        (vocabulary.MarketSegment, _said(facts.MarketSegment)),
        (vocabulary.OfferType, _said(facts.OfferType)),
        (vocabulary.Reader, _said(facts.Reader)),
        (vocabulary.RequestedBy, _said(facts.RequestedBy)),
        (vocabulary.MembershipState, _said(membership.State)),
        (vocabulary.RenewalState, _said(renewal.State)),
        (vocabulary.AuthorizationState, _said(authorization.State) | {standing.LOST}),
        (vocabulary.CustomerList, _said(standing.CustomerList)),
        (vocabulary.Machine, {"membership", "renewal", "authorization"}),
        (vocabulary.EntryKind, _said(Kind) | {"refusal"}),
        (vocabulary.Outcome, _said(Outcome)),
        (vocabulary.Deed, set(get_args(PastDeed.model_fields["name"].annotation))),
    ],
    ids=lambda value: "" if isinstance(value, set) else str(sorted(get_args(value))[0]),
)
def test_a_closed_list_of_words_is_the_one_that_decides(told: Any, decided: set[str]) -> None:
    assert set(get_args(told)) == decided
