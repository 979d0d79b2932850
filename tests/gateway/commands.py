"""What a person does first, by the `vip` command, so that something can be told about what comes next."""

import time
from pathlib import Path

from tests.gateway.conftest import Said, Vip

INVITE = (
    *("invite", "--organization", "Kanalhuset", "--segment", "commercial", "--offer-type", "team", "--region", "DK"),
    *("--address", "Kanalgade 1", "--postal-code", "8000", "--contact-name", "Mette"),
    *("--contact-email", "mette@example.com", "--manager-id", "am-1", "--manager-name", "Jens"),
    *("--manager-email", "jens@example.com"),
)


async def invited(vip: Vip) -> str:
    return str((await vip.done(*INVITE))["vip_number"])


async def member(vip: Vip) -> str:
    number = await invited(vip)
    await vip.done("accept", number, "--name", "Mette")
    return number


async def authorized(vip: Vip) -> tuple[str, str]:
    number = await member(vip)
    answer = await vip.done("authorize", number, "photoshop-team=3")
    return number, str(answer["authorization_number"])


async def ordered(vip: Vip) -> tuple[str, str]:
    number, authorization = await authorized(vip)
    await vip.done("order", authorization, "SO-1")
    return number, authorization


def write(name: str, text: str) -> None:
    """A file beside the command: each test has a folder of its own."""
    Path(name).write_text(text)


def refused(said: Said, code: str) -> None:
    assert said.status == 1, said
    assert said.err.startswith(f"{code}: ")
    assert said.out == ""


async def listed(vip: Vip, count: int, *words: str) -> None:
    """Lists follow what happens a moment later."""
    deadline = time.monotonic() + 10
    while (await vip.done("customers", *words))["total"] != count:
        assert time.monotonic() < deadline, f"{' '.join(words)} never listed {count} customers"
