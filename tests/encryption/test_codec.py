"""What is encrypted can be read with its key alone, and keys can follow one another."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from encryption.codec import ENCRYPTED, KEY, Encryption, KeyMissing
from encryption.converter import PLAIN, encrypting
from encryption.keys import Key

OLD, NEW = Key.new("2026"), Key.new("2027")
SAID = {"contact": {"name": "Mette Holm", "email": "mette@example.com"}}


async def kept(converter: DataConverter, value: Any = SAID) -> Payload:
    return (await converter.encode([value]))[0]


async def test_a_payload_shows_nothing_but_the_name_of_its_key() -> None:
    payload = await kept(encrypting([OLD]))
    assert payload.metadata == {"encoding": ENCRYPTED, KEY: OLD.name.encode()}
    assert b"Mette" not in payload.data
    assert b"json" not in payload.data
    assert (await encrypting([OLD]).decode([payload])) == [SAID]


async def test_the_same_twice_looks_different() -> None:
    converter = encrypting([OLD])
    assert (await kept(converter)).data != (await kept(converter)).data


async def test_after_a_rotation_the_first_key_encrypts_and_the_old_one_still_reads() -> None:
    before = await kept(encrypting([OLD]))
    rotated = encrypting([NEW, OLD])
    assert await rotated.decode([before]) == [SAID]
    assert (await kept(rotated)).metadata[KEY] == NEW.name.encode()


async def test_a_key_that_is_missing_is_named_with_those_that_are_here() -> None:
    payload = await kept(encrypting([OLD]))
    with pytest.raises(KeyMissing, match=rf"{OLD.name}; known here: {NEW.name}"):
        await encrypting([NEW]).decode([payload])
    with pytest.raises(KeyMissing, match="known here: none"):
        await encrypting([], encrypts=False).decode([payload])


async def test_another_key_under_the_same_id_is_a_missing_key_and_no_rubbish() -> None:
    payload = await kept(encrypting([OLD]))
    with pytest.raises(KeyMissing):
        await encrypting([Key.new(OLD.id)]).decode([payload])


@pytest.mark.parametrize("place", [0, 12, -1])
async def test_what_was_tampered_with_is_left_unread(place: int) -> None:
    payload = await kept(encrypting([OLD]))
    spoilt = bytearray(payload.data)
    spoilt[place] ^= 1
    changed = Payload(metadata=dict(payload.metadata), data=bytes(spoilt))
    assert await Encryption([OLD]).decode([changed]) == [changed]
    with pytest.raises(KeyError, match=ENCRYPTED.decode()):
        await encrypting([OLD]).decode([changed])


async def test_a_payload_moved_under_another_key_name_is_not_read() -> None:
    payload = await kept(encrypting([OLD]))
    moved = Payload(metadata={**payload.metadata, KEY: NEW.name.encode()}, data=payload.data)
    assert await Encryption([NEW, OLD]).decode([moved]) == [moved]


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 28])
async def test_a_payload_too_short_to_be_one_is_left_unread(data: bytes) -> None:
    short = Payload(metadata={"encoding": ENCRYPTED, KEY: OLD.name.encode()}, data=data)
    assert await Encryption([OLD]).decode([short]) == [short]


async def test_plain_payloads_of_clients_without_keys_and_of_old_days_are_read() -> None:
    assert await encrypting([OLD]).decode([await kept(PLAIN)]) == [SAID]


async def test_what_is_switched_off_writes_plainly_and_still_reads_what_was_encrypted() -> None:
    off = encrypting([OLD], encrypts=False)
    assert await kept(off) == await kept(PLAIN)
    assert await off.decode([await kept(encrypting([OLD]))]) == [SAID]


async def test_an_encrypted_payload_is_not_encrypted_again() -> None:
    codec = Encryption([OLD])
    once = await codec.encode([await kept(PLAIN)])
    assert await codec.encode(once) == once


async def test_what_a_failure_says_is_encrypted_but_not_its_type() -> None:
    from temporalio.api.failure.v1 import Failure

    converter, failure = encrypting([OLD]), Failure()
    error = ApplicationError("Mette Holm has left", {"email": "mette@example.com"}, type="not_pending")
    await converter.encode_failure(error, failure)
    assert b"ette" not in failure.SerializeToString()
    assert failure.application_failure_info.type == "not_pending"
    read = await converter.decode_failure(failure)
    assert str(read) == "not_pending: Mette Holm has left"
