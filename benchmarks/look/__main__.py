"""`make look`: takes the pictures, asks axe and SpamAssassin, and says where everything is and what is wrong."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.look import browser, inbox, keyboard, letters, pages, sheet, spam
from benchmarks.look.missing import Missing
from benchmarks.look.sights import Seen
from gateway.letters.writing import Written
from settings import Settings, SettingsError, load

FOLDER = Path("build/look")


async def look(settings: Settings) -> list[str]:
    """Look with every program that this machine has; what is wrong, a line each."""
    written, missing = letters.written(settings), list[str]()
    for path, letter in written.items():
        letter.save((FOLDER / path).parent)
    seen, scores = await asyncio.gather(_seen(settings, written, missing), _scored(written, missing))
    if seen:
        print(f"Everything on one page: {sheet.write(seen, scores, FOLDER)}")
    wrong = [*_faults(seen), *_too_much(scores)]
    if missing:
        wrong.append(f"Not everything could be looked at (Debian: apt-get install {' '.join(sorted(missing))}).")
    return wrong


async def _seen(settings: Settings, written: Mapping[str, Written], missing: list[str]) -> list[Seen]:
    sights = [*letters.sights(written.values()), *pages.sights(settings), *inbox.sights(written.values())]
    try:
        async with browser.opened() as chromium:
            return [*await browser.look(chromium, sights, FOLDER), *await keyboard.walk(chromium, settings, FOLDER)]
    except Missing as program:
        missing.append(program.package)
        return []


async def _scored(written: Mapping[str, Written], missing: list[str]) -> dict[str, spam.Score]:
    try:
        scores = await asyncio.to_thread(spam.scores, list(written.values()))
    except Missing as program:
        missing.append(program.package)
        return {}
    return dict(zip(written, scores, strict=True))


def _faults(seen: list[Seen]) -> list[str]:
    for shelf in dict.fromkeys(one.sight.shelf for one in seen):
        on_it = [one for one in seen if one.sight.shelf == shelf]
        pictures, faults = (sum(map(len, kind)) for kind in zip(*((s.pictures, s.faults) for s in on_it), strict=True))
        print(f"{shelf}: {len(on_it)} looked at, {pictures} pictures, {faults} faults")
    return [str(fault) for one in seen for fault in one.faults]


def _too_much(scores: Mapping[str, spam.Score]) -> list[str]:
    if scores:
        highest = max(score.points for score in scores.values())
        print(f"spam: {len(scores)} letters scored, {highest} points at most")
    return [
        f"{path}: {score.points} points for spam ({score.rules}); they must stay below {spam.LIMIT}"
        for path, score in scores.items()
        if score.too_much
    ]


def main() -> int:
    """1 when something is wrong, or a program is missing."""
    try:
        wrong = asyncio.run(look(load()))
    except SettingsError as error:
        wrong = [str(error)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
