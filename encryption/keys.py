"""The keys that payloads are encrypted with: each has an ID, and the newest one encrypts."""

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SecretBytes

LENGTH = 32
"""Bytes of a key: AES-256."""
_ID = r"[A-Za-z0-9._-]{1,32}"
_FORM = re.compile(rf"({_ID}):([A-Za-z0-9+/=_-]+)")


class Key(BaseModel):
    """One AES-256 key and the ID under which it was given out."""

    model_config = ConfigDict(frozen=True)

    id: str
    secret: SecretBytes

    @property
    def name(self) -> str:
        """What stands beside each payload: the ID and a fingerprint, so that one ID with another key is no match."""
        return f"{self.id}:{sha256(self.secret.get_secret_value()).hexdigest()[:8]}"

    @property
    def text(self) -> str:
        """As it stands in the setting. It is the secret itself."""
        return f"{self.id}:{b64encode(self.secret.get_secret_value()).decode()}"

    @classmethod
    def new(cls, key_id: str) -> Self:
        """A key nobody had before. Raises `ValueError` for an ID that cannot be."""
        if not re.fullmatch(_ID, key_id):
            raise ValueError("a key's ID is 1 to 32 letters, digits and ._-, such as 2027")
        return cls(id=key_id, secret=SecretBytes(secrets.token_bytes(LENGTH)))

    @classmethod
    def parse_all(cls, value: Any) -> Any:
        """Comma-separated `ID:base64` texts; anything else is left to the model. Raises `ValueError`, echoing none."""
        if not isinstance(value, str):
            return value
        keys = tuple(cls._parse(part.strip()) for part in value.split(","))
        if len({key.id for key in keys}) < len(keys):
            raise ValueError("each key needs an ID of its own")
        return keys

    @classmethod
    def _parse(cls, text: str) -> Self:
        right = f"each key is ID:base64 of {LENGTH} bytes, as vip codec --new-key ID prints it; commas between keys"
        if not (found := _FORM.fullmatch(text)):
            raise ValueError(f"{right}; an ID is 1 to 32 letters, digits and ._-")
        try:
            secret = b64decode(found[2].replace("-", "+").replace("_", "/"), validate=True)
        except Error:
            raise ValueError(f"the key {found[1]} is no base64; {right}") from None
        if len(secret) != LENGTH:
            raise ValueError(f"the key {found[1]} has {len(secret)} bytes; {right}")
        return cls(id=found[1], secret=SecretBytes(secret))
