"""Connections are kept, few, and never in doubt; a relay that does not take our mail is left alone."""

import asyncio
from datetime import timedelta

import pytest

from activities.circuit import Circuit
from activities.mail import Accepted, MailSystem, MailTransient, MailUncertain, NotSent, RecipientRefused
from activities.pool import Keeping
from activities.smtp import Limits, SmtpTransport
from tests.activities.odd_relay import DROP, HANG, OddRelay
from tests.activities.relay_tls import Certificates, offering_tls
from tests.activities.sending import RAW, READER, SENDER, transport


async def send(sending: SmtpTransport, to: str = READER) -> Accepted | NotSent:
    try:
        return await sending.send(SENDER, to, RAW)
    except NotSent as failure:
        return failure


async def until_calm(sending: SmtpTransport) -> None:
    await asyncio.gather(*sending._pool._tidying)


async def test_letters_one_after_the_other_go_over_one_connection() -> None:
    relay = OddRelay()
    async with relay.running():
        sending = transport(relay)
        for _ in range(5):
            assert await send(sending) == Accepted(250)
        await sending.close()
    assert relay.connections == 1
    assert relay.verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 5, "QUIT"]


async def test_there_are_never_more_connections_than_allowed_and_all_letters_get_out() -> None:
    relay = OddRelay()
    async with relay.running():
        sending = transport(relay, keeping=Keeping(connections=3))
        assert await asyncio.gather(*(send(sending) for _ in range(60))) == [Accepted(250)] * 60
        await sending.close()
    assert relay.most == relay.connections == 3
    assert len(relay.got) == 60


async def test_the_connection_used_last_is_used_first_so_that_others_can_go() -> None:
    relay = OddRelay()
    async with relay.running():
        sending = transport(relay, keeping=Keeping(connections=3))
        await asyncio.gather(*(send(sending) for _ in range(3)))
        last = sending._pool._idle[-1]
        for _ in range(4):
            await send(sending)
            assert sending._pool._idle[-1] is last
        assert (last.used, relay.connections) == (5, 3)
        await sending.close()


async def test_a_connection_is_worn_after_so_many_letters() -> None:
    relay = OddRelay()
    async with relay.running():
        sending = transport(relay, keeping=Keeping(letters=2))
        for _ in range(5):
            await send(sending)
            await until_calm(sending)
        assert relay.connections == 3
        assert relay.verbs.count("QUIT") == 2
        await sending.close()


async def test_an_idle_connection_is_closed_by_us_before_the_relay_does() -> None:
    relay = OddRelay()
    async with relay.running():
        sending = transport(relay, keeping=Keeping(idle=0.05))
        await send(sending)
        await relay.until(lambda relay: relay.open == 0)
        assert await send(sending) == Accepted(250)
        assert relay.connections == 2
        await sending.close()


@pytest.mark.parametrize("answer", [DROP, "421 4.4.2 idle for too long"])
async def test_that_the_relay_had_closed_an_idle_connection_is_no_failure(answer: str) -> None:
    relay = OddRelay(MAIL=["250 ok", answer, "250 ok"])
    async with relay.running():
        sending = transport(relay)
        assert [await send(sending) for _ in range(2)] == [Accepted(250)] * 2
        await sending.close()
    assert relay.connections == 2


async def test_after_a_refusal_the_connection_is_reset_and_goes_on() -> None:
    relay = OddRelay(RCPT=["550 5.1.1 who?", "250 ok"])
    async with relay.running():
        sending = transport(relay)
        assert isinstance(await send(sending), RecipientRefused)
        await until_calm(sending)
        assert await send(sending) == Accepted(250)
        await sending.close()
    assert relay.verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("answer", [HANG, DROP, "502 what?"])
async def test_a_connection_that_cannot_be_reset_is_closed_and_nobody_waits_for_it(answer: str) -> None:
    relay = OddRelay(RCPT=["550 5.1.1 who?", "250 ok"], RSET=answer)
    async with relay.running():
        sending = transport(relay, keeping=Keeping(connections=1, reset=0.1))
        assert isinstance(await send(sending), RecipientRefused)
        assert await send(sending) == Accepted(250)
        await sending.close()
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("answers", "failure"),
    [({"RCPT": [HANG, "250 ok"]}, MailTransient), ({"DOT": [HANG, "250 ok"]}, MailUncertain),
     ({"RCPT": ["421 bye", "250 ok"]}, MailTransient), ({"DOT": [DROP, "250 ok"]}, MailUncertain)],
)  # fmt: skip
async def test_a_connection_without_a_clean_reply_is_never_used_again(
    answers: dict[str, str | list[str]], failure: type[NotSent]
) -> None:
    relay = OddRelay(**answers)
    async with relay.running():
        sending = transport(relay)
        assert type(await send(sending)) is failure
        assert await send(sending) == Accepted(250)
        await sending.close()
    assert relay.connections == 2


async def test_a_late_reply_is_never_taken_for_that_of_another_letter() -> None:
    relay = OddRelay(DOT=[HANG, "250 ok"])
    async with relay.running():
        sending = transport(relay, limits=Limits(data=30), keeping=Keeping(connections=1))
        first = asyncio.create_task(sending.send(SENDER, READER, RAW))
        await relay.arrived.wait()
        first.cancel()
        with pytest.raises(MailUncertain):
            await first
        assert await send(sending, "other@school.example") == Accepted(250)
        await sending.close()
    assert relay.connections == 2


async def test_closing_says_goodbye_and_leaves_no_connection() -> None:
    relay = OddRelay(QUIT=HANG)
    async with relay.running():
        sending = transport(relay, keeping=Keeping(connections=3, reset=0.1))
        await asyncio.gather(*(send(sending) for _ in range(3)))
        assert relay.open == 3
        async with asyncio.timeout(1):
            await sending.close()
        assert relay.verbs.count("QUIT") == 3


# --- a relay that does not take our mail


async def test_a_wrong_password_is_told_once_to_the_relay_however_many_letters_wait(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server, AUTH="535 5.7.8 wrong")
    async with relay.running():
        sending = transport(
            relay, "starttls", tls_context=certificates.client, username="u", password="p",
            keeping=Keeping(connections=1),
        )  # fmt: skip
        failures = [await send(sending) for _ in range(100)]
    assert relay.verbs.count("AUTH") == 1
    assert {type(one) for one in failures} == {MailSystem}
    waits = [one.retry_after for one in failures if isinstance(one, NotSent)]
    assert all(wait is not None and timedelta(0) < wait <= timedelta(minutes=1) for wait in waits)


async def test_one_attempt_at_a_time_tries_again_later_and_later_and_a_success_ends_it(
    certificates: Certificates,
) -> None:
    wrong, right = "535 5.7.8 wrong", "235 2.7.0 welcome"
    relay = offering_tls(certificates.server, AUTH=[wrong, wrong, right])
    circuit = Circuit(timedelta(seconds=0.05), timedelta(seconds=0.2))
    async with relay.running():
        sending = transport(
            relay, "starttls", tls_context=certificates.client, username="u", password="p", circuit=circuit
        )
        rests = []
        for tries in (1, 2):
            failed = await send(sending)
            assert isinstance(failed, MailSystem)
            assert failed.retry_after is not None
            rests.append(failed.retry_after.total_seconds())
            assert relay.verbs.count("AUTH") == tries
            await asyncio.sleep(rests[-1])
        assert rests == [0.05, 0.1]
        outcomes = await asyncio.gather(*(send(sending) for _ in range(10)))
        assert outcomes.count(Accepted(250)) == 1, "one tries; the others come again"
        assert await asyncio.gather(*(send(sending) for _ in range(10))) == [Accepted(250)] * 10
        await sending.close()


async def test_a_fault_of_one_recipient_leaves_the_others_alone() -> None:
    relay = OddRelay(RCPT=["554 5.7.1 Relay access denied", "250 ok"])
    async with relay.running():
        sending = transport(relay)
        assert type(await send(sending)) is MailSystem
        assert await send(sending) == Accepted(250)
        await sending.close()
