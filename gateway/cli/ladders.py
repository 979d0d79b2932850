"""The whole ladder of letters of a customer: `vip letters --ladder`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli import showing
from gateway.cli.asking import Looking, connected, server, settings_here
from gateway.cli.output import WrongUsage, document, say, table

if TYPE_CHECKING:
    from gateway.answers import JournalEntry
    from gateway.client import Gateway
    from gateway.letters.families import Family
    from gateway.letters.ladder import Rung


def show_ladder(number: str, out: Path | None, looking: Looking) -> None:
    """Show it, or save it as one HTML file. Raises `Refused`, `WrongUsage`."""
    from gateway.letters.page import page

    family, climbed, foretold, silent = asyncio.run(_climb(number))
    if out is not None:
        try:
            out.write_text(page(family, climbed, foretold, silent), encoding="utf-8")
        except OSError as error:
            raise WrongUsage(f"{out} cannot be written: {error.strerror or error}") from None
    if looking.json:
        document(
            {
                "vip_number": family.customer.vip_number,
                "now": f"{family.now:%Y-%m-%dT%H:%M:%SZ}",
                "items": [one.answer() for one in (*climbed, *foretold)],
                "unknown": silent,
            }
        )
        return
    letters = [one for one in (*climbed, *foretold) if one.is_letter]
    if out is not None:
        say(f"{len(letters)} letters of {family.customer.profile.organization} stand in {out}.")
        return
    rows = (
        (showing.moment(one.entry["processed_at"]), one.whose, one.entry["letter"], _to(one), one.entry.get("reason"))
        for one in letters
    )
    table("", ("when (UTC)", "whose", "letter", "to", "why"), rows, empty="No letter was sent, and none comes.")
    if silent:
        say(f"What these authorizations sent is not known here: {', '.join(silent)}.")


def _to(rung: "Rung") -> str:
    return f"{rung.entry['reader'].replace('_', ' ')}: {rung.outcome}"


async def _climb(number: str) -> "tuple[Family, list[Rung], list[Rung], list[str]]":
    from cases import shelf
    from gateway.client import Gateway
    from gateway.letters.families import family_of
    from gateway.letters.ladder import climbed, foretold
    from gateway.letters.writing import Writer
    from worker import read_catalogue

    settings = settings_here()
    catalogue = read_catalogue(settings)
    shelf.put(catalogue)
    client = await connected(server(settings))
    family = await family_of(client, number)
    journals, silent = await _journals(Gateway(client), family)
    return family, climbed(journals), foretold(family, catalogue, Writer(settings)), silent


async def _journals(gateway: "Gateway", family: "Family") -> "tuple[dict[str, list[JournalEntry]], list[str]]":
    """Of the customer and every authorization it ever had; and whose are no longer kept."""
    from gateway.errors import NotFound

    journals, silent = {"customer": await gateway.journal(family.customer.vip_number)}, []
    for number in family.customer.known:
        try:
            journals[number] = await gateway.journal(number)
        except NotFound:
            silent.append(number)
    return journals, silent
