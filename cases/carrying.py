"""A case as JSON, as it is carried from run to run: small and whole. What was loaded decides as what was carried."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.ledger import pack, unpack
from states.policy import Policy

Fields = dict[str, Any]


class Upgrade(NamedTuple):
    """From one form to the next, for each kind of case: pure functions on JSON, unpacked. Once released, unchanged."""

    customer: Callable[[Fields], Fields]
    """Authorizations whose workflow is still to be started are among its fields (`to_start`)."""
    authorization: Callable[[Fields], Fields]


SCHEMA = 1
"""Version of the form. A newer worker reads older ones; an older worker refuses newer ones.

A new field with a default needs no new version; what is renamed, removed, or means something else does.
"""
UPGRADES: Mapping[int, Upgrade] = {}
"""By the version they start from: one for each from 1 up to the one before `SCHEMA`."""
JOURNAL_KEPT = 200
"""The newest entries of the journal; what went before is in the histories of earlier runs."""
JOURNAL_UNTOLD = 2000
"""As many at most wait for a register that is away."""
PACKED = ("journal", "ledger", "references", "answers", "known", "deeds")
"""What repeats itself a lot, once there is much of it."""
SMALL = 1500
"""Characters; packing takes longer than it saves."""

C = TypeVar("C", CustomerCase, AuthorizationCase)
_CUSTOMER = TypeAdapter(CustomerCase)
_AUTHORIZATION = TypeAdapter(AuthorizationCase)


class NotCarried(ValueError):
    """What was carried has a form that this release does not know."""


def carry(case: Case, *, untold: int = 0) -> dict[str, Any]:
    """The case as one JSON object; of its journal the newest entries, and those that the register was not told yet."""
    adapter: TypeAdapter[Any] = _CUSTOMER if isinstance(case, CustomerCase) else _AUTHORIZATION
    carried: dict[str, Any] = adapter.dump_python(case, mode="json", exclude_defaults=True)
    if "journal" in carried:
        carried["journal"] = carried["journal"][-max(JOURNAL_KEPT, min(untold, JOURNAL_UNTOLD)) :]
    for name in PACKED:
        if name in carried and len(repr(carried[name])) > SMALL:
            carried[name] = pack(carried[name])
    return {"schema": SCHEMA, **carried}


def load_customer(carried: dict[str, Any]) -> CustomerCase:
    """Raises `NotCarried`."""
    return _loaded(_CUSTOMER, carried, lambda upgrade: upgrade.customer)


def load_authorization(carried: dict[str, Any]) -> AuthorizationCase:
    """Raises `NotCarried`."""
    return _loaded(_AUTHORIZATION, carried, lambda upgrade: upgrade.authorization)


def _loaded(adapter: TypeAdapter[C], carried: Fields, kind: Callable[[Upgrade], Callable[[Fields], Fields]]) -> C:
    fields = dict(carried)
    if (schema := fields.pop("schema", None)) not in (*UPGRADES, SCHEMA):
        raise NotCarried(f"carried in form {schema}, this release knows forms up to {SCHEMA}")
    for name in PACKED:
        if isinstance(packed := fields.get(name), str):
            fields[name] = unpack(packed)
    for version in range(schema, SCHEMA):
        fields = kind(UPGRADES[version])(fields)
    if "policy" in fields:
        fields["policy"] = shared_policy(fields["policy"])
    try:
        return adapter.validate_python(fields)
    except ValidationError as error:
        # What stands there is personal, and this is logged.
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
        raise NotCarried(f"carried in form {schema}, and not understood: {'; '.join(wrong)}") from None


def shared_policy(told: Any) -> Policy:
    """A policy from JSON. Cases have few different ones, and never change them: one object for all that are equal."""
    return _policy(json.dumps(told, sort_keys=True))


@lru_cache(maxsize=64)
def _policy(text: str) -> Policy:
    return Policy.model_validate_json(text)
