"""What a mail server says of a letter: reports by the standard (RFC 3464), and what older servers send instead."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from flufl.bounce import all_failures

from activities.marks import BounceAddress, Marked, in_message_ids

_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_COPY = re.compile(r"^-+ .*(?:copy|original|returned).*$", re.IGNORECASE | re.MULTILINE)
_DELIVERED_TO = ("to", "delivered-to", "x-original-to", "envelope-to", "x-rcptto")
"""Headers of the report in which the address stands that it came back to."""
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_COPY = re.compile(r"^-+ .*(?:copy|original|returned).*$", re.IGNORECASE | re.MULTILINE)


class Kind(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"
    ARRIVED = "arrived"
    """A server says that it delivered the letter, or passed it on."""
    NO_REPORT = "no_report"
    """An answer, an advertisement, or a report in a form that nobody knows."""


class Report(NamedTuple):
    """One message from a mail server."""

    id: str
    """The same for the same report, however often it is read."""
    kind: Kind
    letter: Marked | None
    """None: it is about none of our letters, or does not say which."""
    sent_to: str | None = None
    status: str | None = None
    at: datetime | None = None


def understood(raw: bytes, bounce_address: BounceAddress | None = None) -> Report:
    """What it says. `bounce_address`: where our letters come back to, each with its own token."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    named = str(message.get("Message-ID", "")).strip()
    identity = sha256(named.encode("utf-8", "surrogateescape") or raw).hexdigest()
    letter = _letter(message, bounce_address)
    to, at = _returned_to(message), _instant(message.get("Date"))
    for block in _blocks(message):
        action = _text(block, "Action").lower().split(" ")[0]
        if action in _ACTIONS:
            recipient = to or _recipient(block, "Original-Recipient") or _recipient(block, "Final-Recipient")
            status = _first_status(_text(block, "Status"), _text(block, "Diagnostic-Code"))
            last = _instant(block.get("Last-Attempt-Date")) or at
            return Report(identity, _ACTIONS[action], letter, recipient, status, last)
    temporary, permanent = _by_other_forms(message)
    if not (temporary or permanent):
        return Report(identity, Kind.NO_REPORT, letter)
    address = next(iter(sorted(permanent or temporary))).decode("ascii", "replace")
    kind = Kind.FAILED if permanent else Kind.DELAYED
    return Report(identity, kind, letter, to or address, _first_status(*_said(message)), at)


_ACTIONS = {
    "failed": Kind.FAILED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.ARRIVED,
    "relayed": Kind.ARRIVED,
    "expanded": Kind.ARRIVED,
}


def _by_other_forms(message: "Message[str, str]") -> tuple[set[bytes], set[bytes]]:
    """Recipients of a failure that may pass, and of one that is for good."""
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # a detector that stumbles over a message has not recognised it
        return set(), set()
    return set(temporary), set(permanent)


def _letter(message: "Message[str, str]", bounce_address: BounceAddress | None) -> Marked | None:
    if bounce_address is not None:
        addresses = "\n".join(str(message[name]) for name in _DELIVERED_TO if name in message)
        if (by_token := bounce_address.in_text(addresses)) is not None:
            return by_token
    # Not the report's own headers: those of an automatic reply name our letter, too.
    return in_message_ids("\n".join(_texts(message)))


def _blocks(message: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """The parts of a delivery status, one about the message and one for each recipient."""
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            payload = part.get_payload()
            for block in payload if isinstance(payload, list) else ():
                if isinstance(block, Message):
                    yield block


def _texts(message: "Message[str, str]") -> Iterator[str]:
    for part in message.walk():
        if part is not message:
            yield "\n".join(f"{name}: {value}" for name, value in part.items())
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _said(message: "Message[str, str]") -> list[str]:
    """What is said before the letter itself comes back, as far as it is text."""
    texts = [text for part in message.walk() if part.get_content_type() == "text/plain" for text in _texts(part)]
    return [_COPY.split(text, maxsplit=1)[0] for text in texts[:1]]


def _returned_to(message: "Message[str, str]") -> str | None:
    """To whom the letter was written, where it is returned: a server that passed it on names somebody else."""
    for part in message.walk():
        if part.get_content_type() in _RETURNED:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else payload
            returned = inner if isinstance(inner, Message) else email.message_from_string(str(inner))
            if address := parseaddr(str(returned.get("To", "")))[1]:
                return address
    return None


def _recipient(block: "Message[str, str]", name: str) -> str | None:
    """`rfc822; somebody@example.com`"""
    return _text(block, name).rpartition(";")[2].strip().strip("<>") or None


def _text(block: "Message[str, str]", name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _first_status(*texts: str) -> str | None:
    return next((found[0] for text in texts if (found := _STATUS.search(text))), None)


def _instant(told: object) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(told))
    except (ValueError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
