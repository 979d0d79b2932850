"""A report finds its letter: by its mark in the journal of its case, which is then told what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, cast

from gateway.answers import JournalEntry
from gateway.bodies import RecordBounce
from gateway.bounces.understanding import Kind, Report
from gateway.client import Gateway
from gateway.errors import NotFound, Refused, Unavailable
from states.letters import key_of, mark_of


class Became(StrEnum):
    RECORDED = "recorded"
    """It came back: the case knows, and what follows has followed. So it has if this was recorded before."""
    DELAYED = "delayed"
    """The case knows; a server goes on trying."""
    ARRIVED = "arrived"
    """Nothing is wrong, and nothing was done."""
    NOT_OURS = "not_ours"
    NOT_UNDERSTOOD = "not_understood"
    REFUSED = "refused"


LEFT = frozenset({Became.NOT_OURS, Became.NOT_UNDERSTOOD, Became.REFUSED})
"""Somebody should look at these."""


class Told(NamedTuple):
    """What became of a report, in words."""

    became: Became
    message: str
    case: str | None = None
    letter: str | None = None
    reader: str | None = None


async def record(gateway: Gateway, report: Report) -> Told:
    """Tell the case; a report that is told again changes nothing. Raises `Unavailable`."""
    if report.kind is Kind.NO_REPORT:
        return Told(Became.NOT_UNDERSTOOD, "this is no report of a mail server, or in a form that is not known")
    if report.letter is None:
        return Told(Became.NOT_OURS, "it names no letter of this system")
    number = report.letter.case
    try:
        entry = _entry(number, report.letter.mark, await gateway.journal(number))
        if entry is None:
            return Told(Became.NOT_OURS, "its case has sent no such letter", number)
        told = Told(Became.ARRIVED, "the letter was delivered", number, entry["letter"], entry["reader"])
        if report.kind is Kind.ARRIVED:
            return told
        await gateway.record_bounce(number, _body(report, entry), f"bounce-{report.id[:40]}")
    except Unavailable:
        raise
    except NotFound:
        return Told(Became.NOT_OURS, "its case is not known here", number)
    except Refused as refused:
        return Told(Became.REFUSED, refused.message, number)
    if report.kind is Kind.DELAYED:
        return told._replace(became=Became.DELAYED, message=f"delayed on its way to {report.sent_to or 'its reader'}")
    why = f" ({report.status})" if report.status else ""
    return told._replace(became=Became.RECORDED, message=f"came back from {report.sent_to or 'its reader'}{why}")


def _entry(number: str, mark: str, journal: list[JournalEntry]) -> JournalEntry | None:
    """The letter that was sent, the latest first."""
    for entry in reversed(journal):
        if entry["kind"] == "letter":
            caused_at = datetime.fromisoformat(entry["effective_at"])
            if mark_of(key_of(number, entry["letter"], entry["reader"], caused_at, "")) == (number, mark):
                return entry
    return None


def _body(report: Report, entry: JournalEntry) -> RecordBounce:
    """The same for the same report: a repeat has to be one."""
    body: RecordBounce = {
        "letter": entry["letter"],
        "reader": entry["reader"],
        "caused_at": entry["effective_at"],
        "permanent": report.kind is Kind.FAILED,
        "sent_to": report.sent_to,
        "status": report.status,
        "bounced_at": None if report.at is None else report.at.isoformat(),
    }
    return cast(RecordBounce, {name: value for name, value in body.items() if value is not None})
