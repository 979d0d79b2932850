"""Letters that were sent and came back: what a mail server reported of one, and what follows (rules, section 8)."""

from datetime import datetime

from cases.case import Case
from cases.journal import Outcome, Why
from cases.messages import RecordBounce
from states.letters import LETTERS
from states.mail import blames_the_address
from states.refusals import refuse


def record_bounce(case: Case, body: RecordBounce, now: datetime) -> None:
    """8.3: one that came back for good is as one that was refused; one that is delayed is noted, no more.

    A report about an address where nobody of this case reads any more is noted, too. What a foreign clock says is
    believed as far as it can be true.
    """
    if body.letter not in LETTERS:
        raise refuse("invalid_request", f"letter: {body.letter} is no letter", field="letter")
    case.arrive(None, now)
    told_at = body.bounced_at
    at = now if told_at is None or not body.caused_at < told_at < now else told_at
    outcome = Outcome.BOUNCED if body.permanent else Outcome.DELAYED
    case.tell_of(body.letter, body.reader, outcome, _reason(body), at, now)
    if not body.permanent or not _same(body.sent_to, case.address_of(body.reader)):
        return
    if blames_the_address(body.status):
        case.stop(body.reader, case.address_of(body.reader))
    case.could_not_deliver(body.letter, body.reader, Why.BOUNCED, next(iter(case.machines)), now)


def _reason(body: RecordBounce) -> str | None:
    return ", ".join(filter(None, (body.status, body.authorization_number))) or None


def _same(told: str | None, current: str) -> bool:
    return told is None or _plain(told) == _plain(current)


def _plain(address: str) -> str:
    """Servers write addresses in capitals, and domains in ASCII."""
    local, _, domain = address.strip("<> ").rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}".casefold()
    except UnicodeError:
        return address.casefold()
