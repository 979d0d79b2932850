"""Lists of customers, from the register: `vip customers`."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli import showing
from gateway.cli.asking import LOOKING, Looking, ask, gateway_here, settings_here
from gateway.cli.options import Flag
from gateway.cli.output import WrongUsage, say, table
from gateway.errors import Unavailable
from gateway.vocabulary import CustomerList, MarketSegment, MembershipState

if TYPE_CHECKING:
    from gateway.answers import Counts, Page
    from gateway.client import Gateway
    from register.wanted import Wanted

Sort = Literal[
    "name", "-name", "anniversary_date", "-anniversary_date", "next_event_at", "-next_event_at", "next", "anniversary"
]  # fmt: skip
_SHORT = {"next": "next_event_at", "anniversary": "anniversary_date"}
Limit = Annotated[int, Parameter(validator=Number(gte=1, lte=200))]
_SETTLED = timedelta(minutes=1)
"""Who has begun longer ago is in the register."""


def customers(
    *,
    list_: Annotated[tuple[CustomerList, ...], Parameter(name="--list")] = (),
    managed_by: str | None = None,
    segment: MarketSegment | None = None,
    status: MembershipState | None = None,
    external_id: str | None = None,
    q: Annotated[str | None, Parameter(name=("--q", "-q"))] = None,
    sort: Annotated[Sort, Parameter(allow_leading_hyphen=True)] = "name",
    limit: Limit = 50,
    cursor: str | None = None,
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    csv: Flag = False,
    counts: Flag = False,
    looking: Looking = LOOKING,
) -> None:
    """List customers, a page at a time; count them; or write all of a list as CSV.

    Parameters
    ----------
    list_
        Only those in this list; may be given several times, then all must hold.
    managed_by
        Only those of the account manager with this ID.
    segment
        Only those of this market segment.
    status
        Only those whose invitation stands so.
    external_id
        Only the one with this ID of yours.
    q
        Only those where words begin so: organisation, contact, e-mail, VIP number, purchase order, order reference.
    sort
        By what to sort; with - in front backwards. next and anniversary are short for the others.
    limit
        How many at a time.
    cursor
        Go on after a page: what stood below it.
    all_
        All of them at once.
    csv
        All of them as CSV, which a spreadsheet can open.
    counts
        How many customers each list has; only --managed-by narrows that.
    """
    from gateway.client import Wanted

    wanted, order = Wanted(list_, managed_by, segment, status, external_id, q), _SHORT.get(sort, sort)
    if csv + counts + all_ > 1 or (cursor is not None and (csv or counts or all_)) or (csv and looking.json):
        raise WrongUsage("say one of --all, --csv, --counts and --cursor; --csv answers with CSV, not with JSON")
    if counts:
        if wanted != Wanted(managed_by=managed_by):
            raise WrongUsage("--counts takes --managed-by alone")
        ask(looking, lambda gateway: _counts(gateway, managed_by), _tell_counts)
    elif csv:
        asyncio.run(_write(wanted, order))
    else:
        ask(looking, lambda gateway: _page(gateway, wanted, order, None if all_ else limit, cursor), _tell_page)


async def _page(gateway: "Gateway", wanted: "Wanted", sort: str, limit: int | None, cursor: str | None) -> "Page":
    """Without a limit, all of them."""
    if limit is not None:
        page = await gateway.page(wanted, sort=sort, limit=limit, cursor=cursor)
    else:
        items = [row async for row in gateway.every(wanted, sort=sort)]
        page = {"items": items, "total": len(items)}
    if not page["items"]:
        await check_filled(gateway)
    return page


async def _counts(gateway: "Gateway", managed_by: str | None) -> "Counts":
    counts = await gateway.counts(managed_by)
    if not counts["all"]:
        await check_filled(gateway)
    return counts


async def _write(wanted: "Wanted", sort: str) -> None:
    """To standard output, as UTF-8 whatever the terminal speaks."""
    from gateway.csv_rows import pieces

    async with gateway_here(settings_here()) as gateway:
        empty = True
        async for piece in pieces(gateway.every(wanted, sort=sort)):
            sys.stdout.buffer.write(piece.encode())
            empty = empty and piece.count("\n") == 1
        if empty:
            await check_filled(gateway)
    sys.stdout.buffer.flush()


async def check_filled(gateway: "Gateway") -> None:
    """Nobody is listed: is nobody there, or was the register never told? Raises `Unavailable` with what to do."""
    from gateway.calling import reaching
    from workflows.names import CUSTOMER

    if (await gateway.counts())["all"]:
        return
    since = (datetime.now(UTC) - _SETTLED).strftime("%Y-%m-%dT%H:%M:%SZ")
    with reaching():
        found = await gateway.client.count_workflows(
            f'WorkflowType = "{CUSTOMER}" AND ExecutionStatus = "Running" AND StartTime < "{since}"'
        )
    if found.count:
        raise Unavailable(f"The register is empty, and {found.count} customers run: fill it with vip register rebuild.")


def _tell_page(page: "Page") -> None:
    showing.rows(page["items"])
    if cursor := page.get("next_cursor"):
        say("")
        say(f"{len(page['items'])} of {page['total']:,}; the next ones: the same with --cursor {cursor}")


def _tell_counts(counts: "Counts") -> None:
    table("", ("list", "customers"), ((name, f"{count:,}") for name, count in counts.items()), empty="")
