"""A portfolio moves out: `vip export`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server
from gateway.cli.importing import settings_here
from gateway.cli.output import WrongUsage, document, say
from gateway.cli.progress import progress
from gateway.errors import Unavailable

if TYPE_CHECKING:
    from settings import Settings

Answer = dict[str, Any]
AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]


def export(*, out: Path = Path(), at_once: AtOnce = 32, looking: Looking = LOOKING) -> None:
    """Write all customers that run to customers.csv and authorizations.csv; `vip import` takes them over elsewhere.

    Parameters
    ----------
    out
        Folder for the files; by default the current one.
    at_once
        How many customers are asked at the same time.
    """
    from gateway.importing.leaving import write_files

    every = asyncio.run(_everybody(settings_here(), at_once, looking))
    try:
        customers, bought = write_files(out, every)
    except OSError as error:
        raise WrongUsage(f"{out} cannot be written to: {error}") from None
    numbers = sum(len(one["authorizations"]) for one in every)
    if looking.json:
        document({"customers": len(every), "authorizations": numbers, "files": [str(customers), str(bought)]})
    else:
        say(f"{len(every)} customers with {numbers} authorizations stand in {customers} and {bought}.")


async def _everybody(settings: "Settings", at_once: int, looking: Looking) -> list[Answer]:
    from gateway.client import Gateway
    from gateway.importing.meeting import residents

    client = await connected(server())
    numbers = sorted((await residents(client, with_authorizations=False)).digests)
    gateway, every = Gateway(client, task_queue=settings.task_queue), list[Answer]()
    waiting = iter(numbers)
    with progress("customers", len(numbers), shown=not looking.json) as step:

        async def ask_one_after_another() -> None:
            for number in waiting:
                every.append(await gateway.customer(number))
                step()

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(ask_one_after_another())
        except* Unavailable as silent:
            raise Unavailable(f"{silent.exceptions[0]}; nothing was written") from None
    return every
