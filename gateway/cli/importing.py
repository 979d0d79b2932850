"""A portfolio moves in: `vip import`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import WrongUsage, document, say
from gateway.cli.progress import interruptible, progress
from gateway.cli.surveys import checker, foretold, refused, things_wrong, warnings, watched
from gateway.errors import Unavailable
from gateway.importing.cells import Dates
from gateway.importing.sheets import Encoding

if TYPE_CHECKING:
    from temporalio.client import Client

    from gateway.importing.checking import Plan
    from gateway.importing.starting import Outcome
    from gateway.importing.surveying import Survey
    from settings import Settings

REFUSED, INTERRUPTED = 1, 130
_REPORT = Path("import-report.csv")
AtOnce = Annotated[int, Parameter(validator=Number(gte=1, lte=500))]


def import_(
    *files: Path,
    dates: Dates = "iso",
    encoding: Encoding = "auto",
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    skip_bad: Annotated[bool, Parameter(negative=())] = False,
    at_once: AtOnce = 32,
    report: Path | None = None,
    looking: Looking = LOOKING,
) -> int:
    """Take over customers that already live, with their past; files of customers and of what they bought.

    Everything is checked first, and nothing is imported while anything is wrong. It can be stopped at any moment and
    run again: a customer that is there already is left alone.

    Parameters
    ----------
    files
        CSV files: customers, and authorizations. Their first line names the columns.
    dates
        How days are written that are not ISO (2027-03-01): day-month-year or month-day-year.
    encoding
        Of the files; by default UTF-8, or Windows-1252 if it is no UTF-8.
    dry_run
        Only tell how each customer would stand, and what is wrong.
    skip_bad
        Import the rest when something is wrong; no customer is ever imported in part.
    at_once
        How many customers are started at the same time.
    report
        File for what became of each customer: CSV, or JSON lines when it ends with .jsonl. By default
        import-report.csv, and none of a dry run.
    """
    if not files:
        raise WrongUsage("say which files: vip import customers.csv authorizations.csv")
    settings = settings_here()
    found = _surveyed(files, dates, encoding, settings, looking)
    return asyncio.run(_imported(found, settings, dry_run, skip_bad, at_once, report, looking))


# --- what the files hold


def _surveyed(
    files: tuple[Path, ...], dates: Dates, encoding: Encoding, settings: "Settings", looking: Looking
) -> "Survey":
    from gateway.importing.surveying import survey

    secret = settings.number_secret.get_secret_value() if settings.number_secret else ""
    try:
        return survey(files, dates, encoding, secret, checker(settings), watched(looking))
    except OSError as error:
        raise WrongUsage(f"{error.filename} cannot be read: {error.strerror}") from None


# --- importing


async def _imported(
    found: "Survey",
    settings: "Settings",
    dry_run: bool,
    skip_bad: bool,
    at_once: int,
    report: Path | None,
    looking: Looking,
) -> int:
    from gateway.importing.meeting import residents

    met = True
    try:
        client = await connected(server(settings))
        found.meet(await residents(client, with_authorizations=any(plan.numbers for plan in found.plans)))
    except Unavailable:
        if not dry_run:
            raise
        met = False
    if dry_run:
        if report is not None:
            _foretell(report, found)
        return foretold(found, met, looking)
    path = report or _REPORT
    if (bad := found.problems) and not skip_bad:
        _foretell(path, found)
        return refused(f"{things_wrong(bad)}, so nothing was imported. {path} tells of each.", bad, looking)
    return await _moved_in(client, settings, found, at_once, path, looking)


def _foretell(path: Path, found: "Survey") -> None:
    from gateway.importing.reporting import write_foretold

    try:
        write_foretold(path, found)
    except OSError as error:
        raise WrongUsage(f"the report cannot be written: {error}") from None


async def _moved_in(
    client: "Client", settings: "Settings", found: "Survey", at_once: int, path: Path, looking: Looking
) -> int:
    from gateway.importing.reporting import Report, line_of, lines_of_bad
    from gateway.importing.starting import Became, Outcome, start_all

    try:
        report = Report(path)
    except OSError as error:
        raise WrongUsage(f"the report cannot be written: {error}") from None
    counts: dict[Became, int] = {became: 0 for became in Became if became is not Became.FORETOLD}
    left = {plan.vip_number: plan for plan in found.plans}
    unavailable: Unavailable | None = None
    everybody = len(found.plans) + len(found.settled)
    with report, progress("customers", everybody, shown=not looking.json) as step, interruptible() as stop:

        def tell(plan: "Plan", outcome: "Outcome") -> None:
            counts[outcome.became] += 1
            left.pop(plan.vip_number, None)
            report.write(line_of(plan, outcome))
            step()

        for plan in found.settled:
            tell(plan, Outcome(Became.ALREADY_THERE))
        for line in lines_of_bad(found):
            report.write(line)
        counts[Became.REFUSED] += len(found.bad)
        try:
            await start_all(client, settings.task_queue, found.plans, at_once, tell, stop)
        except Unavailable as error:
            unavailable = error
        for plan in list(left.values()):
            counts[Became.NOT_REACHED] += 1
            report.write(line_of(plan, Outcome(Became.NOT_REACHED)))
    if looking.json:
        reasons = [problem.answer() for problem in found.problems]
        told = {"warnings": warnings(found.plans), "reasons": reasons, "report": str(path)}
        document({became.value: count for became, count in counts.items()} | told)
    else:
        each = ", ".join(f"{count} {became.replace('_', ' ')}" for became, count in counts.items() if count)
        say(f"{each or 'Nothing to import'}. {path} tells of each.")
    if unavailable is not None:
        raise Unavailable(f"{unavailable.message}. Run the same command again: it goes on where it stopped.")
    if stop.is_set():
        return INTERRUPTED
    return REFUSED if counts[Became.REFUSED] or found.strays else 0
