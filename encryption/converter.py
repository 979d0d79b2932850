"""How every program of ours reads and writes payloads: pydantic's JSON, encrypted, failures too."""

from collections.abc import Sequence
from dataclasses import replace

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from encryption.codec import Encryption
from encryption.keys import Key
from settings import Settings, SettingsError
from settings_values import is_loopback

PLAIN = pydantic_data_converter
"""Nothing is encrypted."""


def encrypting(keys: Sequence[Key], *, encrypts: bool = True) -> DataConverter:
    """Payloads, and what failures say, under these keys; the first one encrypts."""
    return replace(
        PLAIN,
        payload_codec=Encryption(keys, encrypts=encrypts),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes
        if encrypts
        else PLAIN.failure_converter_class,
    )


def data_converter(settings: Settings, address: str) -> DataConverter:
    """What the settings say, for the Temporal server at `address`: without keys only on loopback, and only if told so.

    Raises `SettingsError`.
    """
    if settings.payload_encryption == "on":
        if not settings.payload_keys:
            raise SettingsError(
                "VIP_PAYLOAD_KEYS is missing: it encrypts what Temporal keeps; vip codec --new-key 2026 prints one. "
                "For a server on this machine VIP_PAYLOAD_ENCRYPTION=off does without"
            )
        return encrypting(settings.payload_keys)
    if not is_loopback(address.rpartition(":")[0].strip("[]")):
        raise SettingsError(
            f"VIP_PAYLOAD_ENCRYPTION is wrong: off is for a Temporal server on this machine only, not {address}"
        )
    return encrypting(settings.payload_keys, encrypts=False)
