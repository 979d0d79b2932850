"""Is everything well? `vip doctor`."""

import asyncio
from contextlib import AsyncExitStack
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
    from register.register import Register
    from settings import Settings

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

    where = server(settings_here())
    client, settings = await connected(where), where.settings
    async with AsyncExitStack() as stack:
        register = await _register(settings, stack)

        def begin(families: int) -> "Step":
            return stack.enter_context(progress("customers", families, shown=not looking.json and not quick))

        queues = settings.task_queue, settings.mail_task_queue
        return await Examination(client, *queues, at_once=at_once, register=register).run(quick, begin)


async def _register(settings: "Settings", stack: AsyncExitStack) -> "Register | Finding":
    """The register of the settings, or that there is none: whoever only looks makes none."""
    from gateway.connecting import missing, register_of
    from gateway.doctor.codes import Code
    from gateway.doctor.findings import Finding
    from register.errors import RegisterUnusable
    from register.register import Register

    address = register_of(settings)
    if address is None:
        return Finding(Code.REGISTER_OFF, "the register", "VIP_DATABASE_URL is off")
    if (path := missing(address)) is not None:
        return Finding(Code.REGISTER_AWAY, "the register", f"there is no {path}")
    try:
        return await stack.enter_async_context(Register(address))
    except RegisterUnusable as wrong:
        return Finding(Code.REGISTER_AWAY, "the register", str(wrong))


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
