import asyncio
import ssl
import time
from datetime import timedelta
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from activities.mail import (
    Accepted,
    MailSystem,
    MailTransient,
    MailUncertain,
    MessageRefused,
    NotSent,
    RecipientRefused,
)
from activities.outcomes import GREYLISTED
from activities.pool import Keeping
from activities.smtp import Limits, Security, SmtpTransport
from tests.activities.odd_relay import DROP, HANG, OddRelay

SENDER, READER = "licences@reseller.example", "soren@school.example"
RAW = b"Subject: hello\r\n\r\n.a line that begins with a dot\r\n"
FAST = Limits(connect=0.5, command=0.3, until_data=2, data=0.3)
KEEPING = Keeping(connections=4, reset=0.2)


def transport(relay: OddRelay, security: Security = "none", **options: Any) -> SmtpTransport:
    return SmtpTransport(
        "127.0.0.1", relay.port, security, limits=FAST, keeping=KEEPING, local_hostname="vip.example", **options
    )


async def attempt(relay: OddRelay, security: Security = "none", **options: Any) -> Accepted:
    async with relay.running():
        sending = transport(relay, security, **options)
        try:
            return await sending.send(SENDER, READER, RAW)
        finally:
            await sending.close()


async def test_a_message_arrives_byte_by_byte_at_a_real_server() -> None:
    got: list[Any] = []

    class Keep:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            got.append(envelope)
            return "250 2.0.0 kept"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Keep(), ident="here"), "127.0.0.1", 0)
    async with server:
        relay = SmtpTransport("127.0.0.1", server.sockets[0].getsockname()[1], "none")
        assert await relay.send(SENDER, READER, RAW) == Accepted(250)
    assert [(one.mail_from, one.rcpt_tos, one.content) for one in got] == [(SENDER, [READER], RAW)]


async def test_the_relay_is_greeted_by_our_own_name_and_told_the_size() -> None:
    relay = OddRelay()
    await attempt(relay)
    assert relay.asked[:3] == ["EHLO vip.example", f"MAIL FROM:<{SENDER}> SIZE={len(RAW)}", f"RCPT TO:<{READER}>"]
    assert relay.verbs[-1] == "QUIT"


@pytest.mark.parametrize("code", ["250", "251", "252"])
async def test_any_yes_after_the_dot_is_a_yes(code: str) -> None:
    assert await attempt(OddRelay(DOT=f"{code} fine")) == Accepted(int(code))


async def test_a_relay_that_never_asked_for_the_message_has_not_taken_it() -> None:
    with pytest.raises(MailSystem):
        await attempt(OddRelay(DATA="250 thanks"))


async def test_a_relay_that_dies_after_its_yes_has_still_taken_the_message() -> None:
    assert await attempt(OddRelay(QUIT=DROP)) == Accepted(250)
    assert await attempt(OddRelay(QUIT=HANG)) == Accepted(250)


@pytest.mark.parametrize(
    ("answers", "outcome", "told"),
    [
        ({"RCPT": "550 5.1.1 <soren@school.example> is unknown"}, RecipientRefused, "550 5.1.1"),
        ({"RCPT": "553 no such box"}, RecipientRefused, "553"),
        ({"MAIL": "552 5.3.4 too big"}, MessageRefused, "552 5.3.4"),
        ({"DATA": "554 5.6.0 no"}, MessageRefused, "554 5.6.0"),
        ({"DOT": "554 5.7.1 looks like spam to soren@school.example"}, MessageRefused, "554 5.7.1"),
        ({"RCPT": "452 4.2.2 full"}, MailTransient, "452 4.2.2"),
        ({"DOT": "451 4.3.0 later"}, MailTransient, "451 4.3.0"),
        ({"MAIL": "421 4.3.2 shutting down"}, MailTransient, "421 4.3.2"),
        ({"DOT": "421 closing"}, MailTransient, "421"),
        ({"GREETING": "421 busy"}, MailTransient, "421"),
        ({"GREETING": "554 not you"}, MailSystem, "554"),
        ({"MAIL": "530 5.7.0 log in first"}, MailSystem, "530 5.7.0"),
        ({"RCPT": "530 5.7.0 log in first"}, MailSystem, "530 5.7.0"),
    ],
)
async def test_what_the_relay_answers_decides_the_outcome(
    answers: dict[str, str], outcome: type[NotSent], told: str
) -> None:
    with pytest.raises(NotSent) as failed:
        await attempt(OddRelay(**answers))
    assert type(failed.value) is outcome
    assert str(failed.value).endswith(told)
    assert "soren" not in str(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ("450 4.7.1 greylisted", GREYLISTED),
        ("451 4.7.1 try again", GREYLISTED),
        ("450 Greylisting in action", GREYLISTED),
        ("450 4.2.0 busy", None),
    ],
)
async def test_greylisting_says_when_to_come_again(answer: str, wait: timedelta | None) -> None:
    with pytest.raises(MailTransient) as failed:
        await attempt(OddRelay(RCPT=answer))
    assert failed.value.retry_after == wait


@pytest.mark.parametrize("how", [HANG, DROP])
@pytest.mark.parametrize("where", ["GREETING", "EHLO", "MAIL", "RCPT"])
async def test_silence_before_data_means_that_nothing_was_sent(where: str, how: str) -> None:
    with pytest.raises(MailTransient):
        await attempt(OddRelay(**{where: how}))


@pytest.mark.parametrize("how", [HANG, DROP])
@pytest.mark.parametrize("where", ["DATA", "DOT"])
async def test_silence_from_data_on_leaves_it_uncertain(where: str, how: str) -> None:
    with pytest.raises(MailUncertain):
        await attempt(OddRelay(**{where: how}))


async def test_nobody_listening_is_transient() -> None:
    relay = OddRelay()
    async with relay.running():
        pass
    with pytest.raises(MailTransient):
        await transport(relay).send(SENDER, READER, RAW)


async def test_a_relay_that_answers_slowly_is_given_up_before_data() -> None:
    relay, began = OddRelay(RCPT=HANG), time.monotonic()
    limits = Limits(connect=5, command=5, until_data=0.3, data=5)
    async with relay.running():
        with pytest.raises(MailTransient):
            await SmtpTransport("127.0.0.1", relay.port, "none", limits=limits).send(SENDER, READER, RAW)
    assert time.monotonic() - began < 3


async def test_a_cancelled_attempt_closes_its_connection() -> None:
    relay = OddRelay(DOT=HANG)
    async with relay.running():
        slow = SmtpTransport("127.0.0.1", relay.port, "none", limits=Limits(data=30))
        task = asyncio.create_task(slow.send(SENDER, READER, RAW))
        await relay.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        relay.answers["DOT"] = "250 ok"
        assert await transport(relay).send(SENDER, READER, RAW) == Accepted(250)
    assert relay.verbs.count("EHLO") == 2


async def test_many_letters_at_once_do_not_mix_up_their_answers() -> None:
    good, bad = OddRelay(), OddRelay(RCPT="550 5.1.1 no")
    async with good.running(), bad.running():
        sends = [transport(relay).send(SENDER, READER, RAW) for relay in (good, bad) * 10]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Accepted, RecipientRefused] * 10


@pytest.mark.parametrize("host", ["mail.example.com", "10.0.0.1", "localhost.example.com"])
def test_mail_in_clear_stays_on_this_machine(host: str) -> None:
    with pytest.raises(ValueError, match="without TLS"):
        SmtpTransport(host, 25, "none")
    for here in ("localhost", "127.0.0.1", "127.9.9.9", "::1"):
        SmtpTransport(here, 25, "none")


class Certificates:
    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.server)
        self.other_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("elsewhere.example").configure_cert(self.other_server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


def offering_tls(context: ssl.SSLContext, **answers: str) -> OddRelay:
    relay = OddRelay(EHLO="250-relay.example\r\n250-AUTH CRAM-MD5 PLAIN LOGIN\r\n250 STARTTLS", **answers)
    relay.tls = context
    return relay


async def test_starttls_comes_before_login_and_letter(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server)
    await attempt(relay, "starttls", tls_context=certificates.client, username="u", password="p")
    assert relay.verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    relay = OddRelay()
    async with relay.running(ssl=certificates.server):
        sent = await transport(relay, "tls", tls_context=certificates.client).send(SENDER, READER, RAW)
    assert sent == Accepted(250)


async def test_a_relay_without_starttls_gets_neither_password_nor_letter(certificates: Certificates) -> None:
    relay = OddRelay(EHLO="250-relay.example\r\n250 AUTH PLAIN")
    with pytest.raises(MailSystem):
        await attempt(relay, "starttls", tls_context=certificates.client, username="u", password="p")
    assert not {"AUTH", "MAIL", "DATA"} & set(relay.verbs)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_certificate_nobody_trusts_is_our_trouble_not_the_readers(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server)
    with pytest.raises(MailSystem, match="TLS"):
        await attempt(relay, "starttls")
    relay = OddRelay()
    async with relay.running(ssl=certificates.server):
        with pytest.raises(MailSystem, match="TLS"):
            await transport(relay, "tls").send(SENDER, READER, RAW)


async def test_a_certificate_of_another_host_is_refused(certificates: Certificates) -> None:
    relay = offering_tls(certificates.other_server)
    with pytest.raises(MailSystem, match="TLS"):
        await attempt(relay, "starttls", tls_context=certificates.client)
    assert "MAIL" not in relay.verbs


async def test_a_wrong_password_is_tried_once(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server, AUTH="535 5.7.8 wrong password for u")
    with pytest.raises(MailSystem, match=r"535 5\.7\.8$"):
        await attempt(relay, "starttls", tls_context=certificates.client, username="u", password="p")
    assert relay.verbs.count("AUTH") == 1
