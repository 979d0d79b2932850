"""Keys are read from one setting; what is wrong is said without showing any."""

from base64 import b64encode

import pytest

from encryption.converter import data_converter
from encryption.keys import LENGTH, Key
from settings import SettingsError, load

SECRET = bytes(range(LENGTH))
TEXT = b64encode(SECRET).decode()


def test_a_setting_names_several_keys_in_order() -> None:
    settings = load(env_file=None, payload_keys=f"2027:{TEXT}, 2026:{b64encode(SECRET[::-1]).decode()}")
    assert [key.id for key in settings.payload_keys] == ["2027", "2026"]
    assert settings.payload_keys[0].secret.get_secret_value() == SECRET


def test_a_new_key_is_never_the_same_and_is_read_as_it_was_printed() -> None:
    one, other = Key.new("2026"), Key.new("2026")
    assert one.secret != other.secret
    assert Key.parse_all(f"{one.text}") == (one,)
    assert one.name != other.name


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (TEXT, "each key is ID:base64 of 32 bytes"),
        (f"a b:{TEXT}", "an ID is 1 to 32 letters, digits and ._-"),
        (f"2026:{TEXT[:-6]}", "the key 2026"),
        (f"2026:{b64encode(SECRET[:16]).decode()}", "the key 2026 has 16 bytes"),
        (f"2026:{TEXT},2026:{TEXT}", "each key needs an ID of its own"),
        ("2026:", "each key is ID:base64 of 32 bytes"),
    ],
)
def test_a_wrong_key_is_refused_in_words_that_do_not_show_it(text: str, what: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(env_file=None, payload_keys=text)
    assert str(error.value).startswith("VIP_PAYLOAD_KEYS is wrong: ")
    assert what in str(error.value)
    assert TEXT[:20] not in str(error.value)


def test_a_key_does_not_show_itself_where_settings_are_printed() -> None:
    assert TEXT not in repr(load(env_file=None, payload_keys=f"2026:{TEXT}"))


def test_without_keys_nothing_starts_unless_it_is_told_so_and_the_server_is_on_this_machine() -> None:
    with pytest.raises(SettingsError, match=r"VIP_PAYLOAD_KEYS is missing.*vip codec --new-key"):
        data_converter(load(env_file=None), "127.0.0.1:7233")
    off = load(env_file=None, payload_encryption="off")
    assert data_converter(off, "127.0.0.1:7233")
    assert data_converter(off, "[::1]:7233")
    for address in ("temporal.example.com:7233", "10.0.0.7:7233"):
        with pytest.raises(SettingsError, match=r"VIP_PAYLOAD_ENCRYPTION is wrong: off is for .* this machine only"):
            data_converter(off, address)


def test_a_new_key_needs_an_id_that_can_be_one() -> None:
    with pytest.raises(ValueError, match="1 to 32 letters, digits"):
        Key.new("a b")
