import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from activities.links import Links
from gateway.errors import Refused
from gateway.invitations.page import LARGEST_FORM, app
from states.letters import InvitationLink

VIP_NUMBER = "7QK2M9XW4RTB3ZHD6NPA"
LINKS = Links(["the secret of the tests"], "https://vip.example.com")
LINK = InvitationLink(vip_number=VIP_NUMBER, invitation=2, expires_at=datetime(2098, 4, 1, 22, tzinfo=UTC))
OLD = LINK.model_copy(update={"expires_at": datetime(2020, 1, 1, tzinfo=UTC)})
"""A link of before the invitation was sent again."""
FORM = {"name": "Søren Kjær", "terms_version": "1"}


class Customers:
    """One customer, and what was asked of it."""

    def __init__(self) -> None:
        self.customer: dict[str, Any] = {
            "vip_number": VIP_NUMBER,
            "organization": "Aarhus Filmskole",
            "state": "invited",
            "account_manager": {"id": "mette.holm", "name": "Mette Holm", "email": "mette.holm@reseller.example"},
            "invitation": 2,
            "time_zone": "Europe/Copenhagen",
            "accept_by": "2098-04-01",
        }
        self.asked: list[str] = []
        self.accepted: list[tuple[str, dict[str, Any], str]] = []
        self.refusal: Refused | None = None

    async def invitation(self, vip_number: str) -> dict[str, Any]:
        self.asked.append(vip_number)
        if self.customer["state"] in ("not_found", "unavailable"):
            raise Refused(self.customer["state"], "no")
        return self.customer

    async def accept(self, vip_number: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        if self.refusal:
            raise self.refusal
        self.accepted.append((vip_number, body, idempotency_key))
        self.customer["state"] = "accepted"
        return self.customer


@pytest.fixture
def customers() -> Customers:
    return Customers()


@pytest.fixture
def browser(customers: Customers) -> Iterator[TestClient]:
    made = app(customers, LINKS, reseller_name="Nordlys Software", support="+45 70 12 34 56")
    with TestClient(made, follow_redirects=False) as client:
        yield client


def address(link: InvitationLink = LINK) -> str:
    return f"/invitations/{LINKS.sign(link)}"


def test_looking_shows_the_invitation_and_accepts_nothing(browser: TestClient, customers: Customers) -> None:
    for _ in range(3):
        page = browser.get(address())
        assert page.status_code == 200
        assert "Aarhus Filmskole" in page.text
        assert VIP_NUMBER in page.text
        assert "Accept by Tuesday 1 April 2098 (CEST)" in page.text
        assert "version 1" in page.text
        assert 'name="name"' in page.text
        assert "<script" not in page.text
    assert browser.head(address()).status_code == 200
    assert customers.accepted == []


def test_the_button_accepts_and_the_page_then_says_so(browser: TestClient, customers: Customers) -> None:
    done = browser.post(address(), data=FORM)
    assert done.status_code == 303
    after = browser.get(str(done.headers["location"]), follow_redirects=True)
    assert "The invitation has been accepted" in browser.get(address()).text
    assert after.status_code in (200, 404)
    [(vip_number, body, key)] = customers.accepted
    assert vip_number == VIP_NUMBER
    assert body == {
        "accepted_by": {"name": "Søren Kjær"},
        "terms_version": "1",
        "invitation": 2,
        "actor": "the invitation's page",
    }
    assert re.fullmatch(r"[!-~]{1,128}", key)


def test_the_answer_to_the_button_leads_back_to_the_same_page(browser: TestClient) -> None:
    done = browser.post(address(), data=FORM, follow_redirects=True)
    assert done.status_code == 200
    assert str(done.url).endswith(address())
    assert "The invitation has been accepted" in done.text


def test_the_page_tells_since_when_the_invitation_is_accepted(browser: TestClient, customers: Customers) -> None:
    customers.customer |= {"state": "accepted", "accepted_at": "2098-03-29T23:30:00Z", "language": "da"}
    page = browser.get(address()).text
    assert "Accepteret 30. marts 2098 (CEST)" in page


def test_one_link_has_one_key_and_another_link_another(browser: TestClient, customers: Customers) -> None:
    for link in (LINK, LINK, LINK.model_copy(update={"expires_at": LINK.expires_at + timedelta(days=1)})):
        customers.customer["state"] = "invited"
        browser.post(address(link), data=FORM)
    keys = [key for _, _, key in customers.accepted]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": "", "terms_version": "1"}, "Please enter your name"),
        ({"name": "  \t ", "terms_version": "1"}, "Please enter your name"),
        ({"terms_version": "1"}, "Please enter your name"),
        ({}, "Please enter your name"),
        ({"name": "x" * 81, "terms_version": "1"}, "at most 80"),
        ({"name": "Søren\x00", "terms_version": "1"}, "on one line"),
        ({"name": "Søren", "terms_version": "0"}, "terms have changed"),
        ({"name": "Søren"}, "terms have changed"),
    ],
)
def test_a_form_that_cannot_be_accepted_comes_back(
    browser: TestClient, customers: Customers, form: dict[str, str], told: str
) -> None:
    page = browser.post(address(), data=form)
    assert page.status_code == 422
    assert told in page.text
    assert 'role="alert"' in page.text
    assert customers.accepted == []


def test_whoever_comes_back_is_led_from_the_problem_to_the_field(browser: TestClient) -> None:
    fine = browser.get(address()).text
    assert "autofocus" not in fine  # the invitation and its terms come before the form
    assert 'aria-invalid="' not in fine
    assert '<label for="name">' in fine
    page = browser.post(address(), data={"name": " ", "terms_version": "0"}).text
    assert re.search(r"<title>Not accepted yet · ", page)
    summary = page[page.index('role="alert"') : page.index("<h1>")]
    assert "autofocus" in summary
    assert re.findall(r'href="#(\w+)"', summary) == ["terms", "name"]
    assert all(f'id="{name}"' in page for name in ("terms", "name", "not-yet", "name-problem"))
    assert 'aria-invalid="true" aria-describedby="name-problem"' in page


def test_our_own_mistake_is_told_as_a_page_too(customers: Customers) -> None:
    del customers.customer["invitation"]
    made = app(customers, LINKS, reseller_name="Nordlys Software", support="+45 70 12 34 56")
    page = TestClient(made).get(f"{address()}?lang=da")
    assert (page.status_code, page.headers["retry-after"]) == (503, "120")
    assert "Vi kan ikke svare lige nu" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "KeyError" not in page.text


def test_a_name_the_case_refuses_comes_back_too(browser: TestClient, customers: Customers) -> None:
    customers.refusal = Refused("invalid_request", "accepted_by.name: must not be empty")
    page = browser.post(address(), data=FORM)
    assert page.status_code == 422
    assert "Søren Kjær" in page.text


def test_a_form_larger_than_any_form_is_not_read(browser: TestClient, customers: Customers) -> None:
    page = browser.post(address(), data=FORM | {"name": "x" * LARGEST_FORM})
    assert page.status_code == 413
    assert customers.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/invitations/WzFd.abc",
        address()[:-1],
        f"{address()}x",
        f"{address()}/",
        f"/invitations/{Links(['the secret of somebody else'], '').sign(LINK)}",
        f"/invitations/{'x' * 3000}",
        "/invitations/%00",
        "/invitations/é",
        "/invitations/a/b",
        "/invitations/../etc/passwd",
        "/invitations/",
        "/invitations",
        "/nowhere",
    ],
)
def test_links_nobody_signed_are_all_alike_and_nobody_is_asked(
    browser: TestClient, customers: Customers, path: str
) -> None:
    usual = browser.get("/invitations/x")
    for answer in (browser.get(path), browser.post(path, data=FORM)):
        assert (answer.status_code, answer.text, answer.headers) == (404, usual.text, usual.headers)
    head = browser.head(path)
    assert (head.status_code, head.headers) == (404, usual.headers)
    assert "Aarhus" not in usual.text
    assert customers.asked == []


def test_a_method_the_page_does_not_have_is_refused_alike_for_every_link(browser: TestClient) -> None:
    good, bad = browser.put(address()), browser.put("/invitations/x")
    assert (good.status_code, good.text, good.headers) == (405, bad.text, bad.headers)
    assert {"GET", "POST"} <= set(good.headers["allow"].split(", "))


def test_a_customer_that_is_gone_looks_like_a_link_nobody_signed(browser: TestClient, customers: Customers) -> None:
    customers.customer["state"] = "not_found"
    assert browser.get(address()).text == browser.get("/invitations/x").text


@pytest.mark.parametrize(
    ("link", "state", "status", "told"),
    [
        (LINK, "expired", 410, "This link has expired"),
        (LINK, "withdrawn", 410, "has been withdrawn"),
        (LINK.model_copy(update={"invitation": 1}), "invited", 410, "has been replaced"),
        (LINK.model_copy(update={"invitation": 1}), "accepted", 410, "has been replaced"),
        (LINK, "accepted", 200, "has been accepted"),
        (LINK, "unavailable", 503, "try again in a few minutes"),
    ],
)
def test_a_link_that_accepts_nothing_says_why_and_what_to_do(
    browser: TestClient, customers: Customers, link: InvitationLink, state: str, status: int, told: str
) -> None:
    customers.customer["state"] = state
    for page in (browser.get(address(link)), browser.post(address(link), data=FORM)):
        assert page.status_code == status
        assert told in page.text
        assert "<form" not in page.text
        assert "+45 70 12 34 56" in page.text
        assert (page.headers.get("retry-after") is not None) == (status == 503)
    assert customers.accepted == []


def test_one_who_holds_an_ended_link_no_longer_learns_whose_it_was(browser: TestClient, customers: Customers) -> None:
    customers.customer["language"] = "nl"
    ended = browser.get(address(LINK.model_copy(update={"invitation": 1})))
    assert "Aarhus" not in ended.text
    assert ended.headers["content-language"] == "en"
    customers.customer["state"] = "expired"
    assert "Aarhus" not in browser.get(address(OLD)).text


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("already_accepted", 200, "has been accepted"),
        ("idempotency_key_reused", 200, "has been accepted"),
        ("invitation_expired", 410, "has expired"),
        ("invitation_withdrawn", 410, "has been withdrawn"),
        ("not_found", 410, "has been replaced"),
        ("unavailable", 503, "Nothing has been lost"),
        ("something_new", 503, "Nothing has been lost"),
    ],
)
def test_a_refusal_between_looking_and_accepting_is_told(
    browser: TestClient, customers: Customers, code: str, status: int, told: str
) -> None:
    customers.refusal = Refused(code, "no")
    page = browser.post(address(), data=FORM)
    assert (page.status_code, told in page.text) == (status, True)


@pytest.mark.parametrize("path", [address(), address(OLD), "/invitations/x", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_every_answer_is_guarded(browser: TestClient, path: str, method: str) -> None:
    headers = browser.request(method, path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "noindex" in headers["x-robots-tag"]
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy


def test_nothing_but_the_page_is_served(browser: TestClient) -> None:
    assert [browser.get(path).status_code for path in ("/docs", "/openapi.json", "/redoc", "/")] == [404] * 4
    assert browser.put(address()).status_code == 405


def test_hostile_names_stay_text(browser: TestClient, customers: Customers) -> None:
    hostile = "<script>alert(1)</script>\"'&{{ 7*7 }}"
    customers.customer["organization"] = hostile
    customers.customer["account_manager"]["name"] = hostile
    page = browser.post(address(), data={"name": hostile, "terms_version": "0"})
    assert "<script" not in page.text
    assert html.escape(hostile).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page.text
    assert "49" not in page.text


def test_every_link_of_a_living_invitation_works_also_one_of_before_it_was_sent_again(browser: TestClient) -> None:
    page = browser.get(f"/invitations/{LINKS.sign(OLD)}")
    assert page.status_code == 200
    assert "1 April 2098" in html.unescape(page.text)
