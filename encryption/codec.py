"""The payload codec: AES-256-GCM, with the key's name beside each payload, so that keys can follow one another."""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from encryption.keys import Key

ENCRYPTED = b"binary/encrypted"
KEY = "encryption-key-id"
NONCE = 12
"""Bytes in front of the ciphertext (NIST SP 800-38D); by chance, which is safe for 2**32 payloads of one key."""


class KeyMissing(Exception):
    """A payload was encrypted with a key that this program does not have. Nothing is lost: give it the key."""


class Encryption(PayloadCodec):
    """Encrypts with the first key, decrypts with any of them, and lets pass what is not encrypted.

    So clients without keys can still send plain JSON, and what was kept before there were keys stays readable. What was
    tampered with is left as it is: no converter reads it, so it is refused as a bad body.
    """

    def __init__(self, keys: Sequence[Key], *, encrypts: bool = True) -> None:
        """`keys` are in the order of the setting. With `encrypts` off it only decrypts."""
        self._ciphers = {key.name.encode(): AESGCM(key.secret.get_secret_value()) for key in keys}
        self._first = next(iter(self._ciphers), None) if encrypts else None

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if (name := self._first) is None:
            return list(payloads)
        return [self._encrypted(payload, name) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises `KeyMissing`."""
        return [self._decrypted(payload) for payload in payloads]

    def readable(self, payload: Payload) -> Payload:
        """Decrypted if a key is there, else as it is."""
        try:
            return self._decrypted(payload)
        except KeyMissing:
            return payload

    def _encrypted(self, payload: Payload, name: bytes) -> Payload:
        if payload.metadata.get("encoding") == ENCRYPTED:
            return payload
        nonce = os.urandom(NONCE)
        hidden = self._ciphers[name].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": ENCRYPTED, KEY: name}, data=nonce + hidden)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCRYPTED:
            return payload
        name = payload.metadata.get(KEY, b"")
        if (cipher := self._ciphers.get(name)) is None:
            known = ", ".join(one.decode() for one in self._ciphers) or "none"
            raise KeyMissing(f"encrypted with the key {name.decode(errors='replace')}; known here: {known}")
        try:
            return Payload.FromString(cipher.decrypt(payload.data[:NONCE], payload.data[NONCE:], name))
        except (InvalidTag, ValueError):
            return payload
