"""Recorded histories, a folder for each released version; only those of the version in hand are ever written anew."""

import asyncio
import tomllib
from collections.abc import Iterable
from pathlib import Path

from encryption.converter import PLAIN
from tests.replay.lives import LIVES, histories_of
from tests.workflows.lab import lab, server

HISTORIES = Path(__file__).with_name("histories")
VERSION = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "version"
]
LONGEST_LIFE = 180.0
"""Seconds in which each is lived."""


def versions() -> list[str]:
    """Every version that left histories."""
    return sorted(folder.name for folder in HISTORIES.iterdir() if folder.is_dir())


def recorded(version: str, life: str = "*") -> dict[str, Path]:
    """The runs of a life by their names: life, case, and which run of it."""
    return {path.stem: path for path in sorted((HISTORIES / version).glob(f"{life}.*.json"))}


async def record(version: str, scratch: Path, lives: Iterable[str] = LIVES) -> None:
    """Live these anew on a real server, in clear, and keep what it recorded."""
    (HISTORIES / version).mkdir(exist_ok=True)
    async with server(scratch, converter=PLAIN) as client:
        for name in lives:
            for old in recorded(version, name).values():
                old.unlink()
            async with lab(client, f"sqlite:///{scratch / 'register.sqlite3'}") as house, asyncio.timeout(LONGEST_LIFE):
                vip = await LIVES[name](house)
                for run, history in (await histories_of(house, vip)).items():
                    (HISTORIES / version / f"{name}.{run}.json").write_text(history + "\n", encoding="utf-8")
