"""A portfolio moves out: `vip export`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import WrongUsage, document, say
from gateway.cli.progress import progress
from gateway.errors import Unavailable

if TYPE_CHECKING:
    from settings import Settings

Answer = dict[str, Any]
AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]

PATIENCE = 60.0
"""Seconds: customers that nobody asked for long are read anew from their histories, many at once."""


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
    from gateway.importing.leaving import living

    client = await connected(server(settings))
    numbers = await living(client, settings.task_queue)
    gateway, every = Gateway(client, task_queue=settings.task_queue, patience=PATIENCE), list[Answer]()
    waiting = iter(numbers)
    with progress("customers", len(numbers), shown=not looking.json) as step:

        async def ask_one_after_another() -> None:
            for number in waiting:
                try:
                    every.append(await gateway.customer(number))
                except Unavailable as silent:
                    raise Unavailable(f"{number}: {silent.message}. Nothing was written.") from None
                step()

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(ask_one_after_another())
        except* Unavailable as silent:
            raise silent.exceptions[0] from None
    return every
