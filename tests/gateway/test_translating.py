"""The catalogues against the sentences of the templates."""

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message

from activities.languages import CATALOGUES, TEMPLATE, gaps, read
from gateway.translating import bring_up, everything

FILES = sorted(CATALOGUES.glob("*.po"))
EVERYTHING = everything()
every_catalogue = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def said(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def asked(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def translations(path: Path) -> list[Message]:
    return [message for message in read(path) if message.id]


def test_danish_and_dutch_are_there_and_there_is_something_to_translate() -> None:
    assert {path.stem for path in FILES} >= {"da", "nl"}
    assert len(EVERYTHING) > 300
    sources = {path for message in EVERYTHING for path, _ in message.locations}
    assert {"activities/wording.py", "gateway/invitations/templates/notice.html.j2"} <= sources
    letters = [path for path in sources if re.fullmatch(r"email_templates/[a-z_]+\.txt\.j2", path)]
    assert len(letters) == 27


@every_catalogue
def test_a_catalogue_translates_everything(path: Path) -> None:
    assert gaps(read(path), EVERYTHING) == []


def test_no_catalogue_is_stale(tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in [*FILES, CATALOGUES / TEMPLATE]}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    assert all(": 0 of " in told for told in bring_up(tmp_path))
    changed = {name for name, content in before.items() if (tmp_path / name).read_bytes() != content}
    assert not changed, "run `make messages`, then translate what is new"


def test_a_new_sentence_comes_in_untranslated_and_one_that_is_gone_leaves(tmp_path: Path) -> None:
    (tmp_path / "da.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: da\\n"\n\n'
        'msgid "Nobody says this any more"\nmsgstr "Det siger ingen mere"\n\n'
        'msgid "Products"\nmsgstr "Produkter"\n',
        encoding="utf-8",
    )
    [told] = bring_up(tmp_path)
    assert told == f"da.po: {len(EVERYTHING) - 1} of {len(EVERYTHING)} messages to translate"
    brought_up = read(tmp_path / "da.po")
    assert brought_up.get("Nobody says this any more") is None
    assert not brought_up.obsolete
    assert _string(brought_up, "Products") == "Produkter"
    assert _string(brought_up, "Licences of %(organization)s work again") == ""


def _string(catalogue: Catalog, key: str) -> Any:
    message = catalogue.get(key)
    assert message is not None
    return message.string


@every_catalogue
def test_a_translation_says_every_name_and_number_of_the_sentence(path: Path) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    for message in translations(path):
        for text in said(message):
            assert names(text) == names(asked(message)[0]), text


@every_catalogue
def test_what_has_a_name_keeps_it(path: Path) -> None:
    for message in translations(path):
        for kept in ("Admin Console", "Value Incentive Plan", "VIP"):
            if kept in asked(message)[0]:
                assert all(kept in text for text in said(message)), said(message)


@every_catalogue
def test_translations_are_plain_text_that_ends_as_the_sentence_does(path: Path) -> None:
    for message in translations(path):
        source = asked(message)[-1]
        for text in said(message):
            assert text == " ".join(text.split())
            assert not re.search(r"[<>&{}]|\.\.|%(?!\()", text), text
            if re.match(r"[.:?]", source[-1]) or text[-1] in ".:?":
                assert text[-1] == source[-1], text


@pytest.mark.parametrize(
    ("language", "other_tone"),
    [("da", r"\b(De|Dem|Deres)\b|\bbrev"), ("nl", r"(?i)\b(je|jij|jou|jouw|jullie)\b|\bbrief")],
)
def test_a_language_keeps_to_one_tone(language: str, other_tone: str) -> None:
    assert not [t for m in translations(CATALOGUES / f"{language}.po") for t in said(m) if re.search(other_tone, t)]
