"""What makes repeats safe: update IDs and the VIP numbers of invitations, both from the caller's key."""

import hashlib
import hmac
import json
import secrets
from typing import Any

from cases.messages import LARGEST_BODY
from gateway.errors import Refused

LONGEST_KEY = 128
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH = 20
_ONLY_IN_VIP_NUMBERS = frozenset("GHIJKLMNOPQRSTUVWXYZ")


def new_key() -> str:
    """A key for a request whose caller brings none."""
    return secrets.token_hex(16)


def digest(body: dict[str, Any]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the canonical body: keys sorted, no spaces, UTF-8.

    Raises `Refused` (`body_too_large`): a case would refuse it too, but first it would have to carry it.
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    encoded = canonical.encode("utf-8", "surrogatepass")
    if len(encoded) > LARGEST_BODY:
        message = f"The body is larger than {LARGEST_BODY} bytes."
        raise Refused("body_too_large", message, [{"code": "body_too_large", "message": message}])
    return hashlib.sha256(encoded).hexdigest()[:16]


def update_id(key: str, body: dict[str, Any]) -> str:
    """A case answers a repeat of it as the first time, and refuses the same key with another body."""
    return f"{check(key)}:{digest(body)}"


def check(key: str) -> str:
    """The key itself. Raises `Refused` (`invalid_request`)."""
    if 1 <= len(key) <= LONGEST_KEY and all("!" <= letter <= "~" for letter in key):
        return key
    message = f"key: must be 1 to {LONGEST_KEY} visible ASCII characters"
    raise Refused("invalid_request", message, [{"code": "invalid_request", "message": message, "field": "key"}])


def vip_number(key: str, secret: str) -> str:
    """The VIP number of the invitation with this key: the same key finds the same customer.

    A keyed hash, so that a number tells nothing about the key. It always has a letter that no authorization number has.
    """
    turn = 0
    while True:
        hashed = hmac.new(secret.encode(), f"vip number {turn} {check(key)}".encode(), hashlib.sha256).digest()
        number, letters = int.from_bytes(hashed, "big"), []
        for _ in range(_LENGTH):
            number, rest = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[rest])
        if _ONLY_IN_VIP_NUMBERS & set(letters):
            return "".join(letters)
        turn += 1
