"""What every letter needs in every language so that mail programs show it as it is meant, with a logo and without."""

import email
import email.policy
import re
from datetime import date
from functools import cache

import pytest

from activities.languages import languages
from activities.mail import Message, Rendered
from activities.wording import Wording
from samples.letters import samples
from states.letters import AuthorizationLetter, MembershipLetter
from tests.activities.branded import BRANDED, LOGO, VIOLET, composed_branded
from tests.activities.letters import composed, rendered
from tests.activities.pages import Page

LETTERS = {f"{tag}.{name}": letter for tag in languages().tags for name, letter in samples(tag).items()}


@cache
def written(name: str) -> tuple[tuple[Rendered, Message], tuple[Rendered, Message]]:
    """As it is, and with logo and colour."""
    letter = LETTERS[name]
    return (rendered(letter), composed(letter)), (BRANDED.render(letter), composed_branded(letter))


def every_letter() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", LETTERS)


@every_letter()
def test_a_letter_is_small_and_fetches_nothing(name: str) -> None:
    for words, message in written(name):
        assert len(message.raw) < 50_000, "Gmail cuts off what is beyond 102 KB; the largest logo adds 41"
        page = Page(words.html)
        addresses = [value for _, attrs in page.tags for key, value in attrs.items() if key in ("src", "background")]
        assert all(value is not None and value.startswith("cid:") for value in addresses)
        assert not re.search(r"url\(|@import|@font-face|<(link|script|iframe|form|object|svg|video)\b", words.html)
        assert all(attrs["href"] in words.text for tag, attrs in page.tags if tag == "a" and attrs["href"])


@every_letter()
def test_a_list_of_letters_shows_the_date_and_the_action_and_nothing_behind_them(name: str) -> None:
    words = written(name)[0][0]
    page = Page(words.html)
    told, filling = page.preheader[0], "".join(page.preheader[1:])
    _, date, *_ = words.text.split("\n\n")
    assert told.startswith(" ".join(date.split()) + ". ")
    assert page.text.count(told.strip().removeprefix(" ".join(date.split()) + ". ")) == 1
    assert len(filling) >= 200
    assert not filling.strip("\u034f\u200c\xa0\n")


@every_letter()
def test_the_facts_of_a_letter_are_complete_in_page_and_text(name: str) -> None:
    letter, words = LETTERS[name], written(name)[0][0]
    table = Page(re.split(r"(?=<table)", words.html)[-1]).text
    wording = Wording(languages().choose(name.partition(".")[0]), letter.time_zone)
    facts = [getattr(letter, field, None) for field in ("organization", "vip_number", "authorization_number")]
    facts += [getattr(letter, field, None) for field in ("purchase_order", "anniversary_date", "requested_on")]
    lines = getattr(letter, "lines", ())
    if isinstance(letter, AuthorizationLetter) and wording.total(lines, "open"):
        facts += [letter.order_from, letter.order_due_by, letter.overdue_on, letter.deactivated_on]
        assert re.search(rf"\b{letter.months_to_order} \w+ (from|fra|vanaf) ", table)
    if isinstance(letter, MembershipLetter) and letter.link:
        facts += [letter.invited_on, letter.expires_on]
    for fact in facts:
        told = wording.day(fact) if isinstance(fact, date) else fact or ""
        assert told in table
        assert told in words.text
    for line in lines:
        assert f">{line.name}</th>" in words.html
        assert f"- {line.name}: " in words.text


@every_letter()
def test_outlook_gets_a_letter_600_pixels_wide_and_all_that_is_opened_is_closed(name: str) -> None:
    for words, _ in written(name):
        assert words.html.count("<!--[if mso]>") == words.html.count("<![endif]-->") == 3
        for_outlook = re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", words.html, flags=re.DOTALL)
        assert '<table role="presentation" align="center" width="600"' in for_outlook
        for page in (for_outlook, words.html):
            for tag in ("table", "tr", "td", "th", "p", "div", "span", "style", "a"):
                assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag
        assert "mso-line-height-rule: exactly" in for_outlook
        for tag, attrs in Page(words.html).tags:
            padded = re.search(r"(?<![-\w])padding:(?!0[;\"])", attrs.get("style") or "")
            assert not padded or tag in ("td", "th", "a"), f"Outlook pads cells alone, not {tag}"


@every_letter()
def test_without_the_style_block_a_letter_looks_the_same(name: str) -> None:
    for words, _ in written(name):
        for tag, attrs in Page(words.html).tags:
            style = attrs.get("style") or ""
            if tag in ("p", "th", "h1"):
                assert "font-size:" in style
                assert "line-height:" in style
            if tag == "a":
                assert "color:" in style
            if "bgcolor" in attrs:
                assert f"background:{attrs['bgcolor']}" in style
        styles = re.findall(r"<style>(.*?)</style>", words.html, re.DOTALL)
        assert all(len(style) < 8_192 for style in styles), "Gmail drops a longer one"
        assert not [style for style in styles if "@media" in style and "[" in style]


@every_letter()
def test_a_screen_reader_learns_language_subject_order_and_which_tables_are_data(name: str) -> None:
    for words, _ in written(name):
        page, language = Page(words.html), name.partition(".")[0]
        assert {"role": "article", "aria-label": words.subject, "lang": language, "dir": "ltr"} in [
            attrs for tag, attrs in page.tags if tag == "div"
        ]
        assert [tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)] == ["h1"]
        tables = re.split(r"(?=<table)", words.html)[1:]
        for table in tables:
            assert ("<th scope=" in table) != table.startswith('<table role="presentation"')
        assert all(attrs.get("alt") == "Nordlys Software" for tag, attrs in page.tags if tag == "img")


@every_letter()
def test_in_the_dark_every_colour_is_another_one_in_outlook_com_too(name: str) -> None:
    for words, _ in written(name):
        _, dark, outlook_com = re.findall(r"<style>(.*?)</style>", words.html.split("<![endif]-->", 1)[1], re.DOTALL)
        for what in (".card", ".box", ".muted", ".headline", ".line", ".button"):
            assert re.search(rf"^ .*{re.escape(what)}\b", dark, re.MULTILINE)
            assert f"[data-ogsc] {what}" in outlook_com
            assert f"[data-ogsb] {what}" in outlook_com
        assert all("!important" in line for line in dark.splitlines() if "{" in line and "@media" not in line)


@every_letter()
def test_the_resellers_colour_is_that_of_rule_button_and_links(name: str) -> None:
    (usual, _), (branded, _) = written(name)
    assert f"border-left:4px solid {VIOLET}" in branded.html
    assert "#17605a" not in branded.html
    for tag, attrs in Page(branded.html).tags:
        if tag == "td" and attrs.get("class") == "button":
            assert attrs["bgcolor"] == str(VIOLET)
        if tag == "a":
            assert str(VIOLET) in (attrs["style"] or "") or "color:#ffffff" in (attrs["style"] or "")
    assert str(VIOLET) not in usual.html
    assert usual.text == branded.text


@every_letter()
def test_the_logo_is_in_the_message_once_beside_the_page_that_shows_it(name: str) -> None:
    (usual, plain), (branded, message) = written(name)
    assert "<img" not in usual.html
    assert b"image/" not in plain.raw
    read = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    related, page, picture = list(read.walk())[2:]
    assert related.get_param("type") == "text/html"
    assert picture["Content-ID"] == f"<{LOGO.cid}>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == LOGO.content
    assert page.get_content().count(f"cid:{LOGO.cid}") == page.get_content().count("cid:") == 1
    assert '<img src="cid:' in branded.html
    assert 'width="220" height="48"' in branded.html
    assert read.defects == related.defects == []


def test_a_letter_with_a_logo_is_the_same_bytes_every_time_and_its_boundaries_are_its_own() -> None:
    first, second = (LETTERS[f"en.{name}.contact"] for name in ("invitation", "payment_overdue"))
    again = type(first).model_validate(first.model_dump(mode="json"))
    assert composed_branded(again) == composed_branded(first)
    found = [re.findall(rb'boundary="(.+?)"', composed_branded(letter).raw) for letter in (first, second)]
    assert len({boundary for each in found for boundary in each}) == 4


def test_a_page_shows_its_logo_beside_no_letter_too() -> None:
    page = LOGO.put_into(BRANDED.render(LETTERS["en.invitation.contact"]).html)
    assert "cid:" not in page
    assert '<img src="data:image/png;base64,' in page
