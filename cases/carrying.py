"""A case as JSON, as it is carried from run to run: small and whole. What was loaded decides as what was carried."""

import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.ledger import pack, unpack
from states.policy import Policy

SCHEMA = 1
"""Version of the form. A newer worker reads older ones; an older worker refuses newer ones."""
JOURNAL_KEPT = 200
"""The newest entries of the journal; what went before is in the histories of earlier runs."""
PACKED = ("journal", "ledger", "references", "answers", "known", "deeds")
"""What repeats itself a lot, once there is much of it."""
SMALL = 1500
"""Characters; packing takes longer than it saves."""

_CUSTOMER = TypeAdapter(CustomerCase)
_AUTHORIZATION = TypeAdapter(AuthorizationCase)


class NotCarried(ValueError):
    """What was carried has a form that this release does not know."""


def carry(case: Case) -> dict[str, Any]:
    """The case as one JSON object."""
    adapter: TypeAdapter[Any] = _CUSTOMER if isinstance(case, CustomerCase) else _AUTHORIZATION
    carried: dict[str, Any] = adapter.dump_python(case, mode="json", exclude_defaults=True)
    if "journal" in carried:
        carried["journal"] = carried["journal"][-JOURNAL_KEPT:]
    for name in PACKED:
        if name in carried and len(repr(carried[name])) > SMALL:
            carried[name] = pack(carried[name])
    return {"schema": SCHEMA, **carried}


def load_customer(carried: dict[str, Any]) -> CustomerCase:
    """Raises `NotCarried`."""
    return _CUSTOMER.validate_python(_unpacked(carried))


def load_authorization(carried: dict[str, Any]) -> AuthorizationCase:
    """Raises `NotCarried`."""
    return _AUTHORIZATION.validate_python(_unpacked(carried))


def _unpacked(carried: dict[str, Any]) -> dict[str, Any]:
    fields = dict(carried)
    if (schema := fields.pop("schema", None)) != SCHEMA:
        raise NotCarried(f"carried in form {schema}, this release knows {SCHEMA}")
    for name in PACKED:
        if isinstance(packed := fields.get(name), str):
            fields[name] = unpack(packed)
    if "policy" in fields:
        fields["policy"] = shared_policy(fields["policy"])
    return fields


def shared_policy(told: Any) -> Policy:
    """A policy from JSON. Cases have few different ones, and never change them: one object for all that are equal."""
    return _policy(json.dumps(told, sort_keys=True))


@lru_cache(maxsize=64)
def _policy(text: str) -> Policy:
    return Policy.model_validate_json(text)
