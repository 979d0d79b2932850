"""The browser: one Chromium of this machine, driven over its DevTools protocol, which asks no network for anything."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, async_playwright

from benchmarks.look.missing import Missing
from benchmarks.look.sights import ORIGIN, Answer, Fault, Seen, Sight

NAMES = ("chromium", "chromium-browser", "google-chrome")
SCHEMES = ("light", "dark")
NOT_IN_MAIL = ("landmark-one-main", "region")
"""Rules for whole pages: a letter is shown inside a mail program's page, which has the landmarks."""
WHOLE = {"resultTypes": ["violations"], "iframes": False}
COLOURS = {**WHOLE, "runOnly": ["color-contrast"]}
"""All that the dark scheme can change."""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@asynccontextmanager
async def opened() -> AsyncIterator[Browser]:
    """Raises `Missing`."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise Missing("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            await browser.close()


async def look(browser: Browser, sights: Sequence[Sight], folder: Path) -> list[Seen]:
    """Take all pictures, as many at a time as there are cores, into `<folder>/<path>.<scheme>.<width>.png`."""
    at_once = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(sight: Sight) -> Seen:
        async with at_once:
            page = await browser.new_page()
            try:
                return await _look(page, sight, folder)
            finally:
                await page.close()

    return list(await asyncio.gather(*map(one, sights)))


async def _look(page: Page, sight: Sight, folder: Path) -> Seen:
    answers = {f"/{sight.path}": sight.page, **sight.frames}
    strangers: list[str] = []

    async def answer(route: Route) -> None:
        url = route.request.url
        known = answers.get(urlsplit(url).path) if url.startswith(ORIGIN) else None
        if known is None:
            strangers.append(url)
            await route.abort()
        else:
            await _send(route, known)

    await page.route("**/*", answer)
    await page.goto(f"{ORIGIN}/{sight.path}")
    pictures: dict[tuple[str, int], str] = {}
    faults: list[Fault] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in sight.widths:
            await page.set_viewport_size({"width": width, "height": 800})
            file = pictures[scheme, width] = f"{sight.path}.{scheme}.{width}.png"
            await page.screenshot(path=folder / file, full_page=True)
            if await page.evaluate(WIDER):
                faults.append(Fault(sight.path, scheme, "wider-than-screen", f"{width} pixels", "It has to be moved."))
        faults += await _faults(page, sight, scheme)
    faults += [Fault(sight.path, "any", "asks-elsewhere", url, "Nothing may be loaded.") for url in strangers]
    return Seen(sight, pictures, tuple(faults))


async def _send(route: Route, answer: Answer) -> None:
    headers = {**answer.headers, "content-type": "text/html; charset=utf-8"}
    await route.fulfill(status=200, headers=headers, body=answer.html)


async def _faults(page: Page, sight: Sight, scheme: str) -> list[Fault]:
    options: dict[str, Any] = dict(WHOLE if scheme == "light" else COLOURS)
    if sight.in_mail:
        options["rules"] = {rule: {"enabled": False} for rule in NOT_IN_MAIL}
    results = await Axe().run(page, options=options)
    return [
        Fault(sight.path, scheme, violation["id"], " ".join(map(str, node["target"])), violation["help"])
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
