"""Settings: what is wrong or missing is named in one line, and no secret is shown."""

from pathlib import Path

import pytest

import settings
from register.errors import RegisterUnusable
from register.register import Register
from settings import SettingsError, load
from settings_values import SmtpUrl
from worker import mail_of

SECRET = "s" * 32
GOOD = {
    "VIP_SMTP_URL": "smtp+starttls://user:p%40ss@mail.example.com",
    "VIP_MAIL_FROM": "Example Reseller <licences@example.com>",
    "VIP_RESELLER_NAME": "Example Reseller",
    "VIP_SUPPORT": "help@example.com",
    "VIP_PUBLIC_URL": "https://vip.example.com/",
    "VIP_LINK_SECRET": f"{SECRET},{SECRET[::-1]}x",
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in settings.environment(None):
        if name.startswith(("VIP_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_client_needs_no_setting_at_all() -> None:
    assert load().task_queue == "reseller-lifecycle"
    assert load().mail_task_queue == "reseller-mail"
    assert settings.temporal_connection() == {"target_host": "127.0.0.1:7233", "namespace": "default"}


def test_a_worker_names_everything_it_misses_in_one_line() -> None:
    with pytest.raises(SettingsError) as missing:
        load(settings.NEEDED_BY_WORKER)
    assert "\n" not in str(missing.value)
    for name in GOOD:
        assert f"{name} is missing: " in str(missing.value)


def test_a_complete_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    read = load(settings.NEEDED_BY_WORKER)
    assert read.smtp_url is not None
    assert (read.smtp_url.host, read.smtp_url.port, read.smtp_url.security) == ("mail.example.com", 587, "starttls")
    assert read.smtp_url.password is not None
    assert read.smtp_url.password.get_secret_value() == "p@ss"
    assert read.mail_from is not None
    assert (read.mail_from.name, read.mail_from.address) == ("Example Reseller", "licences@example.com")
    assert read.public_url == "https://vip.example.com"
    assert [secret.get_secret_value()[0] for secret in read.link_secret] == ["s", "s"]
    assert SECRET not in repr(read)
    assert "p@ss" not in repr(read)


def test_the_environment_wins_over_the_file_and_the_file_serves_temporal_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("VIP_TASK_QUEUE=file\nVIP_LANGUAGE=nl\nTEMPORAL_ADDRESS=temporal.example.com:7233\n")
    monkeypatch.setenv("VIP_TASK_QUEUE", "environment")
    monkeypatch.setenv("VIP_MAIL_TASK_QUEUE", "")
    assert (load().task_queue, load().language, load().mail_task_queue) == ("environment", "nl", "reseller-mail")
    assert settings.temporal_connection()["target_host"] == "temporal.example.com:7233"
    assert load(task_queue="given").task_queue == "given"


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("VIP_SMTP_URL", "smtp://mail.example.com", "plain smtp is for this machine only"),
        ("VIP_SMTP_URL", "http://mail.example.com", "the scheme must be smtp, smtp+starttls or smtps"),
        ("VIP_SMTP_URL", "smtps://:25", "it needs a host"),
        ("VIP_SMTP_URL", "smtps://mail.example.com:99999", "host and port cannot be read"),
        ("VIP_SMTP_URL", "smtps://s3cret-user@mail.example.com", "user and password go together"),
        ("VIP_MAIL_FROM", "nobody", "it looks like Example Reseller <licences@example.com>"),
        ("VIP_PUBLIC_URL", "http://vip.example.com", "http is for this machine only"),
        ("VIP_PUBLIC_URL", "vip.example.com", "it looks like https://vip.example.com"),
        ("VIP_LINK_SECRET", "s3cret", "at least 32 characters"),
        ("VIP_API_KEYS", "portal:s3cret", "each key is name:role:sha256-of-key"),
        ("VIP_DATABASE_URL", "mysql://user:s3cret@db.example.com/vip", "the scheme must be sqlite or postgresql"),
        ("VIP_DATABASE_URL", "postgresql://user:s3cret@db.example.com", "it needs the name of a database"),
        ("VIP_DATABASE_URL", "postgresql://user:s3cret@db.example.com:port/vip", "host and port cannot be read"),
        ("VIP_DATABASE_URL", "sqlite://register.sqlite3", "sqlite needs a file, after three slashes"),
        ("VIP_DATABASE_URL", "sqlite:///:memory:", "sqlite needs a file, after three slashes"),
        ("VIP_DATABASE_URL", "s3cret", "the scheme must be sqlite or postgresql"),
        ("VIP_METRICS_ADDRESS", "9464", "it looks like 127.0.0.1:9464"),
        ("VIP_LANGUAGE", "Danish", "it looks like en or nl-BE"),
        ("VIP_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("VIP_CACHED_CASES", "-1", "greater than or equal to 0"),
        ("VIP_ORGANIZATION_IN_LISTS", "perhaps", "valid boolean"),
        ("VIP_POLICY", "nowhere.toml", "there is no file nowhere.toml"),
        ("VIP_MAIL_TASK_QUEUE", "reseller-lifecycle", "other than VIP_TASK_QUEUE"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, right: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as wrong:
        load()
    assert str(wrong.value).startswith(f"{name} is wrong: ")
    assert right in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert "s3cret" not in str(wrong.value)


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIP_SMPT_URL", "smtps://mail.example.com")
    with pytest.raises(SettingsError, match="VIP_SMPT_URL is not a setting: it should probably be VIP_SMTP_URL"):
        load()


def test_a_wrong_connection_to_temporal_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    (tmp_path / "temporal.toml").write_text("this is no toml")
    with pytest.raises(SettingsError, match="TEMPORAL_"):
        settings.temporal_connection()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_smtp_is_allowed_on_this_machine(host: str) -> None:
    assert SmtpUrl.parse(f"smtp://{host}:1025").security == "none"


def test_api_keys_name_who_may_do_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIP_API_KEYS", f"portal:manage:{'0A' * 32}, monitor:read:{'ff' * 32}")
    assert [(key.name, key.role, key.sha256[:2]) for key in load().api_keys] == [
        ("portal", "manage", "0a"),
        ("monitor", "read", "ff"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///register.sqlite3",
        "sqlite:////var/lib/vip/register.sqlite3",
        "postgresql://user:p%40ss@db.example.com:5432/vip",
        "postgresql+psycopg://user:p%40ss@db.example.com/vip?sslmode=require",
        "postgresql:///vip?host=/run/postgresql",
        "off",
    ],
)
def test_the_register_is_a_file_or_a_database_or_off_and_what_the_register_itself_takes(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert load().database_url.get_secret_value() == "sqlite:///register.sqlite3"
    monkeypatch.setenv("VIP_DATABASE_URL", address)
    assert load().database_url.get_secret_value() == address
    assert "p%40ss" not in repr(load())
    if address != "off":
        Register(address)


@pytest.mark.parametrize(
    "address", ["mysql://u:p/vip", "postgresql://u:p@h", "sqlite://", "sqlite:///:memory:", "rubbish"]
)
def test_what_the_register_refuses_the_settings_refuse(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("VIP_DATABASE_URL", address)
    with pytest.raises(SettingsError, match="VIP_DATABASE_URL is wrong"):
        load()
    with pytest.raises(RegisterUnusable):
        Register(address)


async def test_a_worker_whose_memory_of_sent_letters_is_none_says_so_at_its_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VIP_SENT_LETTERS", str(tmp_path / "sent.db"))
    await mail_of(load()).close()
    assert (tmp_path / "sent.db").exists()
    (tmp_path / "sent.db").write_text("a letter, or anything else")
    with pytest.raises(SettingsError, match=r"^VIP_SENT_LETTERS: .*sent\.db is no memory of sent letters") as wrong:
        mail_of(load())
    assert "\n" not in str(wrong.value)
