"""The terms: what a file may hold, what the page shows of it, and which version is recorded."""

import html
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from activities.languages import languages
from gateway.invitations import app
from gateway.invitations.composing import read_terms
from gateway.invitations.terms import Block, Terms, TermsError
from settings import SettingsError, load
from tests.gateway.invitations.test_page import FORM, LINKS, Customers, address

TWO = """
version = "2027-03"
[en]
text = '''
## First
One & one <b>
is two.
- a point
  that goes on
- another

The end.
'''
url = "https://reseller.example/terms?a=1&b=2"
[da]
text = "Alt er godt."
"""


def shown(terms: Terms, customers: Customers | None = None, *, reseller: str = "en") -> TestClient:
    made = app(customers or Customers(), LINKS, reseller_name="Nordlys", support="+45", terms=terms, language=reseller)
    return TestClient(made, follow_redirects=False)


def test_those_that_come_along_are_there_in_every_language_of_the_page() -> None:
    terms = Terms.usual()
    first = {tag: terms.spoken(tag)[1].blocks for tag in languages().tags}
    assert [terms.spoken(tag)[0] for tag in languages().tags] == list(languages().tags)
    # Each says as much as the others.
    assert len({tuple((block.kind, len(block.lines)) for block in blocks) for blocks in first.values()}) == 1
    assert len({str(blocks) for blocks in first.values()}) == len(first)


@pytest.mark.parametrize("language", languages().tags)
def test_the_page_shows_all_of_them_in_the_readers_language(language: str) -> None:
    terms = Terms.usual()
    page = html.unescape(shown(terms).get(f"{address()}?lang={language}").text)
    lines = [line for block in terms.spoken(language)[1].blocks for line in block.lines]
    assert len(lines) > 12
    assert [line for line in lines if line not in page] == []


def test_a_text_is_headings_paragraphs_and_points_and_stays_text() -> None:
    terms = Terms.from_toml(TWO)
    assert terms.spoken("en")[1].blocks == [
        Block("heading", ("First",)),
        Block("paragraph", ("One & one <b> is two.",)),
        Block("points", ("a point that goes on", "another")),
        Block("paragraph", ("The end.",)),
    ]
    page = shown(terms).get(address()).text
    assert "<h3>First</h3>" in page
    assert "One &amp; one &lt;b&gt; is two." in page
    assert "<li>a point that goes on</li>" in page
    assert (
        '<a href="https://reseller.example/terms?a=1&amp;b=2" rel="noreferrer">The full terms of the plan</a>' in page
    )
    assert "Version 2027-03" in page


def test_the_file_that_the_documents_show_can_be_used() -> None:
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "version" in block]
    assert Terms.from_toml(example).version == "2027-03"


def test_what_is_accepted_is_recorded_with_its_version() -> None:
    customers = Customers()
    assert shown(Terms.from_toml(TWO), customers).post(address(), data=FORM | {"terms_version": "2027-03"}).is_redirect
    [(_, body, _)] = customers.accepted
    assert body["terms_version"] == "2027-03"


def test_terms_that_changed_meanwhile_are_shown_again_with_the_name_that_was_given() -> None:
    customers = Customers()
    answer = shown(Terms.from_toml(TWO), customers).post(address(), data=FORM)
    assert answer.status_code == 422
    assert "The terms have changed since you opened this page" in answer.text
    assert "One &amp; one" in answer.text
    assert 'value="Søren Kjær"' in answer.text
    assert 'name="terms_version" value="2027-03"' in answer.text
    assert customers.accepted == []


@pytest.mark.parametrize(
    ("asked", "reseller", "said", "told"),
    [
        ("da", "en", "Alt er godt.", None),
        ("nl", "da", "Alt er godt.", "Deze voorwaarden zijn geschreven in de volgende taal: Deens"),
        ("nl", "en", "The end.", "Deze voorwaarden zijn geschreven in de volgende taal: Engels"),
        ("nl", "nl", "The end.", "Deze voorwaarden zijn geschreven in de volgende taal: Engels"),
    ],
)
def test_a_reader_whose_language_they_lack_is_told_which_one_they_are_in(
    asked: str, reseller: str, said: str, told: str | None
) -> None:
    page = shown(Terms.from_toml(TWO), reseller=reseller).get(f"{address()}?lang={asked}").text
    assert said in page
    assert (told is None) or told in page
    assert page.count("<div lang=") == (0 if told is None else 1)


def test_a_region_has_its_own_terms_where_there_are_some() -> None:
    terms = Terms.from_toml('version = "1"\n[nl]\ntext = "Nederland"\n[nl-BE]\ntext = "België"\n')
    assert terms.spoken("nl-BE")[1].text == "België"
    assert terms.spoken("nl-SR") == terms.spoken("nl")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version = ", "it is no TOML: "),
        ('[en]\ntext = "a"', "version: is missing"),
        ('version = "1"', "no language has a text, write one below [en]"),
        ('version = "1 2"\n[en]\ntext = "a"', "version: '1 2' is not a version"),
        ('version = 1\n[en]\ntext = "a"', "version: 1 is not a text"),
        ('version = "1"\n[en]\ntext = "  "', "en.text: it says nothing"),
        ('version = "1"\n[en]\ntext = "a\\u0007"', "en.text: there is a character in it that cannot be shown"),
        ('version = "1"\n[en]', "en.text: is missing"),
        ('version = "1"\n[english]\ntext = "a"', "english: this is not a language"),
        ('version = "1"\n[en]\ntext = "a"\nurl = "javascript:alert(1)"', "en.url: 'javascript:alert(1)' is not an"),
        ('version = "1"\ntitle = "x"\n[en]\ntext = "a"', "title: there is no such setting"),
        ('version = "1"\n[en]\ntext = "a"\nlink = "x"', "en.link: there is no such setting"),
    ],
)
def test_a_file_that_cannot_be_used_names_every_problem(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(TermsError) as wrong:
        Terms.from_toml(text)
    assert [told for told in wrong.value.problems if told.startswith(problem)]
    (tmp_path / "terms.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as stopped:
        read_terms(load(env_file=None, terms=tmp_path / "terms.toml"))
    assert str(stopped.value).startswith("VIP_TERMS: the terms cannot be used: ")
    assert "\n" not in str(stopped.value)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(TermsError) as wrong:
        Terms.from_toml('version = "?"\n[english]\ntext = ""\n[da]\n')
    assert [told.partition(":")[0] for told in wrong.value.problems] == [
        "version",
        "english.text",
        "da.text",
        "english",
    ]


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VIP_TERMS is wrong: there is no file"):
        load(env_file=None, terms=tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="VIP_TERMS: "):
        read_terms(load(env_file=None, terms=tmp_path / "binary.toml"))
