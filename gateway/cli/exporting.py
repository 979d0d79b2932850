"""A portfolio moves out: `vip export`."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import WrongUsage, document, say
from gateway.cli.progress import progress
from gateway.cli.surveys import checker, watched
from gateway.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from gateway.importing.comparing import Difference
    from settings import Settings

Answer = dict[str, Any]
AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]

PATIENCE = 60.0
"""Seconds: customers that nobody asked for long are read anew from their histories, many at once."""


def export(*, out: Path = Path(), at_once: AtOnce = 32, looking: Looking = LOOKING) -> None:
    """Write all customers that run to customers.csv and authorizations.csv; `vip import` takes them over elsewhere.

    The files are read again as an import would read them, and whatever would be another is said for each customer.

    Parameters
    ----------
    out
        Folder for the files; by default the current one.
    at_once
        How many customers are asked at the same time.
    """
    from gateway.importing.leaving import write_files

    settings = settings_here()
    every = asyncio.run(_everybody(settings, at_once, looking))
    try:
        files = write_files(out, every)
    except OSError as error:
        raise WrongUsage(f"{out} cannot be written to: {error}") from None
    found = _differences(every, files, settings, looking)
    numbers = sum(len(one["authorizations"]) for one in every)
    if looking.json:
        told = {"files": [str(path) for path in files], "warnings": [one._asdict() for one in found]}
        document({"customers": len(every), "authorizations": numbers, **told})
        return
    for one in found:
        print(f"{one.vip_number}: {one.message}", file=sys.stderr)
    customers, bought = files
    say(f"{len(every)} customers with {numbers} authorizations stand in {customers} and {bought}.")
    if whose := {one.vip_number for one in found}:
        say(f"{len(whose)} of them would not be the same after an import.")


def _differences(
    every: list[Answer], files: "tuple[Path, Path]", settings: "Settings", looking: Looking
) -> "list[Difference]":
    """The files are read as an import would read them: what they can't carry is said."""
    from gateway.importing.comparing import differences
    from gateway.importing.surveying import survey

    trying = checker(settings)
    found = survey(files, "iso", "utf-8", "", trying, watched(looking))
    return list(differences(every, found, trying.policy.label))


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
                    every.append(dict(await gateway.customer(number)))
                except (NotFound, Unavailable) as silent:
                    raise Unavailable(f"{number}: {silent.message}. Nothing was written.") from None
                step()

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(ask_one_after_another())
        except* Unavailable as silent:
            raise silent.exceptions[0] from None
    return every
