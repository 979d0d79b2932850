"""The record of letters over all customers: `vip letters --sent`, `--undelivered`."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from gateway.cli.asking import Answer, Looking, ask
from gateway.cli.output import WrongUsage, table
from gateway.cli.showing import moment

if TYPE_CHECKING:
    from gateway.answers import ToldLetter
    from gateway.client import Gateway
    from gateway.vocabulary import Outcome

SENT: "tuple[Outcome, ...]" = ("sent",)
UNDELIVERED: "tuple[Outcome, ...]" = ("undelivered", "bounced")
"""Refused, too late, or come back."""
MOST = 1000


def show_record(
    outcomes: "tuple[Outcome, ...]", since: str | None, managed_by: str | None, limit: int, looking: Looking
) -> None:
    """Letters with these outcomes, the newest first."""
    begin = None if since is None else _instant(since)

    async def question(gateway: "Gateway") -> Answer:
        found: list[ToldLetter] = []
        for outcome in outcomes:
            found += await gateway.letters(since=begin, outcome=outcome, managed_by=managed_by, limit=limit)
        found.sort(key=lambda one: one["processed_at"], reverse=True)
        return {"items": found[:limit]}

    ask(looking, question, lambda answer: _tell(answer["items"]))


def _tell(items: "list[ToldLetter]") -> None:
    rows = (
        (
            moment(one["processed_at"]),
            one.get("organization"),
            one.get("letter"),
            str(one.get("reader")).replace("_", " "),
            one.get("outcome"),
            one.get("reason"),
            one.get("authorization_number", one["vip_number"]),
        )
        for one in items
    )
    headings = ("when (UTC)", "customer", "letter", "to", "outcome", "why", "number")
    table("", headings, rows, empty="There is no such letter.")


def _instant(text: str) -> str:
    """A day, or an instant with its zone. Raises `WrongUsage`."""
    try:
        if len(text) == len("2027-03-01"):
            return datetime.combine(date.fromisoformat(text), time(), UTC).isoformat()
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC).isoformat()
    except ValueError:
        raise WrongUsage(
            f"--since {text} is no day such as 2027-03-01, and no instant such as 2027-03-01T08:00:00Z"
        ) from None
