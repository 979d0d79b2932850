"""Whatever stands in a field of a letter is text: it changes no header, adds no recipient, no tag and no link."""

import email
import email.policy
from email.utils import getaddresses
from html.parser import HTMLParser
from itertools import cycle, islice
from random import Random

import pytest

from activities.composing import HEADERS, has_control_characters
from activities.mail import MessageRefused, RecipientRefused, Rendered
from samples.letters import sample, samples
from states.facts import Contact, Reader
from states.letters import Letter
from tests.activities.hostile import filled, strings
from tests.activities.letters import COMPOSER, composed, rendered

STRINGS = 20_000
SEED = 2026
BODY = ("text\n", "<p>html</p>\n", "en")


class Structure(HTMLParser):
    """Tags with the names of their attributes, and where the page leads or what it loads."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.links: list[tuple[str, str, str | None]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        leads = ("href", "src", "style", "background", "action")
        self.links += [(tag, name, value) for name, value in attrs if name in leads]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.tags.append(("unknown", data))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("instruction", data))


def test_hostile_strings_through_every_field_stay_text() -> None:
    chance, used = Random(SEED), list[str]()
    some = strings(chance)

    def text() -> str:
        used.append(next(some))
        return used[-1]

    honest = {name: Structure(rendered(filled(letter, lambda: "Aarhus")).html) for name, letter in samples().items()}
    plain = {name: headers(letter, rendered(letter).subject) for name, letter in samples().items()}
    refused = sent = 0
    for name, letter in cycle(samples().items()):
        if len(used) >= STRINGS:
            break
        # The composer refuses control characters; without them everything else must hold.
        try:
            headers(filled(letter, text), "subject")
        except MessageRefused:
            refused += 1
        hostile = filled(letter, lambda: without_controls(text()))
        words = rendered(hostile)
        page = Structure(words.html)
        assert page.tags == honest[name].tags, name
        assert page.links == honest[name].links, name
        assert headers(hostile, words.subject) == plain[name], name
        sent += 1
    assert len(used) >= STRINGS
    assert min(refused, sent) > 500, "both ways are taken"


def headers(letter: Letter, subject: str) -> tuple[object, ...]:
    """What no text may change: which headers there are, who gets the message, whose it is, and how it is to be read."""
    message = COMPOSER.compose(letter, Rendered(subject, *BODY))
    read = email.message_from_bytes(message.raw)
    mailboxes = ("From", "To", "Reply-To")
    return (
        tuple(read.keys()),
        (message.envelope_from, message.to),
        [address for name in mailboxes for _, address in getaddresses([read[name]])],
        [read[name] for name in HEADERS if name not in (*mailboxes, "Subject")],
        [part.get_content_type() for part in read.walk()],
        [part.get_payload(decode=True) for part in read.walk()],
    )


def without_controls(text: str) -> str:
    return "".join(letter for letter in text if not has_control_characters(letter)) or "Aarhus"


def test_names_and_subjects_are_read_as_they_were_written() -> None:
    """Also by a reader that decodes encoded words: what looks like one is a name."""
    for text in map(without_controls, islice(strings(Random(SEED + 1)), 500)):
        letter = sample("welcome", Reader.CONTACT, contact=Contact(name=text, email="a@b.example"))
        message = COMPOSER.compose(letter, Rendered(f"For {text}!", *BODY))
        read = email.message_from_bytes(message.raw, policy=email.policy.default)
        [to] = read["To"].addresses
        assert to.addr_spec == "a@b.example"
        assert b"evil" not in message.raw.split(b"To: ")[0]


def test_the_whole_message_with_its_bodies_holds_for_a_part_of_them() -> None:
    some = strings(Random(SEED + 2))
    for name, letter in samples().items():
        hostile = filled(letter, lambda: without_controls(next(some)))
        words, message = rendered(hostile), composed(hostile)
        read = email.message_from_bytes(message.raw, policy=email.policy.default)
        assert tuple(read.keys()) == tuple(key for key in HEADERS if key in read), name
        text, html = read.iter_parts()
        assert text.get_content().replace("\r\n", "\n") == words.text
        assert html.get_content().replace("\r\n", "\n") == words.html


def test_hostile_addresses_never_become_others() -> None:
    for text in islice(strings(Random(SEED + 3)), 3_000):
        for address in (text, f"{text}@b.example", f"a@{text}", f"a{text}@b.example"):
            letter = sample("welcome", Reader.CONTACT)
            letter = letter.model_copy(update={"contact": Contact(name="Søren", email=address)})
            try:
                message = COMPOSER.compose(letter, Rendered("hello", *BODY))
            except (MessageRefused, RecipientRefused):
                continue
            read = email.message_from_bytes(message.raw, policy=email.policy.default)
            assert [one.addr_spec for one in read["To"].addresses] == [message.to]
            assert tuple(read.keys()) == HEADERS


@pytest.mark.parametrize(
    "word", ["=?utf-8?q?x=0D=0ABcc:evil@evil.example?=", "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?="]
)
def test_an_encoded_word_in_a_field_is_not_decoded_into_a_header(word: str) -> None:
    letter = sample("welcome", Reader.CONTACT, organization=word, contact=Contact(name=word, email="a@b.example"))
    message = composed(letter)
    read = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert tuple(read.keys()) == HEADERS
    assert read["To"].addresses[0].addr_spec == "a@b.example"
