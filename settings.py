"""Everything that differs between installations: environment variables, and a `.env` beside the program.

`load` is the one way in. It names every setting that is wrong, and each one that the program needs and does not have,
in one line, and shows no secret. A program says what it needs: a client needs nothing, a worker `NEEDED_BY_WORKER`.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from activities.branding import USUAL, Colour, Logo
from encryption.keys import Key
from settings_values import (
    ApiKey,
    Mailbox,
    SmtpUrl,
    bounce_address,
    database_address,
    host_and_port,
    language_tag,
    link_secrets,
    safe_web_address,
    web_address,
)

HERE = Path(__file__).resolve().parent
PREFIX = "VIP_"
NEEDED_BY_PAGE = ("link_secret", "reseller_name", "support")
NEEDED_BY_WORKER = ("smtp_url", "mail_from", "reseller_name", "support", "public_url", "link_secret")


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one line for the person who starts the program."""


class Settings(BaseSettings):
    """The settings, checked. What a program cannot do without is in `NEEDED_BY_...` lists; the rest has defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    task_queue: Annotated[str, Field(min_length=1)] = "reseller-lifecycle"
    mail_task_queue: Annotated[str, Field(min_length=1)] = "reseller-mail"
    versioning_behavior: Literal["auto_upgrade", "pinned"] = "auto_upgrade"

    smtp_url: Annotated[SmtpUrl | None, NoDecode, BeforeValidator(SmtpUrl.parse)] = Field(
        None, description="where letters are sent, such as smtp+starttls://user:password@mail.example.com:587"
    )
    mail_from: Annotated[Mailbox | None, NoDecode, BeforeValidator(Mailbox.parse)] = Field(
        None, description="the sender of all letters, such as Example Reseller <licences@example.com>"
    )
    bounces_to: Annotated[str | None, AfterValidator(bounce_address)] = Field(
        None, description="where letters come back to, such as bounces@example.com; each with its own +token"
    )
    reseller_name: str | None = Field(None, min_length=1, description="the reseller's name as customers know it")
    support: str | None = Field(
        None, min_length=1, description="where readers get help: an address or a telephone number"
    )
    reseller_logo: Annotated[Logo | None, NoDecode, BeforeValidator(Logo.parse)] = Field(
        None, description="a PNG or JPEG file of at most 30 KB, shown above every letter"
    )
    reseller_colour: Annotated[Colour, NoDecode, BeforeValidator(Colour.parse)] = Field(
        USUAL, description="the colour of buttons, rules and links, such as #17605a"
    )
    mail_connections: Annotated[int, Field(ge=1, le=100)] = Field(
        8, description="connections of one worker to the relay, and so letters that it sends at a time"
    )
    mails_per_second: Annotated[float | None, Field(gt=0)] = Field(
        None, description="a ceiling for all workers together; a little less goes through"
    )
    sent_letters: Path | None = Field(
        None, description="a file that remembers which letters were sent; workers of one machine may share it"
    )
    public_url: Annotated[str | None, AfterValidator(safe_web_address)] = Field(
        None, description="where the page behind an invitation's link is, such as https://vip.example.com"
    )
    link_secret: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(link_secrets)] = Field(
        (), description="at least 32 random characters; several separated by commas, the first one signs"
    )
    number_secret: SecretStr | None = Field(
        None,
        min_length=1,
        description="keys the VIP numbers made from idempotency keys: the same for every door, never changed",
    )
    language: Annotated[str, AfterValidator(language_tag)] = "en"

    payload_keys: Annotated[tuple[Key, ...], NoDecode, BeforeValidator(Key.parse_all)] = Field(
        (), description="what Temporal keeps is encrypted with the first key, and readable with any of them"
    )
    payload_encryption: Literal["on", "off"] = "on"
    codec_token: SecretStr | None = Field(
        None, min_length=32, description="what vip codec asks for: at least 32 random characters"
    )

    cached_cases: int = Field(
        10_000, ge=0, description="how many cases a worker keeps in memory; any other is replayed when it is needed"
    )

    policy: Path = HERE / "policy.toml"
    catalogue: Path = HERE / "catalogue.toml"
    terms: Path = Field(
        HERE / "terms.toml", description="what an invitation's page shows as the terms: a version, a text per language"
    )
    organization_in_lists: bool = True
    ui_url: Annotated[str, AfterValidator(web_address)] = "http://127.0.0.1:8233"

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(ApiKey.parse_all)] = ()
    requests_per_minute: int | None = Field(
        None, ge=1, description="a ceiling for each API key; without it there is none"
    )
    database_url: Annotated[SecretStr, BeforeValidator(database_address)] = Field(
        SecretStr("sqlite:///register.sqlite3"), description="where the register is kept; off: there is none"
    )
    metrics_address: Annotated[str | None, AfterValidator(host_and_port)] = None
    log_format: Literal["json", "text"] = "json"


def load(needed: Iterable[str] = (), *, env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """The settings of this program: `overrides`, else the environment, else `env_file`.

    `needed` are names of fields that must be there. Raises `SettingsError` with one line that names every problem.
    """
    problems = _misspelt(environment(env_file))
    try:
        settings = Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        problems += [f"{_variable(str(e['loc'][0]))} is wrong: {_reason(e)}" for e in error.errors(include_url=False)]
        raise SettingsError("; ".join(dict.fromkeys(problems))) from None
    problems += [f"{_variable(name)} is missing: {_help(name)}" for name in needed if not getattr(settings, name)]
    problems += _unsafe(settings)
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


def environment(env_file: Path | None = Path(".env")) -> dict[str, str]:
    """The variables in force: those of the process over those of `env_file`. Empty ones count as not set."""
    from_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    return {name: value for name, value in {**from_file, **os.environ}.items() if value}


def temporal_connection(env_file: Path | None = Path(".env")) -> ClientConnectConfig:
    """Where the Temporal server is, as the SDK and the `temporal` command read it: `TEMPORAL_ADDRESS` and its sisters.

    Pass it on: `Client.connect(**temporal_connection(), data_converter=...)`. Raises `SettingsError`.
    """
    try:
        config = ClientConfig.load_client_connect_config(override_env_vars=environment(env_file))
    except (RuntimeError, ValueError) as error:
        raise SettingsError(f"TEMPORAL_... is wrong: {_one_line(str(error))}") from None
    config.setdefault("target_host", "127.0.0.1:7233")
    config.setdefault("namespace", "default")
    return config


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _help(name: str) -> str:
    return Settings.model_fields[name].description or "it has no default"


def _reason(error: Any) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    return _one_line(text[:1].lower() + text[1:])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _misspelt(given: Mapping[str, str]) -> list[str]:
    known = [_variable(name) for name in Settings.model_fields]
    problems = []
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in known and (near := difflib.get_close_matches(name, known, 1, 0.85)):
            problems.append(f"{name} is not a setting: it should probably be {near[0]}")
    return problems


def _unsafe(settings: Settings) -> list[str]:
    problems = [
        f"{_variable(name)} is wrong: there is no file {path}"
        for name, path in (("policy", settings.policy), ("catalogue", settings.catalogue), ("terms", settings.terms))
        if name in settings.model_fields_set and not path.is_file()
    ]
    if settings.task_queue == settings.mail_task_queue:
        problems.append("VIP_MAIL_TASK_QUEUE is wrong: letters need a queue of their own, other than VIP_TASK_QUEUE")
    return problems
