"""The invitation page in the reader's language."""

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from activities.languages import languages
from gateway.invitations import app
from tests.gateway.invitations.test_page import FORM, LINK, LINKS, Customers, address

ASK = {"en": "Join the Value Incentive Plan", "da": "Bliv medlem af", "nl": "Word lid van"}
GONE = {"en": "This link does not work", "da": "Linket virker ikke", "nl": "Deze link werkt niet"}
UNTIL = {
    "en": "Accept by Tuesday 1 April 2098 (CEST)",
    "da": "Accepter senest tirsdag den 1. april 2098 (CEST)",
    "nl": "Accepteer uiterlijk dinsdag 1 april 2098 (CEST)",
}


@pytest.fixture
def customers() -> Customers:
    return Customers()


@pytest.fixture
def browser(customers: Customers) -> Iterator[TestClient]:
    made = app(customers, LINKS, reseller_name="Nordlys", support="+45 70 12 34 56", language="da")
    with TestClient(made, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("language", languages().tags)
def test_the_page_speaks_the_customers_language(browser: TestClient, customers: Customers, language: str) -> None:
    customers.customer["language"] = language
    page = browser.get(address(), headers={"Accept-Language": "en, da, nl"})
    assert ASK[language] in page.text
    assert UNTIL[language] in page.text
    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-language"] == language


@pytest.mark.parametrize("language", languages().tags)
def test_a_reader_may_ask_for_another_language_and_keeps_it(
    browser: TestClient, customers: Customers, language: str
) -> None:
    customers.customer["language"] = "da"
    asked = f"{address()}?lang={language}"
    page = browser.get(asked)
    assert ASK[language] in page.text
    offered = set(re.findall(r'href="\?lang=([a-z]+)"', page.text))
    assert offered == set(languages().tags) - {language}
    wrong = browser.post(asked, data=FORM | {"name": ""})
    assert wrong.status_code == 422
    assert ASK[language] in wrong.text
    done = browser.post(asked, data=FORM)
    assert done.headers["location"].endswith(f"?lang={language}")


@pytest.mark.parametrize("asked", ["zz", "../../", "da%0d%0aX: 1", "<script>", ""])
def test_what_is_no_language_of_the_page_changes_nothing(browser: TestClient, customers: Customers, asked: str) -> None:
    customers.customer["language"] = "nl"
    assert ASK["nl"] in browser.get(address(), params={"lang": asked}).text
    assert browser.post(address(), params={"lang": asked}, data=FORM).headers["location"] == LINKS.sign(LINK)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("fr, en;q=0.3, nl;q=0.7", "nl"),
        ("nb-NO", "da"),
        ("en;q=0, nl", "nl"),
        ("fr-FR", "da"),
        ("*", "da"),
        ("", "da"),
        ("x" * 5000, "da"),
        (",;=q,,en;q=x", "da"),
    ],
)
def test_without_a_customer_the_browsers_language_counts_then_the_resellers(
    browser: TestClient, accepted: str, language: str
) -> None:
    page = browser.get("/invitations/x", headers={"Accept-Language": accepted})
    assert html.escape(GONE[language]) in page.text


@pytest.mark.parametrize("language", languages().tags)
@pytest.mark.parametrize("kind", ["expired", "withdrawn", "accepted", "unavailable"])
def test_every_notice_is_in_one_language(browser: TestClient, customers: Customers, language: str, kind: str) -> None:
    customers.customer |= {"state": kind, "language": language}
    texts = {each: browser.get(address(), params={"lang": each}).text for each in languages().tags}
    assert len(set(texts.values())) == len(texts)
    other = {line for each, text in texts.items() if each != language for line in text.split("\n") if "<p>" in line}
    own = {line for line in texts[language].split("\n") if "<p>" in line}
    assert own
    assert not own & other


@pytest.mark.parametrize("language", languages().tags)
def test_a_hostile_name_stays_text_in_every_language(browser: TestClient, customers: Customers, language: str) -> None:
    customers.customer |= {"organization": "<b>%(name)s</b>", "language": language}
    customers.customer["account_manager"]["name"] = "<i>{{ 7*7 }}</i>"
    page = browser.get(address()).text
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;%(name)s&lt;/b&gt;" in page
