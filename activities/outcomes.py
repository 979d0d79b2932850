"""What an SMTP reply means, by what was asked: taken, refused because of the recipient or the message, or our trouble.

The relay is not the recipient. It refuses at RCPT for its own reasons, too: it does not know us, lets us relay nowhere,
dislikes our name or our sender. Those are our trouble, and blame nobody.
"""

import re
from datetime import timedelta

from activities.mail import MailSystem, MailTransient, MessageRefused, NotSent, RecipientRefused
from states.mail import blames_the_address

GREYLISTED = timedelta(minutes=5)
OUR_LOGIN = frozenset({530, 534, 535, 538})
"""The relay wants a login, another login, or TLS."""
OUR_MISTAKE = frozenset({500, 502, 503, 504, 555})
"""It did not understand us, or not then: no word about who reads."""
TOO_BIG = frozenset({"5.2.3", "5.3.4"})
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)


def is_yes(code: int) -> bool:
    """Any 2yz: 251 will forward, 252 will try."""
    return 200 <= code < 300


def refused(phase: str, code: int, words: str) -> NotSent:
    """The failure that a reply other than yes is. `phase` is connect, mail, rcpt, or data (until its reply)."""
    found = _STATUS.match(words)
    status = found[0] if found else None
    if 400 <= code < 500 or (phase == "rcpt" and (code == 552 or status == "5.2.2")):  # RFC 5321, 4.5.3.1.10
        slow = code in (450, 451) and (status == "4.7.1" or "greylist" in words.lower())
        told = "the relay said not now at"
        return MailTransient(f"{told} {phase}", code=code, status=status, retry_after=GREYLISTED if slow else None)
    kind = _kind(phase, code, status, words)
    told = {
        RecipientRefused: "the relay refused the recipient",
        MessageRefused: f"the relay refused the message at {phase}",
        MailSystem: f"the relay does not take our mail at {phase}",
    }[kind]
    return kind(told, code=code, status=status)


def _kind(phase: str, code: int, status: str | None, words: str) -> type[NotSent]:
    if phase == "connect" or code in OUR_LOGIN or not 500 <= code < 600:
        return MailSystem
    if code == 552 or status in TOO_BIG:
        return MessageRefused
    if phase == "mail":  # about our sender, whoever reads
        return MailSystem
    of_the_relay = code in OUR_MISTAKE and not (status or "").startswith("5.1.")
    if phase == "rcpt":
        blamed = blames_the_address(status) and not of_the_relay and not _RELAYING.search(words)
        return RecipientRefused if blamed else MailSystem
    if status is not None and status.startswith(("5.1.", "5.2.")) and blames_the_address(status):
        return RecipientRefused  # some servers look at the recipient last
    return MailSystem if of_the_relay or (status or "").startswith("5.3.") else MessageRefused
