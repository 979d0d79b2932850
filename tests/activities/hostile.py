"""Strings that attackers and accidents put into names, and letters that carry another one in each of their fields."""

import base64
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from states.letters import Letter

EVIL = "evil@evil.example"
_LINE_ENDS = (
    "\r\n",
    "\n",
    "\r",
    "\n ",
    "\r\n\t",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "%0D%0A",
    "\\r\\n",
    "=0D=0A",
)
_HEADERS = (
    f"Bcc: {EVIL}", f"To: {EVIL}", f"Cc:{EVIL}", f"From: <{EVIL}>", f"Reply-To: {EVIL}", "Subject: won",
    "Content-Type: text/html", "MIME-Version: 9", "X: y", "\r\n<b>body</b>", ".\r\nMAIL FROM:<>\r\n",
)  # fmt: skip
_ADDRESSES = (
    f'" <{EVIL}>, "', f"<{EVIL}>", f"{EVIL},", f"x, y <{EVIL}>", f"{EVIL};", f"group: {EVIL};", f"(comment) {EVIL}",
    f'\\" <{EVIL}>', f"@evil.example:{EVIL}", '"', "\\", "<", ">", ",", ";", ":", "(", ")", "[", "]", "@",
)  # fmt: skip
_TAGS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="https://evil.example">here</a>',
    "</td></tr>",
    '" onmouseover="alert(1)', "' style='x", "<!-- ", "-->", "<![CDATA[", "]]>", "<svg/onload=alert(1)>", "</title>",
    "</style>", "&lt;b&gt;", "&#60;b&#62;", "&", "<", "javascript:alert(1)", "<base href=//evil.example>", "<\x00b>",
)  # fmt: skip
_TEMPLATES = (
    "{{ 7*7 }}", "{% raw %}", "{% endblock %}", "{# ", "#}", "{{ letter.__class__.__mro__ }}", "${7*7}", "%(name)s",
    "{0.__class__}", "<%= 7 %>", "%s%n",
)  # fmt: skip
_LETTERS = (
    "ø",
    "写真",
    "🎞",
    "\u202eevil",
    "\u200b",
    "\ufeff",
    "é",
    "İ",
    "ß",
    "\x00",
    "\x1b[2J",
    "\x7f",
    "\ud800",
    " ",
    "\t",
)
_ATTACKS = _HEADERS + _ADDRESSES + _TAGS + _TEMPLATES + _LETTERS + _LINE_ENDS


def _encoded(text: str, chance: Random) -> str:
    """An encoded word, or what looks like one."""
    raw = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        body = base64.b64encode(raw).decode()
        form = "b"
    else:
        body = "".join(f"={byte:02X}" if chance.random() < 0.7 else chr(byte) for byte in raw)
        form = "q"
    charset = chance.choice(("utf-8", "us-ascii", "iso-8859-1", "UTF-8*en", "x"))
    return f"=?{charset}?{form if chance.random() < 0.5 else form.upper()}?{body}{chance.choice(('?=', '?', ''))}"


def strings(chance: Random) -> Iterator[str]:
    """Without end; most are attacks put together, alone or amid an honest name."""
    while True:
        made = "".join(
            chance.choice(_LINE_ENDS) + chance.choice(_HEADERS) if chance.random() < 0.25 else chance.choice(_ATTACKS)
            for _ in range(chance.randint(1, 4))
        )
        if chance.random() < 0.3:
            made = _encoded(made, chance)
        if chance.random() < 0.4:
            made = f"Aarhus {made} Skole"
        if chance.random() < 0.05:
            made *= chance.randint(2, 40)
        yield made


_KEPT = frozenset({"key", "thread", "reader", "language", "time_zone", "email", "link", "accept_link", "requested_by"})
"""Not free text: made by the system, or an address, a link or a word of a list."""


def filled(letter: Letter, text: Callable[[], str]) -> Letter:
    """The letter with another text in each of its fields that is one, as if no door had looked at it."""

    def other(name: str, value: Any) -> Any:
        if name in _KEPT:
            return value
        if isinstance(value, str):
            return text()
        if isinstance(value, tuple):
            return tuple(other(name, one) for one in value)
        if hasattr(type(value), "model_fields"):
            return value.model_copy(
                update={each: other(each, getattr(value, each)) for each in type(value).model_fields}
            )
        return value

    changes = {name: other(name, getattr(letter, name)) for name in type(letter).model_fields}
    return letter.model_copy(update=changes)
