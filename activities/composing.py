"""The bytes of one message. Everything in them comes from the letter, so that every attempt sends the same ones."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from activities.mail import Message, MessageRefused, RecipientRefused, Rendered, address_of
from activities.marks import BounceAddress, message_id
from states.letters import Letter

TOKENS = ("message-id", "in-reply-to", "references", "auto-submitted", "x-auto-response-suppress")
HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
)
"""Every header of a message, in order; a first letter of a thread has no In-Reply-To and References."""
LONGEST_LINE, LONGEST_USUAL_LINE = 998, 78
_IN_WORDS = Charset("utf-8")
_IN_WORDS.header_encoding = QP
_ATOMS = r"[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*"


class TokensHeader(UnstructuredHeader, BaseHeader):
    """A header of identifiers: folded at spaces. Python's own folding makes encoded words of long ones."""

    def fold(self, *, policy: Policy) -> str:
        line, lines = f"{self.name}:", []
        for token in str(self).split():
            if not line.endswith(":") and len(line) + 1 + len(token) > (policy.max_line_length or LONGEST_LINE):
                lines.append(line)
                line = ""
            line += f" {token}"
        text = policy.linesep.join([*lines, line]) + policy.linesep
        text.encode("ascii")
        return text


class WordsHeader(UnstructuredHeader, BaseHeader):
    """A header of words, taken as they are. Python's own folding doubles spaces, and decodes what looks encoded."""

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse("", kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        value = str(self)
        plain = value.isascii() and "=?" not in value
        header = Header(value, "us-ascii" if plain else "utf-8", maxlinelen=76, header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"


class MailboxHeader(UnstructuredHeader, BaseHeader):
    """A header of one name and address. Python's own folding reads names again: what looks like an encoded word comes
    out decoded, and with a line break in it as a header of its own."""

    mailbox: Address

    @classmethod
    def parse(cls, value: Any, kwds: dict[str, Any]) -> None:
        super().parse("", kwds)
        kwds["decoded"], kwds["mailbox"] = str(value), value

    def init(self, *args: Any, **kwds: Any) -> None:
        self.mailbox = kwds.pop("mailbox")
        super().init(*args, **kwds)

    def fold(self, *, policy: Policy) -> str:
        name, address = _phrase(self.mailbox.display_name, self.name, policy.linesep), self.mailbox.addr_spec
        if not name:
            return f"{self.name}: {address}{policy.linesep}"
        *lines, last = f"{self.name}: {name}".split(policy.linesep)
        separator = " " if len(last) + len(address) + 3 <= LONGEST_USUAL_LINE else f"{policy.linesep} "
        return policy.linesep.join([*lines, last]) + f"{separator}<{address}>{policy.linesep}"


def _phrase(name: str, header: str, linesep: str) -> str:
    """A name as it may stand before an address: as it is, in quotation marks, or as encoded words."""
    if len(header) + len(name) > LONGEST_USUAL_LINE - 6 or "=?" in name or not re.fullmatch(r"[ -~]*", name):
        return Header(name, _IN_WORDS, maxlinelen=76, header_name=header).encode(linesep=linesep)
    if re.fullmatch(_ATOMS, name) or not name:
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _policy() -> "EmailPolicy[EmailMessage]":
    registry = HeaderRegistry()
    for name in TOKENS:
        registry.map_to_type(name, TokensHeader)
    registry.map_to_type("subject", WordsHeader)
    for name in ("from", "to", "reply-to"):
        registry.map_to_type(name, MailboxHeader)
    return SMTP.clone(header_factory=registry)


POLICY = _policy()


class MimeComposer:
    """Writes messages from one sender."""

    def __init__(self, name: str, address: str, bounces_to: BounceAddress | None = None) -> None:
        """The sender's name, which may be empty, and address; where what can't be delivered comes back to, by default
        the sender. Raises `ValueError`."""
        self._sender, self._bounces_to = _address(name, address), bounces_to

    def compose(self, letter: Letter, rendered: Rendered) -> Message:
        """Raises `MessageRefused` for control characters, `RecipientRefused` for an address that mail cannot carry."""
        if any(map(has_control_characters, _texts(letter.model_dump()))):
            raise MessageRefused("the letter holds control characters")
        try:
            to = _address(*address_of(letter))
        except ValueError:
            raise RecipientRefused("mail cannot be addressed like this") from None
        message = EmailMessage(policy=POLICY)
        try:
            self._head(message, letter, rendered.subject, to)
            self._body(message, letter, rendered)
            raw = message.as_bytes()
        except (ValueError, LookupError, MessageError) as error:
            raise MessageRefused(f"no message can be made of this letter: {type(error).__name__}") from None
        _guard(raw, multiparts=2 if rendered.logo else 1)
        comes_back_to = self._bounces_to.of(letter.key) if self._bounces_to else self._sender.addr_spec
        return Message(comes_back_to, to.addr_spec, raw)

    def message_id(self, key: str) -> str:
        """The Message-ID of a letter, or of a thread's root."""
        return message_id(key, self._sender.domain)

    def _head(self, message: EmailMessage, letter: Letter, subject: str, to: Address) -> None:
        message["From"] = self._sender
        message["To"] = to
        message["Reply-To"] = _address(letter.account_manager.name, letter.account_manager.email)
        message["Subject"] = subject
        message["Date"] = format_datetime(letter.written_at.astimezone(UTC))
        message["Message-ID"] = self.message_id(letter.key)
        if letter.key != letter.thread:
            root = self.message_id(letter.thread)
            message["In-Reply-To"] = root
            message["References"] = root
        message["Auto-Submitted"] = "auto-generated"
        # Not "All": that would also keep the reports of failed delivery away.
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"

    def _body(self, message: EmailMessage, letter: Letter, rendered: Rendered) -> None:
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        if logo := rendered.logo:
            _, page = message.iter_parts()
            page.add_related(
                logo.content,
                "image",
                logo.kind,
                cid=f"<{logo.cid}>",
                disposition="inline",
                filename=f"logo.{logo.kind}",
            )
            page.set_param("type", "text/html")
            page.set_boundary(_boundary(f"related {letter.key}"))
        message.set_boundary(_boundary(f"boundary {letter.key}"))
        # Last: making it multipart would move it into the first part.
        message["Content-Language"] = rendered.language


def _boundary(of: str) -> str:
    return "=_" + sha256(of.encode()).hexdigest()[:32]


def has_control_characters(text: str) -> bool:
    """Whether it holds what no line of a letter may hold, line breaks included."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _address(name: str, address: str) -> Address:
    """Raises `ValueError` for what Python would write out wrong, or readers read otherwise: spaces, brackets, letters
    beyond ASCII, encoded words."""
    local, _, domain = address.rpartition("@")
    ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if (
        "=?" in local
        or not re.fullmatch(r"[!-~]+", local)
        or not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f.:]+\]", ascii_domain)
    ):
        raise ValueError("not an e-mail address")
    if has_control_characters(name):
        raise ValueError("not a name")
    try:
        return Address(name, local, ascii_domain)
    except (IndexError, MessageError):
        raise ValueError("not an e-mail address") from None


def _guard(raw: bytes, *, multiparts: int) -> None:
    """The last look at the bytes: 7 bit, whole lines, exactly the headers and parts meant."""
    lines = raw.split(b"\r\n")
    headers = [line.partition(b":") for line in lines[: lines.index(b"")] if line[:1] not in b" \t"]
    names = [name.decode("ascii", "replace") for name, _, _ in headers]
    wrong = (
        not raw.isascii()
        or any(b"\n" in line or b"\r" in line or b"\0" in line or len(line) > LONGEST_LINE for line in lines)
        or sorted(names) != sorted(name for name in HEADERS if name in names)
        or sum(line.startswith(b"--=_") for line in lines) != 3 * multiparts  # each has two parts, and an end
        or any(b"=?" in value for name, _, value in headers if name.lower().decode("ascii", "replace") in TOKENS)
    )
    if wrong:
        raise MessageRefused("the message failed its last check")
