"""`vip letters`: all there are, in words, as a case would write them, a customer's ladder, and a test letter."""

import email
import email.policy
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from activities.languages import languages
from gateway.letters.sending import MARK
from samples.letters import samples
from states.letters import LETTERS
from tests.gateway.commands import INVITE, authorized, invited, ordered, refused, write
from tests.gateway.conftest import Vip
from tests.workflows.lab import Lab


def file(name: str) -> bytes:
    return Path(name).read_bytes()


def files(folder: str) -> int:
    return len(list(Path(folder).iterdir()))


def letters_of(ladder: dict[str, Any], *, to_come: bool) -> list[tuple[str, str, str]]:
    return [
        (one["letter"], one["reader"], one["outcome"])
        for one in ladder["items"]
        if one["kind"] == "letter" and one["to_come"] is to_come
    ]


# --- which there are, and in words


async def test_every_letter_is_listed_with_reader_thread_and_what_sends_it(vip: Vip) -> None:
    listed = {one["letter"]: one for one in await vip.done("letters")}
    assert set(listed) == set(LETTERS)
    assert listed["payment_overdue"]["readers"] == ["contact", "account_manager"]
    assert listed["payment_overdue"]["thread"] == "the authorization"
    assert listed["payment_overdue"]["when"] == [
        {"rule": "A9", "what": "A9 order due while pending", "days": [15]},
    ]
    said = await vip("letters")
    assert all(name in said.out for name in LETTERS)


async def test_a_letter_is_shown_to_each_reader_and_in_each_turn(vip: Vip) -> None:
    shown = await vip.done("letters", "payment-overdue")
    assert {one["name"] for one in shown} == {
        "payment_overdue.contact",
        "payment_overdue.account_manager",
        "payment_overdue_accept_first.contact",
        "payment_overdue_four_products.contact",
    }
    assert all("<html" in one["html"] and "VIP number" in one["text"] for one in shown)
    said = await vip("letters", "welcome", "--reader", "contact")
    assert said.status == 0
    assert "Aarhus Filmskole" in said.out


async def test_a_letter_is_shown_in_any_language_with_sample_and_with_real_data(vip: Vip) -> None:
    number = await invited(vip)
    for whose in ((), ("--of", number)):
        words = ("letters", "invitation_expired", *whose, "--language")
        subjects = {tag: (await vip.done(*words, tag))[0]["subject"] for tag in languages().tags}
        assert len(set(subjects.values())) == len(subjects) > 1
        assert (await vip.done(*words, "nl-BE"))[0]["subject"] == subjects["nl"]
    said = await vip("letters", "welcome", "--language", "zz")
    assert (said.status, "no letter is written in zz, only in en, da, nl" in said.err) == (2, True)


async def test_all_letters_are_saved_as_mail_page_and_text(vip: Vip) -> None:
    saved = await vip.done("letters", "--all", "--out", "letters")
    assert {one["name"] for one in saved} == set(samples())
    assert files("letters") == 3 * len(saved)
    message = email.message_from_bytes(file("letters/welcome.contact.eml"), policy=email.policy.default)
    subject = next(one["subject"] for one in saved if one["name"] == "welcome.contact")
    assert message["Subject"] == subject
    assert file("letters/welcome.contact.txt").decode().startswith(f"Subject: {subject}\n\n")
    assert file("letters/welcome.contact.html").startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("payment-overdu", "there is no letter payment-overdu; payment_overdue is one"),
        ("zebra", "there is no letter zebra; vip letters lists them all"),
        ("order_reminder --reader contact", "order_reminder does not go to the contact"),
        ("--out x", "say which letter, by its name, or --all"),
        ("welcome --all", "say either the name of a letter or --all"),
        ("--all --of 1", "--of takes the name of a letter"),
        ("welcome --out x --send-to a@example.com", "say either --out or --send-to"),
        ("welcome --ladder 1", "--ladder takes a number, and beside it only --out"),
        ("welcome --send-to nobody", "--send-to must be an e-mail address"),
        ("welcome --send-to a@example.com", "VIP_SMTP_URL and VIP_MAIL_FROM are needed"),
        ("welcome --out a-file", "a-file cannot be written to"),
    ],
)
async def test_what_cannot_be_meant_is_told_with_what_would_be_right(vip: Vip, words: str, told: str) -> None:
    write("a-file", "")
    said = await vip("letters", *words.split())
    assert (said.status, said.out) == (2, "")
    assert told in said.err


# --- with real data


async def test_a_letter_is_written_as_the_case_would_write_it_now(vip: Vip) -> None:
    number, authorization = await authorized(vip)
    overdue = await vip.done("letters", "payment_overdue", "--of", authorization, "--reader", "contact")
    assert len(overdue) == 1
    for known in ("Kanalhuset", number, authorization, "Photoshop", "Mette"):
        assert known in overdue[0]["text"], known
    welcome = await vip.done("letters", "welcome", "--of", authorization)
    assert "Kanalhuset" in welcome[0]["subject"], "its customer's letter"
    cancelled = await vip.done("letters", "authorization_cancelled", "--of", authorization, "--reader", "contact")
    assert "(the reason told then)" in cancelled[0]["text"]


async def test_every_letter_that_a_case_can_write_tells_of_it(vip: Vip) -> None:
    number, authorization = await ordered(vip)
    lacking = []
    for name in LETTERS:
        said = await vip("letters", name, "--of", authorization, "--json")
        if said.status:
            lacking.append(name)
            assert said.json["code"] == "nothing_to_tell", name
        else:
            assert all(number in one["text"] for one in said.json), name
    assert lacking == ["order_reminder"], "nothing is left to order"


async def test_a_letter_that_tells_what_is_not_known_yet_is_refused(vip: Vip) -> None:
    number = await invited(vip)
    said = await vip("letters", "renewal_ready", "--of", number)
    refused(said, "nothing_to_tell")
    assert "no anniversary date is fixed" in said.err
    said = await vip("letters", "invitation_accepted", "--of", number)
    refused(said, "nothing_to_tell")
    assert "accepted by, accepted on" in said.err
    said = await vip("letters", "order_reminder", "--of", number)
    assert (said.status, said.out) == (2, "")
    assert f"{number} is a customer, which has none" in said.err
    refused(await vip("letters", "welcome", "--of", "A" * 20), "not_found")


async def test_a_link_in_a_letter_that_is_looked_at_opens_nothing(vip: Vip, house: Lab) -> None:
    number = await invited(vip)
    sent = await house.sink.wait_for(lambda one: number in one.text and "/invitations/" in one.text)
    shown = await vip.done("letters", "invitation", "--of", number)
    token = shown[0]["text"].partition("/invitations/")[2].split()[0]
    assert token
    assert token not in sent.text


# --- ladders


async def test_a_ladder_has_what_was_sent_and_what_comes_and_then_it_comes_so(vip: Vip) -> None:
    number = await invited(vip)
    before = await vip.done("letters", "--ladder", number)
    assert letters_of(before, to_come=False) == [("invitation", "contact", "sent")]
    assert letters_of(before, to_come=True) == [
        *[("invitation_reminder", "contact", "sent")] * 4,
        ("invitation_expired", "account_manager", "sent"),
    ]
    await vip.done("fast-forward", number, "--days", "32")
    after = await vip.done("letters", "--ladder", number)
    assert letters_of(after, to_come=True) == []

    def told(ladder: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
        items = (one for one in ladder["items"] if one["kind"] == "letter")
        return [(one["effective_at"], one["processed_at"][:16], one["letter"], one["outcome"]) for one in items]

    assert told(after)[1:] == told(before)[1:]


async def test_an_authorization_leads_to_the_ladder_of_its_customer_with_everything_open(vip: Vip) -> None:
    number, authorization = await authorized(vip)
    ladder = await vip.done("letters", "--ladder", authorization)
    assert ladder["vip_number"] == number
    assert ladder["unknown"] == []
    coming = letters_of(ladder, to_come=True)
    assert [name for name, reader, _ in coming if reader == "contact"] == [
        "payment_overdue",
        *["deactivation_warning"] * 3,
        "licences_deactivated",
    ]
    assert {one["whose"] for one in ladder["items"]} == {"customer", authorization}
    subjects = [one["subject"] for one in ladder["items"] if one["to_come"] and one["kind"] == "letter"]
    assert all("Kanalhuset" in subject for subject in subjects)
    said = await vip("letters", "--ladder", number)
    assert "licences_deactivated" in said.out
    assert "to be sent" in said.out


class Frames(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))


async def test_a_ladder_is_one_page_that_shows_each_letter_to_come_and_runs_nothing(vip: Vip) -> None:
    number, _ = await ordered(vip)
    said = await vip("letters", "--ladder", number, "--out", "ladder.html")
    assert "of Kanalhuset stand in ladder.html" in said.out
    page = file("ladder.html").decode()
    read = Frames(page)
    assert "script" not in read.tags
    assert "default-src 'none'" in page
    assert len(read.frames) >= 10, "a whole renewal that nobody answers"
    assert all(frame["sandbox"] is None for frame in read.frames), "nothing is allowed"
    assert all("Kanalhuset" in str(frame["srcdoc"]) for frame in read.frames)
    assert "renewal last chance" in page
    assert "If nobody does anything" in page
    nowhere = await vip("letters", "--ladder", number, "--out", "no/such/folder.html")
    assert (nowhere.status, "cannot be written" in nowhere.err) == (2, True)


async def test_a_name_that_looks_like_markup_stays_a_name_on_the_page(vip: Vip) -> None:
    number = str((await vip.done(*_invite("<script>alert(1)</script>")))["vip_number"])
    await vip("letters", "--ladder", number, "--out", "ladder.html")
    page = file("ladder.html").decode()
    assert "script" not in Frames(page).tags
    assert "&lt;script&gt;alert(1)" in page


def _invite(organization: str) -> tuple[str, ...]:
    return tuple(organization if word == "Kanalhuset" else word for word in INVITE)


async def test_nobody_has_this_number(vip: Vip) -> None:
    refused(await vip("letters", "--ladder", "A" * 20), "not_found")


# --- test letters


@pytest.fixture
def relay(vip: Vip, house: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("VIP_SMTP_URL", house.sink.url)
    monkeypatch.setenv("VIP_MAIL_FROM", "Reseller <licences@reseller.example.com>")
    return house


async def test_a_test_letter_goes_to_the_address_alone_marked_and_outside_every_thread(vip: Vip, relay: Lab) -> None:
    to = "trying@example.com"
    sent = await vip.done("letters", "payment_overdue", "--reader", "account_manager", "--send-to", to)
    first = await relay.sink.wait_for(lambda one: one.rcpt_to == (to,))
    assert [first.subject] == sent["subjects"]
    assert first.subject.startswith(f"{MARK} ")
    assert first.message["To"].addresses[0].addr_spec == to
    assert first.message["References"] is None
    await vip.done("letters", "payment_overdue", "--reader", "account_manager", "--send-to", to)
    second = [one for one in relay.sink.letters if one.rcpt_to == (to,)][1]
    assert second.message["Message-ID"] != first.message["Message-ID"]


async def test_what_the_relay_says_of_a_test_letter_is_told(vip: Vip, relay: Lab) -> None:
    relay.sink.answers["gone@example.com"] = "550 5.1.1 no such user"
    said = await vip("letters", "welcome", "--send-to", "gone@example.com", "--json")
    assert (said.status, json.loads(said.out)["code"]) == (1, "recipient_refused")
    relay.sink.answers["later@example.com"] = "450 4.2.1 later"
    said = await vip("letters", "welcome", "--send-to", "later@example.com")
    assert said.status == 3
    assert "450" in said.err
