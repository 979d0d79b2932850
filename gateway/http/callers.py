"""Who calls, and what it may do: keys with roles. Without keys: whoever is on this machine, and nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from hmac import compare_digest

from starlette.requests import HTTPConnection

from gateway.errors import Refused
from settings_values import ApiKey, is_loopback


class Role(IntEnum):
    """Each may do what the ones before it may."""

    READ = 1
    """Look, and preview."""
    TRIGGER = 2
    """Tell what happened elsewhere: an invitation is wanted, somebody accepted, something was ordered."""
    MANAGE = 3
    """Everything, also what takes away or changes who is responsible."""


@dataclass(frozen=True)
class Caller:
    """Who calls: the name of its key (none: this server knows no keys), and its role."""

    name: str | None
    role: Role

    def must_be(self, needed: Role) -> None:
        """Raises `Refused` (`forbidden`)."""
        if self.role < needed:
            told = f"This needs a key with the role {needed.name.lower()}; this one has {self.role.name.lower()}."
            raise Refused("forbidden", told)


_THIS_MACHINE = Caller(None, Role.MANAGE)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "via")


class Callers:
    """Everybody who may call."""

    def __init__(self, keys: Iterable[ApiKey] = ()) -> None:
        self._keys = [(key.sha256.encode(), Caller(key.name, Role[key.role.upper()])) for key in keys]

    @property
    def have_keys(self) -> bool:
        return bool(self._keys)

    def who(self, request: HTTPConnection) -> Caller:
        """Who sent this request. Raises `Refused`: `unauthorized`, or `forbidden` where no keys are known."""
        if not self._keys:
            return _of_this_machine(request)
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not told.strip():
            raise Refused("unauthorized", "A key is needed: Authorization: Bearer <key>.")
        hashed = sha256(told.strip().encode("latin-1", "replace")).hexdigest().encode()
        found = [caller for known, caller in self._keys if compare_digest(known, hashed)]
        if not found:
            raise WrongKey
        return found[0]


class WrongKey(Refused):
    """A key that nobody has; guessing is slowed down."""

    def __init__(self) -> None:
        super().__init__("unauthorized", "This key is not known here.")


def _of_this_machine(request: HTTPConnection) -> Caller:
    """A page of somebody else could make a browser on this machine ask (DNS rebinding), so its name must be ours."""
    name = request.headers.get("host", "").strip().lower()
    host = name.rpartition(":")[0] if name.rpartition(":")[2].isdecimal() and not name.endswith("]") else name
    if not is_loopback(host.strip("[]")) or any(header in request.headers for header in _FORWARDED):
        raise Refused("forbidden", "This server has no keys (VIP_API_KEYS), so it answers this machine alone.")
    return _THIS_MACHINE
