"""Mail on this machine."""

import smtplib
from asyncio import to_thread
from email.message import EmailMessage
from pathlib import Path

import pytest

from local.inbox.letters import Letters
from local.inbox.reading import read, text_of
from local.mailbox import MailCatcher, MailSink


def letter(subject: str, to: str = "contact@example.com") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "reseller@example.com", to
    message["Date"] = "Mon, 01 Mar 2027 08:00:00 +0100"
    message.set_content(f"About {subject}: grüße.\n")
    message.add_alternative(f"<p>About {subject}</p>", subtype="html")
    return message


def send(port: int, *letters: EmailMessage, rcpt: str = "reader@example.com") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
        for each in letters:
            smtp.send_message(each, "bounces@example.com", [rcpt])


async def test_the_catcher_keeps_letters_with_their_envelope_and_lists_the_newest_first(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    letters = Letters(folder)
    assert letters.all() == []
    async with MailCatcher(folder) as catcher:
        await to_thread(send, catcher.port, letter("one"), letter("two"), letter("three"))

    listed = letters.all()
    assert [(each.subject, each.to) for each in listed] == [
        ("three", "reader@example.com"),
        ("two", "reader@example.com"),
        ("one", "reader@example.com"),
    ]
    assert listed[0].at.isoformat() == "2027-03-01T07:00:00+00:00"
    shown = read(letters.raw(listed[2].key))
    assert shown["X-MailFrom"] == "bounces@example.com"
    assert text_of(shown) == "About one: grüße.\n"


async def test_a_sink_remembers_the_exact_bytes_and_answers_each_reader_as_told() -> None:
    async with MailSink() as sink:
        sink.answers["gone@example.com"] = "550 5.1.1 no such user"
        await to_thread(send, sink.port, letter("welcome"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await to_thread(send, sink.port, letter("welcome"), rcpt="gone@example.com")
        sink.after_data = "451 4.3.0 later"
        with pytest.raises(smtplib.SMTPDataError):
            await to_thread(send, sink.port, letter("welcome"))

        assert (await sink.wait_for(1)).subject == "welcome"
        assert (await sink.wait_for(lambda one: "grüße" in one.text)).mail_from == "bounces@example.com"
        assert len(sink.to("reader@example.com")) == len(sink.letters) == 1
        assert sink.attempts == 3
        with pytest.raises(TimeoutError):
            await sink.wait_for(2, seconds=0.05)


async def test_a_sink_that_is_switched_off_cuts_conversations_and_comes_back_on_the_same_port() -> None:
    async with MailSink() as sink:
        port = sink.port
        open_line = await to_thread(smtplib.SMTP, "127.0.0.1", port, timeout=5)
        await sink.switch_off()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            await to_thread(open_line.noop)
        open_line.close()
        with pytest.raises(ConnectionRefusedError):
            await to_thread(send, port, letter("lost"))
        await sink.switch_on()
        assert sink.port == port
        await to_thread(send, port, letter("found"))
        assert [one.subject for one in sink.letters] == ["found"]
