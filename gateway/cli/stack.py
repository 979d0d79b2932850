"""The local stack: everything on one machine, its letters, and its clocks."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from gateway.cli import showing
from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import WrongUsage, document, facts, say, table
from gateway.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from local.fast_forward import Journey

DATA = Path(".data")
Data = Annotated[Path, Parameter(help="Folder of the stack's data.")]


def up(*, data: Data = DATA, samples: bool = True, port_offset: int = 0) -> int:
    """Run everything on this machine: server, worker, mail catcher, invitation page, sample customers.

    Parameters
    ----------
    samples
        Make sample customers at the first start.
    port_offset
        Move all ports by so much.
    """
    from gateway.cli.parts import PARTS
    from local.up import run

    return run(PARTS, data=data, samples=samples, port_offset=port_offset)


def inbox(
    number: int | None = None, /, *, to: str | None = None, data: Data = DATA, looking: Looking = LOOKING
) -> None:
    """Read the letters that were sent on this machine, newest first.

    Parameters
    ----------
    number
        Show this letter, by its number in the list.
    to
        Only those to this address.
    """
    from local.inbox.letters import Letters
    from local.inbox.reading import header, read, text_of

    folder = data / "mail"
    letters = Letters(folder)
    found = [(count, one) for count, one in enumerate(letters.all(), 1) if to is None or to in one.to]
    if number is None:
        if looking.json:
            told = [(count, f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.to, one.subject) for count, one in found]
            document([dict(zip(("number", "at", "to", "subject"), each, strict=True)) for each in told])
        else:
            rows = ((count, f"{one.at:%Y-%m-%d %H:%M}", one.to, one.subject) for count, one in found)
            table("", ("", "when (UTC)", "to", "subject"), rows, empty=f"No letter is in {folder}.")
        return
    letter = next((one for count, one in found if count == number), None)
    if letter is None:
        raise NotFound(f"There is no letter {number} in {folder}.")
    message = read(letters.raw(letter.key))
    if looking.json:
        document({"number": number, "to": letter.to, "subject": letter.subject, "text": text_of(message)})
        return
    facts(letter.subject, ((name.lower(), header(message, name)) for name in ("From", "To", "Reply-To", "Date")))
    print()
    print(text_of(message))


def fast_forward(
    number: str,
    /,
    *,
    days: int | None = None,
    to_next: Annotated[bool, Parameter(negative=())] = False,
    looking: Looking = LOOKING,
) -> None:
    """Move a customer and its running authorizations through time, next event first (local stack only).

    Parameters
    ----------
    number
        A VIP number or an authorization number; the customer and all its running authorizations move together.
    days
        By so many days.
    to_next
        Until the next thing happens: a change of state, a letter.
    """
    if (days is None) == (not to_next):
        raise WrongUsage("say either --days N or --to-next")
    if days is not None and not 1 <= days <= 36600:
        raise WrongUsage("--days is 1 to 36600")
    journey = asyncio.run(_travel(number, days))
    if looking.json:
        document(_as_answer(journey))
        return
    for name, behind in journey.aligned.items():
        say(f"The clock of {name} was {_days(behind)} behind; it was moved along.")
    showing.journal(journey.entries, whose=True)
    say(f"It is {journey.arrived_at:%Y-%m-%d %H:%M} UTC for {journey.vip_number} now.")


async def _travel(number: str, days: int | None) -> "Journey":
    from temporalio.client import WorkflowQueryFailedError
    from temporalio.service import RPCError

    from local import clock
    from local import fast_forward as forward

    where = server(settings_here())
    host = where.address.rpartition(":")[0].strip("[]")
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise WrongUsage(f"{host} is not this machine: only the clocks of a local stack can be moved")
    client = await connected(where)
    try:
        return await forward.fast_forward(client, number, by=None if days is None else timedelta(days=days))
    except forward.NotHere as error:
        raise NotFound(str(error)) from None
    except (clock.ClockStuck, RPCError, WorkflowQueryFailedError) as error:
        raise Unavailable(str(error)) from None


def _as_answer(journey: "Journey") -> dict[str, Any]:
    return {
        "vip_number": journey.vip_number,
        "started_at": f"{journey.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "arrived_at": f"{journey.arrived_at:%Y-%m-%dT%H:%M:%SZ}",
        "aligned": {name: round(behind.total_seconds()) for name, behind in journey.aligned.items()},
        "items": journey.entries,
    }


def _days(behind: timedelta) -> str:
    return f"{behind.days} days" if behind.days > 1 else f"{behind.total_seconds() / 3600:.0f} hours"
