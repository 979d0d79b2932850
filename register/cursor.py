"""Where a page of a list ended: opaque to whoever holds it, and good for the same filters and sort alone."""

import base64
import binascii
import hashlib
import json
from typing import NamedTuple

from register.errors import WantedWrong
from register.wanted import Wanted

_LONGEST = 2000


class Place(NamedTuple):
    """The last customer that was seen: what it was sorted by, and its number."""

    key: str
    vip_number: str


def written(place: Place, wanted: Wanted, sort: str) -> str:
    text = json.dumps([*place, _list(wanted, sort)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, wanted: Wanted, sort: str) -> Place:
    """Raises `WantedWrong` for one that is not ours, or of another list."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key, vip_number, of = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        # Nothing that a database would refuse, whoever made this up.
        if not all(isinstance(one, str) and one.encode() and "\0" not in one for one in (vip_number, of)):
            raise ValueError
        key.encode()
        if "\0" in key:
            raise ValueError
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise WantedWrong("cursor", "is none that a page of this list gave") from None
    if of != _list(wanted, sort):
        raise WantedWrong("cursor", "belongs to another list: filters and sort stay the same from page to page")
    return Place(key, vip_number)


def _list(wanted: Wanted, sort: str) -> str:
    told = [sort, sorted(set(wanted.lists)), wanted.managed_by, wanted.segment, wanted.invitation_status]
    told += [wanted.external_id, *wanted.words()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
