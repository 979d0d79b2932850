import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest

from activities.composing import HEADERS, POLICY, MimeComposer
from activities.mail import MessageRefused, RecipientRefused, Rendered
from samples.letters import CONTACT, MANAGER, sample, samples
from states.facts import AccountManager, Contact, Reader
from states.letters import Letter
from tests.activities.letters import COMPOSER, composed, rendered

LETTER = sample("payment_overdue", Reader.CONTACT)
CONTROLS = ["\r\nBcc: everybody@evil.example", "\n", "\r", "\0", "\x1b[31m", "\x85", "\u2028", "\x7f", "\ud800"]


def read(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(composed(letter).raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_goes_from_us_to_the_reader_and_answers_go_to_the_account_manager() -> None:
    to_contact, to_manager = composed(LETTER), composed(sample("payment_overdue", Reader.ACCOUNT_MANAGER))
    assert (to_contact.envelope_from, to_contact.to) == ("licences@reseller.example", CONTACT.email)
    assert to_manager.to == MANAGER.email
    message = read(LETTER)
    assert message["From"] == "Nordlys Software <licences@reseller.example>"
    assert message["To"].addresses[0].display_name == CONTACT.name
    assert message["Reply-To"] == f"{MANAGER.name} <{MANAGER.email}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "en"
    assert "List-Unsubscribe" not in message


def test_the_headers_are_the_expected_ones_in_order() -> None:
    assert tuple(read(LETTER).keys()) == HEADERS


def test_every_attempt_makes_the_same_bytes() -> None:
    for letter in samples().values():
        again = type(letter).model_validate(letter.model_dump(mode="json"))
        assert composed(again) == composed(letter)


def test_each_letter_has_its_own_message_id_and_a_thread_one_root() -> None:
    first, second = (read(sample("order_reminder", Reader.ACCOUNT_MANAGER, key=key)) for key in ("a", "b"))
    assert first["Message-ID"] != second["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{40}@reseller\.example>", first["Message-ID"])
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["References"] == COMPOSER.message_id(LETTER.thread)
    root = read(sample("order_reminder", Reader.ACCOUNT_MANAGER, key="t", thread="t"))
    assert "References" not in root
    assert "In-Reply-To" not in root


def test_the_date_is_the_day_of_writing_not_of_sending() -> None:
    assert read(LETTER)["Date"].datetime == LETTER.written_at
    other_zone = LETTER.written_at.astimezone(tz=datetime.now().astimezone().tzinfo) + timedelta(0)
    assert composed(LETTER.model_copy(update={"written_at": other_zone})) == composed(LETTER)
    assert read(LETTER)["Date"].endswith("+0000")
    assert read(LETTER)["Date"].datetime.tzinfo == UTC


def test_text_and_html_arrive_as_they_were_written() -> None:
    for letter in samples().values():
        message, written = read(letter), rendered(letter)
        assert message.get_content_type() == "multipart/alternative"
        text, html = message.iter_parts()
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert text.get_content().replace("\r\n", "\n") == written.text
        assert html.get_content().replace("\r\n", "\n") == written.html
        assert message["Subject"] == written.subject


def test_bytes_are_seven_bit_with_whole_lines() -> None:
    organization = "Ærø Kunsthøjskole 写真学校 🎞"
    for letter in (*samples().values(), sample("welcome", Reader.CONTACT, organization=organization)):
        raw = composed(letter).raw
        assert raw.isascii()
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
        assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert organization in read(sample("welcome", Reader.CONTACT, organization=organization)).get_body().get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(
    "hostile",
    [
        lambda text: {"organization": f"School{text}"},
        lambda text: {"contact": Contact(name=f"Søren{text}", email="a@b.example")},
        lambda text: {"account_manager": AccountManager(id="m", name=f"Mette{text}", email="m@b.example")},
        lambda text: {"reason": f"because{text}"},
        lambda text: {"key": f"key{text}"},
    ],
)
def test_a_letter_with_control_characters_is_refused(hostile: Any, control: str) -> None:
    letter = sample("invitation_withdrawn", Reader.CONTACT).model_copy(update=hostile(control))
    with pytest.raises(MessageRefused, match="control characters"):
        COMPOSER.compose(letter, Rendered("subject", "text\n", "<p>html</p>\n", "en"))


def test_a_name_cannot_smuggle_in_another_address() -> None:
    name = 'Søren" <evil@evil.example>, "x'
    message = read(sample("welcome", Reader.CONTACT, contact=Contact(name=name, email="a@b.example")))
    assert [(one.display_name, one.addr_spec) for one in message["To"].addresses] == [(name, "a@b.example")]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b c",
        "ä@b.example",
        "a@b>.example",
        "a@b\r\nBcc: c@d.example",
    ],
)
def test_an_address_that_mail_cannot_carry_is_the_readers(address: str) -> None:
    letter = sample("welcome", Reader.CONTACT, contact=Contact(name="A", email=address))
    with pytest.raises((RecipientRefused, MessageRefused)) as refused:
        composed(letter)
    assert address == "" or address not in str(refused.value)


def test_a_bad_address_of_the_account_manager_is_not_blamed_on_the_contact() -> None:
    letter = sample("welcome", Reader.CONTACT, account_manager=AccountManager(id="m", name="M", email="nobody"))
    with pytest.raises(MessageRefused):
        composed(letter)


def test_a_domain_in_other_letters_travels_in_ascii() -> None:
    letter = sample("welcome", Reader.CONTACT, contact=Contact(name="Jörg", email="joerg@bücher.example"))
    assert composed(letter).to == "joerg@xn--bcher-kva.example"
    assert read(letter)["To"].addresses[0].addr_spec == "joerg@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["", "nobody", "ä@b.example", "a@b c", "a@b\n"])
def test_a_sender_must_be_an_address(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        MimeComposer("Reseller", address)


def test_long_identifier_headers_are_folded_and_never_encoded() -> None:
    message = EmailMessage(policy=POLICY)
    message["References"] = " ".join(f"<{number:040d}@reseller.example>" for number in range(6))
    raw = message.as_bytes()
    assert b"=?" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert len(raw.split()) == 7


def test_a_real_letters_message_id_names_its_case_and_stands_on_one_line() -> None:
    key = "K7Q2M9XW4RTB3ZHD6NPA.payment_overdue.contact.20270417T080000.000000.0123456789abcdef"
    raw = composed(sample("payment_overdue", Reader.CONTACT, key=key)).raw
    assert re.search(rb"\r\nMessage-ID: <K7Q2M9XW4RTB3ZHD6NPA\.[0-9a-f]{12}\.[0-9a-f]{8}@reseller\.example>\r\n", raw)


def test_no_body_can_add_a_header_or_end_the_message_early() -> None:
    written = Rendered("subject", "\n\nBcc: evil@evil.example\n.\nQUIT\n", "<p>.</p>\n", "en")
    raw = COMPOSER.compose(LETTER, written).raw
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert tuple(message.keys()) == HEADERS
    [text, _] = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == written.text


@pytest.mark.parametrize("subject", ["a\nBcc: evil@evil.example", "a\r\nb", "a\rb"])
def test_a_subject_of_two_lines_is_refused(subject: str) -> None:
    with pytest.raises(MessageRefused):
        COMPOSER.compose(LETTER, Rendered(subject, "text\n", "<p>html</p>\n", "en"))


@pytest.mark.parametrize(
    "organization",
    ["Institut für Kartenkunst", "Ærø Æblemost og Øl, Åbenrå", "=?utf-8?q?=0D=0ABcc:_x=40y?=", "plain  twice spaced"],
)
def test_a_subject_is_read_as_it_was_written(organization: str) -> None:
    subject = f"Your invitation to the Value Incentive Plan for {organization}, and some more words to fold it"
    letter = sample("invitation", Reader.CONTACT)
    words = Rendered(subject=subject, text="text\n", html="<p>text</p>\n", language="en")
    raw = MimeComposer("Example", "licences@reseller.example.com").compose(letter, words).raw
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    folded = re.search(r"^Subject: ([^\r]*(?:\r\n [^\r]*)*)", head, re.M)
    assert folded is not None
    assert str(make_header(decode_header(re.sub(r"\r\n(?= )", "", folded[1])))) == subject
