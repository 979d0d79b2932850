"""Everything a relay can do to a letter, and what each comes to: one table."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from activities.circuit import FIRST
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
from tests.activities.odd_relay import DROP, HANG, SLOW, OddRelay
from tests.activities.relay_tls import Certificates, offering_tls
from tests.activities.sending import RAW, READER, SENDER, attempt, transport

YES, READER_NO, MESSAGE_NO, LATER, OURS, DARK = (
    Accepted, RecipientRefused, MessageRefused, MailTransient, MailSystem, MailUncertain
)  # fmt: skip
Outcome = type[Accepted] | type[NotSent]


class Fault(NamedTuple):
    answers: dict[str, str]
    outcome: Outcome
    told: str = ""
    """The code with which the outcome ends."""
    wait: timedelta | None = None
    """When to come again, where the outcome says so."""


# fmt: off
FAULTS = {
    # taken
    "all is well":                            Fault({}, YES, "250"),
    "251 to the recipient":                   Fault({"RCPT": "251 will forward"}, YES, "250"),
    "252 to the recipient":                   Fault({"RCPT": "252 will try"}, YES, "250"),
    "251 after the dot":                      Fault({"DOT": "251 will forward"}, YES, "251"),
    "252 after the dot":                      Fault({"DOT": "252 fine"}, YES, "252"),
    "hangs at QUIT":                          Fault({"QUIT": HANG}, YES, "250"),
    "answers slowly, in time":                Fault({"RCPT": f"{SLOW}250 ok"}, YES, "250"),
    # nobody reads there
    "no such user":                           Fault({"RCPT": f"550 5.1.1 no {READER}"}, READER_NO, "550 5.1.1"),
    "no such user, without a status":         Fault({"RCPT": "553 no such box"}, READER_NO, "553"),
    "disabled":                               Fault({"RCPT": "550 5.2.1 mailbox disabled"}, READER_NO, "550 5.2.1"),
    "no way there":                           Fault({"RCPT": "550 5.4.4 no route to host"}, READER_NO, "550 5.4.4"),
    "no such user, told after the dot":       Fault({"DOT": "550 5.1.1 who?"}, READER_NO, "550 5.1.1"),
    "no such user, then RSET hangs":          Fault({"RCPT": "550 5.1.1 who?", "RSET": HANG}, READER_NO, "550 5.1.1"),
    "no such user, then RSET drops":          Fault({"RCPT": "550 5.1.1 who?", "RSET": DROP}, READER_NO, "550 5.1.1"),
    # not this message
    "too big":                                Fault({"MAIL": "552 5.3.4 too big"}, MESSAGE_NO, "552 5.3.4"),
    "refused at DATA":                        Fault({"DATA": "554 5.6.0 no"}, MESSAGE_NO, "554 5.6.0"),
    "taken for spam":                         Fault({"DOT": f"554 5.7.1 spam to {READER}"}, MESSAGE_NO, "554 5.7.1"),
    # not now
    "mailbox full":                           Fault({"RCPT": "452 4.2.2 full"}, LATER, "452 4.2.2"),
    "mailbox full, said as for good":         Fault({"RCPT": "552 5.2.2 full"}, LATER, "552 5.2.2"),
    "a fault there":                          Fault({"DOT": "451 4.3.0 later"}, LATER, "451 4.3.0"),
    "421 in the greeting":                    Fault({"GREETING": "421 busy"}, LATER, "421"),
    "421 at MAIL":                            Fault({"MAIL": "421 4.3.2 shutting down"}, LATER, "421 4.3.2"),
    "421 after the dot":                      Fault({"DOT": "421 closing"}, LATER, "421"),
    "login service away":                     Fault({"EHLO": "421 4.7.0 later"}, LATER, "421 4.7.0"),
    "greylisted":                             Fault({"RCPT": "450 4.7.1 greylisted"}, LATER, "450 4.7.1", GREYLISTED),
    "greylisted by another code":             Fault({"RCPT": "451 4.7.1 try again"}, LATER, "451 4.7.1", GREYLISTED),
    "greylisted in words":                    Fault({"RCPT": "450 Greylisting in action"}, LATER, "450", GREYLISTED),
    "greylisted after the dot":               Fault({"DOT": "451 4.7.1 greylisted"}, LATER, "451 4.7.1", GREYLISTED),
    "busy, not greylisted":                   Fault({"RCPT": "450 4.2.0 busy"}, LATER, "450 4.2.0"),
    "hangs in the greeting":                  Fault({"GREETING": HANG}, LATER),
    "drops in the greeting":                  Fault({"GREETING": DROP}, LATER),
    "hangs at EHLO":                          Fault({"EHLO": HANG}, LATER),
    "drops at EHLO":                          Fault({"EHLO": DROP}, LATER),
    "hangs at MAIL":                          Fault({"MAIL": HANG}, LATER),
    "drops at MAIL":                          Fault({"MAIL": DROP}, LATER),
    "hangs at RCPT":                          Fault({"RCPT": HANG}, LATER),
    "drops at RCPT":                          Fault({"RCPT": DROP}, LATER),
    "one slow byte at a time, at RCPT":       Fault({"RCPT": f"{SLOW}250 " + "o" * 99}, LATER),
    # who knows
    "hangs at DATA":                          Fault({"DATA": HANG}, DARK),
    "drops at DATA":                          Fault({"DATA": DROP}, DARK),
    "hangs after the dot":                    Fault({"DOT": HANG}, DARK),
    "drops after the dot":                    Fault({"DOT": DROP}, DARK),
    "one slow byte at a time, after the dot": Fault({"DOT": f"{SLOW}250 " + "o" * 99}, DARK),
    # our trouble, or the relay's
    "refused in the greeting":                Fault({"GREETING": "554 not you"}, OURS, "554", FIRST),
    "speaks something else":                  Fault({"GREETING": "SSH-2.0-OpenSSH_9.2"}, OURS, "", FIRST),
    "wants a login at MAIL":                  Fault({"MAIL": "530 5.7.0 log in first"}, OURS, "530 5.7.0", FIRST),
    "wants a login at RCPT":                  Fault({"RCPT": "530 5.7.0 log in first"}, OURS, "530 5.7.0"),
    "does not like our sender":               Fault({"MAIL": "550 5.1.8 bad sender domain"}, OURS, "550 5.1.8", FIRST),
    "does not like our sender, told at RCPT": Fault({"RCPT": "553 5.7.1 not owned by user"}, OURS, "553 5.7.1"),
    "does not relay for us":                  Fault({"RCPT": "554 5.7.1 Relay access denied"}, OURS, "554 5.7.1"),
    "does not relay, without a status":       Fault({"RCPT": "550 relaying denied"}, OURS, "550"),
    "has us on a list":                       Fault({"RCPT": "554 5.7.1 host blocked using zen"}, OURS, "554 5.7.1"),
    "wants another greeting":                 Fault({"RCPT": "504 5.5.2 need a full host name"}, OURS, "504 5.5.2"),
    "a fault there for good":                 Fault({"DOT": "554 5.3.0 local error"}, OURS, "554 5.3.0"),
    "never asked for the message":            Fault({"DATA": "250 thanks"}, OURS, "250"),
}
# fmt: on


async def came_to(relay: OddRelay, *security: Any, **options: Any) -> Accepted | NotSent:
    try:
        return await attempt(relay, *security, **options)
    except NotSent as failure:
        return failure


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_each_fault_has_its_outcome(fault: Fault) -> None:
    relay = OddRelay(**fault.answers)
    outcome = await came_to(relay)
    assert type(outcome) is fault.outcome
    assert str(outcome.code if isinstance(outcome, Accepted) else outcome).endswith(fault.told)
    if isinstance(outcome, NotSent):
        assert outcome.retry_after == fault.wait
        assert outcome.__cause__ is None
        assert READER.partition("@")[0] not in str(outcome), "what a failure says is kept, and holds no address"


def test_the_table_is_as_long_as_it_says() -> None:
    assert len(FAULTS) >= 20
    assert {fault.outcome for fault in FAULTS.values()} == {YES, READER_NO, MESSAGE_NO, LATER, OURS, DARK}


# --- faults of TLS and login: never the reader's, and neither password nor letter goes over an unsafe line


LOGIN: dict[str, Any] = {"username": "u", "password": "p"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("whose", ["of_nobody", "of_another_host"])
async def test_a_certificate_that_cannot_be_trusted_is_our_trouble(
    certificates: Certificates, security: Any, whose: str
) -> None:
    server = certificates.server if whose == "of_nobody" else certificates.other_server
    trusted = certificates.of_nobody if whose == "of_nobody" else certificates.client
    relay = offering_tls(server) if security == "starttls" else OddRelay()
    async with relay.running(**({"ssl": server} if security == "tls" else {})):
        with pytest.raises(MailSystem, match="TLS") as failed:
            await transport(relay, security, tls_context=trusted, **LOGIN).send(SENDER, READER, RAW)
    assert failed.value.retry_after == FIRST
    assert not {"AUTH", "MAIL", "DATA"} & set(relay.verbs)


@pytest.mark.parametrize(
    "answers",
    [{"EHLO": "250-relay.example\r\n250 AUTH PLAIN"}, {"STARTTLS": "502 5.5.1 what?"}, {"STARTTLS": HANG}],
    ids=["not offered", "refused", "hangs"],
)
async def test_without_starttls_neither_password_nor_letter_is_sent(
    certificates: Certificates, answers: dict[str, str]
) -> None:
    relay = offering_tls(certificates.server, **answers)
    outcome = await came_to(relay, "starttls", tls_context=certificates.client, **LOGIN)
    assert type(outcome) is (LATER if answers.get("STARTTLS") == HANG else OURS)
    assert not {"AUTH", "MAIL", "DATA"} & set(relay.verbs)


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong password for u", "534 5.7.9 another way", "538 5.7.11 no"])
async def test_a_login_that_is_refused_is_tried_once(certificates: Certificates, answer: str) -> None:
    relay = offering_tls(certificates.server, AUTH=answer)
    outcome = await came_to(relay, "starttls", tls_context=certificates.client, **LOGIN)
    assert isinstance(outcome, MailSystem)
    assert str(outcome).endswith(" ".join(answer.split()[:2]))
    assert relay.verbs.count("AUTH") == 1


async def test_a_login_service_that_is_away_is_tried_later(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server, AUTH="454 4.7.0 temporary failure")
    outcome = await came_to(relay, "starttls", tls_context=certificates.client, **LOGIN)
    assert type(outcome) is MailTransient
