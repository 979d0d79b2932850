"""Letters written a second of one core: every letter in every language, from its facts to the bytes of its message.

The floor has nothing to find and nothing to guard: the same words, finished but for one name, in a bare template each,
and a message of the standard library with the fewest headers.
"""

import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, NamedTuple

from jinja2 import Environment, Template

from activities.composing import MimeComposer
from activities.languages import languages
from activities.links import Links
from activities.mail import Message, Rendered
from activities.rendering import JinjaRenderer
from benchmarks.stand import settings_for
from samples.letters import samples
from states.letters import Letter

ROUNDS = 5
SLOWER = 3.0
NAME = "Aarhus Filmskole"


class Writer:
    """Writes letters as a worker does."""

    def __init__(self) -> None:
        settings = settings_for("smtp://127.0.0.1:9", "letters")
        if settings.mail_from is None:
            raise RuntimeError("nobody sends these letters")
        self._renderer = JinjaRenderer(
            reseller_name=settings.reseller_name or "",
            support=settings.support or "",
            links=Links([one.get_secret_value() for one in settings.link_secret], settings.public_url or ""),
        )
        self._composer = MimeComposer(settings.mail_from.name, settings.mail_from.address)

    def render(self, letter: Letter) -> Rendered:
        return self._renderer.render(letter)

    def write(self, letter: Letter) -> Message:
        return self._composer.compose(letter, self._renderer.render(letter))


class Bare(NamedTuple):
    """A letter of the floor."""

    subject: str
    text: Template
    html: Template

    def write(self) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = "Example Reseller <licences@reseller.example.com>"
        message["To"] = "soren@school.example"
        message["Subject"] = self.subject
        message.set_content(self.text.render(name=NAME), cte="quoted-printable")
        message.add_alternative(self.html.render(name=NAME), subtype="html", cte="quoted-printable")
        return message.as_bytes()


def every_letter() -> list[Letter]:
    """Each for each of its readers and turns, in each language."""
    return [letter for tag in languages().tags for letter in samples(tag).values()]


def run() -> bool:
    letters, writer = every_letter(), Writer()
    bare = [_bare(writer.render(letter)) for letter in letters]
    sizes = [sum(len(writer.write(letter).raw) for letter in letters), sum(len(each.write()) for each in bare)]
    spent, floor = [0.0, 0.0], 0.0
    for _ in range(ROUNDS):  # in turn: the machine is not equally fast all the time
        floor += _seconds(Bare.write, bare)
        spent[0] += _seconds(writer.render, letters)
        spent[1] += _seconds(writer.write, letters)
    written = ROUNDS * len(letters)
    slower = spent[1] / floor
    print(f"{len(letters)} letters in {', '.join(languages().tags)}, {sizes[0] / len(letters):,.0f} bytes each")
    print(
        f"bare templates and messages, {sizes[1] / len(letters):,.0f} bytes: {written / floor:,.0f} a second, the floor"
    )
    print(f"rendered and composed: {written / spent[1]:,.0f} a second, {slower:.2f} times (at most {SLOWER});", end=" ")
    print(f"rendering is {spent[0] / spent[1]:.0%} of it")
    return slower <= SLOWER


def _bare(rendered: Rendered) -> Bare:
    environment = Environment(autoescape=True)
    text, html = (
        environment.from_string("{{ name }}".join(f"{{% raw %}}{part}{{% endraw %}}" for part in words.split(NAME, 1)))
        for words in (rendered.text, rendered.html)
    )
    return Bare(rendered.subject, text, html)


def _seconds(write: Callable[[Any], object], letters: list[Any]) -> float:
    """Of the processor, to write them all."""
    began = time.process_time()
    for letter in letters:
        write(letter)
    return time.process_time() - began
