"""The values that settings are made of: each parses one text and says in words what is right, echoing no secret."""

import re
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, SecretStr

SECRET_MINIMUM = 32


class SmtpUrl(BaseModel):
    """A mail relay: `smtp://` (loopback alone), `smtp+starttls://` or `smtps://`, with user and password if it asks."""

    model_config = ConfigDict(frozen=True)
    SCHEMES: ClassVar[dict[str, tuple[Literal["none", "starttls", "tls"], int]]] = {
        "smtp": ("none", 25),
        "smtp+starttls": ("starttls", 587),
        "smtps": ("tls", 465),
    }

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: SecretStr | None = None

    @classmethod
    def parse(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        right = "it looks like smtp+starttls://user:password@mail.example.com:587"
        try:
            url = urlsplit(value)
            host, port = url.hostname, url.port
        except ValueError:
            raise ValueError(f"host and port cannot be read; {right}") from None
        if url.scheme not in cls.SCHEMES:
            raise ValueError(f"the scheme must be smtp, smtp+starttls or smtps; {right}")
        if not host or url.path not in ("", "/") or url.query or url.fragment:
            raise ValueError(f"it needs a host, and nothing after the port; {right}")
        if (url.username is None) != (url.password is None):
            raise ValueError(f"user and password go together; {right}")
        security, usual_port = cls.SCHEMES[url.scheme]
        if security == "none" and not is_loopback(host):
            raise ValueError("plain smtp is for this machine only (127.0.0.1); elsewhere smtp+starttls or smtps")
        return cls(
            host=host,
            port=port or usual_port,
            security=security,
            username=unquote(url.username) if url.username else None,
            password=SecretStr(unquote(url.password)) if url.password else None,
        )


class Mailbox(BaseModel):
    """A person or service that sends mail: `Name <address>`, or the address alone."""

    model_config = ConfigDict(frozen=True)

    name: str
    address: str

    @classmethod
    def parse(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = re.fullmatch(r'\s*(?:"?([^"<>\x00-\x1f\x7f]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))\s*', value)
        if not found:
            raise ValueError("it looks like Example Reseller <licences@example.com>")
        try:
            checked = validate_email(found[2] or found[3], check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValueError(
                f"{str(error).rstrip('.')}; it looks like Example Reseller <licences@example.com>"
            ) from None
        return cls(name=(found[1] or "").strip(), address=checked.ascii_email or checked.normalized)


def bounce_address(value: str | None) -> str | None:
    """An address with room for a token, `bounces+token@example.com`, which is at most 64 characters before the @."""
    if value is None:
        return None
    right = "it looks like bounces@example.com, with at most 17 characters before the @ and no +"
    try:
        checked = validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(f"{str(error).rstrip('.')}; {right}") from None
    if len(checked.local_part) > 17 or "+" in checked.local_part:
        raise ValueError(right)
    return checked.ascii_email or checked.normalized


class ApiKey(BaseModel):
    """Who may call the HTTP door, and for what. Only the key's SHA-256 is known here."""

    model_config = ConfigDict(frozen=True)

    name: str
    role: Literal["read", "trigger", "manage"]
    sha256: str

    @classmethod
    def entry(cls, name_and_role: str, key: str) -> str:
        """The entry of a key in the setting. Raises `ValueError` for no `name:role`."""
        one = cls._parse(f"{name_and_role}:{sha256(key.encode()).hexdigest()}")
        return f"{one.name}:{one.role}:{one.sha256}"

    @classmethod
    def parse_all(cls, value: Any) -> Any:
        return tuple(cls._parse(part.strip()) for part in value.split(",")) if isinstance(value, str) else value

    @classmethod
    def _parse(cls, text: str) -> Self:
        found = re.fullmatch(r"([\w.-]{1,64}):(read|trigger|manage):([0-9a-fA-F]{64})", text)
        if not found:
            raise ValueError(
                "each key is name:role:sha256-of-key, role one of read, trigger, manage; commas between keys"
            )
        return cls.model_validate({"name": found[1], "role": found[2], "sha256": found[3].lower()})


def link_secrets(value: Any) -> Any:
    """Comma-separated secrets; each long enough that a signature made with it cannot be guessed."""
    if not isinstance(value, str):
        return value
    secrets = [part.strip() for part in value.split(",")]
    if any(len(secret) < SECRET_MINIMUM for secret in secrets):
        raise ValueError(f"each secret needs at least {SECRET_MINIMUM} characters; commas stand between several")
    return tuple(SecretStr(secret) for secret in secrets)


def web_address(value: str | None) -> str | None:
    """A base address, kept without a slash at its end."""
    if value is None:
        return None
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in ("http", "https") or url.query or url.fragment or url.username:
        raise ValueError("it looks like https://vip.example.com")
    return value.rstrip("/")


def safe_web_address(value: str | None) -> str | None:
    """A base address for links that let somebody accept: they travel over TLS, except on this machine."""
    address = web_address(value)
    if address is not None and address.startswith("http:") and not is_loopback(urlsplit(address).hostname or ""):
        raise ValueError("http is for this machine only (127.0.0.1); elsewhere https")
    return address


def database_address(value: Any) -> Any:
    """A SQLite file or a PostgreSQL database, or `off`. The text may hold a password: none of it is ever echoed."""
    if not isinstance(value, str) or value == "off":
        return value
    right = "it looks like sqlite:///register.sqlite3 or postgresql://user:password@db.example.com:5432/vip, or off"
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise ValueError(f"host and port cannot be read; {right}") from None
    if url.scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError(f"the scheme must be sqlite or postgresql; {right}")
    path = url.path.removeprefix("/")
    if url.scheme == "sqlite" and (url.netloc or url.query or path in ("", ":memory:")):
        raise ValueError(f"sqlite needs a file, after three slashes, and nothing behind it; {right}")
    if not path:
        raise ValueError(f"it needs the name of a database; {right}")
    return value


def host_and_port(value: str | None) -> str | None:
    """An address to listen on."""
    if value is not None and not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", value):
        raise ValueError("it looks like 127.0.0.1:9464")
    return value


def language_tag(value: str) -> str:
    """A language, with a region if wanted."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", value):
        raise ValueError("it looks like en or nl-BE")
    return value


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
