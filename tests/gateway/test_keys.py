"""What makes repeats safe: digests of bodies, and VIP numbers from keys."""

import hashlib
import re

import pytest

from gateway import keys
from gateway.errors import Refused


def test_an_update_id_is_the_key_and_the_digest_of_the_canonical_body() -> None:
    digest = hashlib.sha256('{"a":[1,{"c":"ü"}],"b":"x"}'.encode()).hexdigest()[:16]
    assert keys.update_id("order 7".replace(" ", "-"), {"b": "x", "a": [1, {"c": "ü"}]}) == f"order-7:{digest}"


def test_the_order_of_fields_does_not_matter_and_that_of_lines_does() -> None:
    assert keys.digest({"a": 1, "b": 2}) == keys.digest({"b": 2, "a": 1})
    assert keys.digest({"a": [1, 2]}) != keys.digest({"a": [2, 1]})


def test_a_vip_number_follows_from_key_and_secret_and_is_never_mistaken_for_an_authorization_number() -> None:
    numbers = {keys.vip_number(f"key-{count}", "secret") for count in range(500)}
    assert len(numbers) == 500
    assert all(re.fullmatch(r"[A-Z0-9]{20}", number) for number in numbers)
    assert not any(re.fullmatch(r"[0-9A-F]{20}", number) for number in numbers)
    assert keys.vip_number("key-1", "secret") in numbers
    assert keys.vip_number("key-1", "another") not in numbers


def test_a_body_over_64_kb_is_refused_at_the_door() -> None:
    with pytest.raises(Refused) as refused:
        keys.update_id("key", {"reason": "x" * 70_000})
    assert refused.value.code == "body_too_large"
