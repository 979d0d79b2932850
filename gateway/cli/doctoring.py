"""Is everything well? `vip doctor`."""

import asyncio
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.options import Flag
from gateway.cli.output import document, facts, say
from gateway.cli.progress import progress

if TYPE_CHECKING:
    from gateway.doctor.examining import Step
    from gateway.doctor.findings import Finding, Report

AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]
PROBLEMS = 1
"""Exit status when something is wrong; warnings alone are none."""
SHOWN = 10
"""Findings of one kind; the rest is counted. JSON has them all."""


def doctor(*, quick: Flag = False, at_once: AtOnce = 32, looking: Looking = LOOKING) -> int:
    """Look at everything that runs, and say what is wrong and what to do. It changes nothing.

    Exit status: 0 healthy, 1 problems found, 2 wrong usage, 3 not reachable.

    Parameters
    ----------
    quick
        Look at workers, settings of the server and lists alone, and ask no case.
    at_once
        How many customers are looked at at the same time.
    """
    report = asyncio.run(_examined(quick, at_once, looking))
    if looking.json:
        document(report.answer())
    else:
        _tell(report)
    return 0 if report.healthy else PROBLEMS


async def _examined(quick: bool, at_once: int, looking: Looking) -> "Report":
    from gateway.doctor.examining import Examination

    settings = settings_here()
    client = await connected(server(settings))
    with ExitStack() as stack:

        def begin(families: int) -> "Step":
            return stack.enter_context(progress("customers", families, shown=not looking.json and not quick))

        visit = Examination(client, settings.task_queue, settings.mail_task_queue, at_once=at_once)
        return await visit.run(quick, begin)


def _tell(report: "Report") -> None:
    facts("Looked at", ((name.replace("_", " "), f"{count:,}") for name, count in report.checked.items() if count))
    for _, found in groupby(report.findings, key=lambda one: one.code):
        _tell_kind(list(found))
    say("")
    if not report.findings:
        say("All is well: nothing was found.")
        return
    problems = sum(one.severity == "problem" for one in report.findings)
    say(f"{_counted(problems, 'problem')}, {_counted(len(report.findings) - problems, 'warning')}.")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _tell_kind(found: "list[Finding]") -> None:
    from gateway.doctor.codes import MEANINGS

    first = found[0]
    say("")
    say(f"{first.severity.value}  {first.code.value}: {MEANINGS[first.code].means}")
    for one in found[:SHOWN]:
        say(f"  {one.concerns}: {one.what}")
    if len(found) > SHOWN:
        say(f"  and {len(found) - SHOWN} more")
    say(f"  What to do: {first.do}")
