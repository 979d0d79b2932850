import ast
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import mail
from activities.mail import SEND_LETTER, Accepted, Mail, NotSent, wire_letter
from activities.rendering import JinjaRenderer
from activities.smtp import SmtpTransport
from samples.letters import CONTACT, sample, samples
from states.facts import Reader
from states.letters import LETTERS
from tests.activities.letters import COMPOSER, LINKS, RENDERER, composed
from tests.activities.odd_relay import OddRelay

LETTER = sample("payment_overdue", Reader.CONTACT)


class Kept:
    """A transport that keeps what it gets, or fails as told."""

    def __init__(self, failure: NotSent | None = None) -> None:
        self.failure = failure
        self.sent: list[tuple[str, str, bytes]] = []

    async def send(self, envelope_from: str, to: str, raw: bytes) -> Accepted:
        self.sent.append((envelope_from, to, raw))
        if self.failure:
            raise self.failure
        return Accepted(250)


async def send(wire: dict[str, Any], transport: Any, renderer: Any = RENDERER) -> dict[str, Any]:
    result: dict[str, Any] = await ActivityEnvironment().run(Mail(renderer, COMPOSER, transport).send_letter, wire)
    return result


async def failure_of(wire: dict[str, Any], transport: Any, renderer: Any = RENDERER) -> ApplicationError:
    with pytest.raises(ApplicationError) as failed:
        await send(wire, transport, renderer)
    return failed.value


@pytest.mark.parametrize("name", samples())
async def test_a_plain_json_object_becomes_a_message_to_its_reader(name: str) -> None:
    letter, kept = samples()[name], Kept()
    answer = await send(json.loads(json.dumps(wire_letter(letter))), kept)
    assert answer == {"outcome": "sent", "code": 250}
    message = composed(letter)
    assert kept.sent == [(message.envelope_from, message.to, message.raw)]


async def test_fields_that_are_not_set_may_be_left_out() -> None:
    kept = Kept()
    wire = {"letter": LETTER.name, **LETTER.model_dump(mode="json", exclude_none=True)}
    await send(wire, kept)
    assert kept.sent[0][2] == composed(LETTER).raw


@pytest.mark.parametrize(
    ("failure", "final"),
    [
        (mail.RecipientRefused("refused", code=550, status="5.1.1"), True),
        (mail.MessageRefused("refused", code=554), True),
        (mail.MailTransient("later", code=450, retry_after=timedelta(minutes=5)), False),
        (mail.MailSystem("no TLS"), False),
        (mail.MailUncertain("broke"), False),
    ],
)
async def test_a_failure_says_of_which_kind_it_is_and_whether_to_try_again(failure: NotSent, final: bool) -> None:
    error = await failure_of(wire_letter(LETTER), Kept(failure))
    assert error.type == type(failure).__name__
    assert error.non_retryable is final
    assert error.next_retry_delay == failure.retry_after
    assert error.__cause__ is None
    assert error.details == ((mail.STOPS,) if isinstance(failure, mail.RecipientRefused) else ())


async def test_no_personal_data_is_in_a_failure() -> None:
    echo = f"550 5.1.1 <{CONTACT.email}> {CONTACT.name} does not live here"
    async with OddRelay(RCPT=echo).running() as relay:
        error = await failure_of(wire_letter(LETTER), SmtpTransport("127.0.0.1", relay.port, "none"))
    assert str(error) == "RecipientRefused: the relay refused the recipient 550 5.1.1"
    assert error.type == "RecipientRefused"


async def test_every_attempt_sends_the_same_bytes() -> None:
    kept = Kept(mail.MailUncertain("broke"))
    for _ in range(3):
        await failure_of(wire_letter(LETTER), kept)
    assert len(kept.sent) == 3
    assert len(set(kept.sent)) == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"letter": "love_letter"}, "no such letter"),
        ({"organization": 7}, "organization"),
        ({"contact": {"name": "Søren Kjær"}}, "contact.email"),
        ({"written_at": "Søren"}, "written_at"),
        ({"surprise": "Søren"}, "surprise"),
    ],
)
async def test_a_letter_that_this_worker_cannot_read_waits_for_one_that_can(change: dict[str, Any], named: str) -> None:
    kept = Kept()
    error = await failure_of(wire_letter(LETTER) | change, kept)
    assert (error.type, error.non_retryable) == ("MailSystem", False)
    assert named in str(error)
    assert "Søren" not in str(error)
    assert kept.sent == []


async def test_a_broken_template_waits_for_its_repair(tmp_path: Path) -> None:
    for kind in ("txt", "html"):
        (tmp_path / f"{LETTER.name}.{kind}.j2").write_text("{{ letter.contact.shoe_size }}", encoding="utf-8")
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "letter.txt.j2").write_text("", encoding="utf-8")
    broken = JinjaRenderer(reseller_name="N", support="+45", links=LINKS, templates=tmp_path)
    error = await failure_of(wire_letter(LETTER), Kept(), broken)
    assert (error.type, error.non_retryable) == ("MailSystem", False)
    assert CONTACT.name not in str(error)


async def test_control_characters_are_refused_for_good() -> None:
    error = await failure_of(wire_letter(LETTER) | {"organization": "School\r\nBcc: x@y.example"}, Kept())
    assert (error.type, error.non_retryable) == ("MessageRefused", True)


def test_the_activity_is_called_as_the_contract_says() -> None:
    assert SEND_LETTER == "send_letter"
    assert set(wire_letter(LETTER)) == {"letter", *LETTERS["payment_overdue"].model_fields}


def test_what_workflow_files_import_is_light() -> None:
    tree = ast.parse(Path(mail.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules <= {
        "collections.abc", "contextlib", "dataclasses", "datetime", "typing", "pydantic", "temporalio",
        "temporalio.exceptions", "activities.attempt", "activities.branding", "states.facts", "states.letters",
    }  # fmt: skip
