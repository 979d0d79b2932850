"""Accepting an invitation with a keyboard alone, in a browser without JavaScript, on a page that a real server serves.

The problem is met on purpose: a form without a name comes back, and the reader is led from it to the field.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, Page

from activities.languages import languages
from benchmarks.look.pages import SHELF, Shown, address, page
from benchmarks.look.sights import Answer, Fault, Seen, Sight
from settings import Settings

WIDTH = 320
MOST_TABS = 20
"""More than a reader would press to come to a form."""
NAME = "Søren Kjær"
_PATIENCE = 10_000
"""Milliseconds."""


class _Keyboard:
    """One reader at one page; every step leaves a picture."""

    def __init__(self, page: Page, folder: Path, language: str) -> None:
        self.page, self._folder, self._language = page, folder, language
        self.seen: list[Seen] = []

    async def press(self, key: str, what: str) -> None:
        """Press a key until the focus is on what is wanted. Raises `TimeoutError` when it does not come there."""
        for _ in range(MOST_TABS):
            await self.page.keyboard.press(key)
            if await self.page.locator(f"{what}:focus-visible").count():
                return
        raise TimeoutError(f"{key} does not lead to {what}")

    async def picture(self, name: str) -> None:
        """What the reader sees now."""
        sight = Sight(SHELF, self._language, f"keyboard_{name}", (WIDTH,), Answer(""))
        file = f"{sight.path}.light.{WIDTH}.png"
        await self.page.screenshot(path=self._folder / file)  # makes its folders
        self.seen.append(Seen(sight, {("light", WIDTH): file}, ()))

    def lost(self, error: Exception) -> Seen:
        """Where the keyboard did not lead on."""
        sight = Sight(SHELF, self._language, "keyboard", (WIDTH,), Answer(""))
        fault = Fault(sight.path, "light", "keyboard", self.page.url, str(error).partition("\n")[0])
        return Seen(sight, {}, (fault,))


async def walk(browser: Browser, settings: Settings, folder: Path) -> list[Seen]:
    """Accept in every language; what was seen on the way."""
    found: list[Seen] = []
    for tag, _ in languages().names():
        customers = Shown()
        async with _served(page(settings, customers)) as origin:
            context = await browser.new_context(
                java_script_enabled=False, viewport={"width": WIDTH, "height": 800}, color_scheme="light"
            )
            try:
                reader = _Keyboard(await context.new_page(), folder, tag)
                found += await _accept(reader, f"{origin}{address()}?lang={tag}", customers)
            finally:
                await context.close()
    return found


async def _accept(reader: _Keyboard, url: str, customers: Shown) -> list[Seen]:
    there = reader.page
    there.set_default_timeout(_PATIENCE)
    try:
        await there.goto(url)
        await reader.press("Tab", "nav a")
        await reader.picture("1_first_stop")
        await reader.press("Tab", "#name")
        await there.keyboard.type("   ")
        await there.keyboard.press("Enter")
        await there.locator(".problem:focus").wait_for()
        await reader.picture("2_led_to_the_problem")
        await reader.press("Tab", ".problem a")
        await there.keyboard.press("Enter")
        await there.locator("#name:focus-visible").wait_for()
        await reader.picture("3_led_to_the_field")
        await there.keyboard.press("Control+A")
        await there.keyboard.type(NAME)
        await reader.press("Tab", "button")
        await reader.picture("4_at_the_button")
        await there.keyboard.press("Space")
        await there.locator("form").wait_for(state="detached")
        await reader.picture("5_accepted")
        if customers.accepted_by != [NAME]:
            raise TimeoutError(f"accepted were {customers.accepted_by}")
    except Exception as error:
        return [*reader.seen, reader.lost(error)]
    return reader.seen


@asynccontextmanager
async def _served(application: Any) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
