"""The register filled again from the cases: `vip register rebuild`."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import document, say
from gateway.cli.progress import interruptible, progress
from gateway.errors import Unavailable

if TYPE_CHECKING:
    from gateway.rebuilding import Rebuilt

AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]
LEFT_SOME, INTERRUPTED = 1, 130
SHOWN = 10
"""Cases that could not be asked; JSON has them all."""


def rebuild(*, at_once: AtOnce = 16, looking: Looking = LOOKING) -> int:
    """Ask every case how it stands, and tell the register. Safe while everything runs; nothing is deleted.

    It can be stopped at any moment and run again: what the register does not know comes first. Exit status 1 if a case
    could not be asked.

    Parameters
    ----------
    at_once
        How many cases are asked at the same time.
    """
    return asyncio.run(_rebuilt(at_once, looking))


async def _rebuilt(at_once: int, looking: Looking) -> int:
    from gateway.rebuilding import cases, rebuild
    from register.errors import RegisterUnusable
    from register.register import Register

    where = server(settings_here())
    client, address = await connected(where), where.settings.database_url.get_secret_value()
    if address == "off":
        raise Unavailable("VIP_DATABASE_URL is off: say which database the register is to be in.")
    try:
        async with await Register.at(address) as register:
            every = await cases(client, register)
            with progress("cases", len(every), shown=not looking.json) as step, interruptible() as stop:
                done = await rebuild(client, register, every, at_once=at_once, step=step, stop=stop)
    except RegisterUnusable as away:
        raise Unavailable(f"{away}. Run the same command again: it goes on where it stopped.") from None
    _tell(done, len(every), looking)
    return INTERRUPTED if stop.is_set() else LEFT_SOME if done.silent else 0


def _tell(done: "Rebuilt", cases: int, looking: Looking) -> None:
    from gateway.rebuilding import Became

    if looking.json:
        silent = [one._asdict() for one in done.silent]
        document({"cases": cases, **{one.value: done.counts[one] for one in Became}, "silent": silent})
        return
    told = ", ".join(f"{done.counts[one]:,} {one.replace('_', ' ')}" for one in Became if done.counts[one])
    say(f"{told or 'No case runs'}.")
    for one in done.silent[:SHOWN]:
        say(f"  {one.workflow_id}: {one.why}")
    if len(done.silent) > SHOWN:
        say(f"  and {len(done.silent) - SHOWN} more")
