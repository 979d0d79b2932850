"""Pictures of every letter, for every reader, at the width of a desk and of a hand."""

from pathlib import Path

from activities.links import Links
from activities.rendering import JinjaRenderer
from benchmarks.look.browser import Browser
from samples.letters import samples

WIDTHS = (600, 360)
IN_THE_DARK = ("invitation.contact", "payment_overdue.account_manager", "renewal_ready.contact")


def look(browser: Browser, folder: Path) -> int:
    """Write `<letter>.<reader>.png`, both widths side by side, and the page it was taken of; how many pictures."""
    renderer = JinjaRenderer(
        reseller_name="Nordlys Software",
        support="+45 70 12 34 56",
        links=Links(["only for pictures"], "https://vip.example.com"),
    )
    folder.mkdir(parents=True, exist_ok=True)
    pages = {name: folder / f"{name}.html" for name in samples()}
    for name, letter in samples().items():
        pages[name].write_text(renderer.render(letter).html, encoding="utf-8")
    browser.pictures(pages, folder, WIDTHS)
    dark = {f"dark.{name}": page for name, page in pages.items() if name in IN_THE_DARK}
    browser.pictures(dark, folder, WIDTHS, dark=True)
    return len(pages) + len(dark)
