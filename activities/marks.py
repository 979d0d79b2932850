"""Marks by which a letter that came back is known again: in its Message-ID, and in the address it comes back to."""

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from states.letters import mark_of

_MESSAGE_ID = re.compile(r"\b([0-9A-Z]{20})\.([0-9a-f]{12})\.[0-9a-f]{8}@", re.IGNORECASE)
_TOKEN = re.compile(r"\+([0-9A-Z]{20})\.([0-9a-f]{12})\.([0-9a-f]{12})@", re.IGNORECASE)


class Marked(NamedTuple):
    """A letter: the number of its case, and the mark of its key (`states.letter.mark_of`)."""

    case: str
    mark: str


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the letter with this key, or, for another text, of a thread's root."""
    hashed = sha256(key.encode()).hexdigest()
    known = mark_of(key)
    return f"<{hashed[:40]}@{domain}>" if known is None else f"<{known[0]}.{known[1]}.{hashed[:8]}@{domain}>"


def in_message_ids(text: str) -> Marked | None:
    """The first letter of ours whose Message-ID stands in a text."""
    found = _MESSAGE_ID.search(text)
    return None if found is None else Marked(found[1].upper(), found[2].lower())


class BounceAddress:
    """An address with a token for each letter, which nobody else can make: `bounces+<case>.<mark>.<signature>@domain`.

    The first secret signs, each of them is believed.
    """

    def __init__(self, address: str, secrets: Sequence[str]) -> None:
        self._local, _, self._domain = address.rpartition("@")
        self._secrets = list(secrets)

    def of(self, key: str) -> str:
        """Where the letter with this key comes back to."""
        known = mark_of(key)
        if known is None:
            return f"{self._local}@{self._domain}"
        marked = Marked(*known)
        return f"{self._local}+{marked.case}.{marked.mark}.{_signature(marked, self._secrets[0])}@{self._domain}"

    def in_text(self, text: str) -> Marked | None:
        """The first letter whose token stands in a text, signed by us. Servers may have changed its case."""
        for found in _TOKEN.finditer(text):
            marked = Marked(found[1].upper(), found[2].lower())
            if any(hmac.compare_digest(_signature(marked, one), found[3].lower()) for one in self._secrets):
                return marked
        return None


def _signature(marked: Marked, secret: str) -> str:
    told = f"bounce {marked.case}.{marked.mark}"
    return hmac.new(secret.encode(), told.encode(), sha256).hexdigest()[:12]
