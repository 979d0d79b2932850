"""`vip up` as a person starts it: a whole portfolio, a letter in the inbox, and the other commands find the stack."""

import asyncio
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from local.stack import running
from states.authorization import State as AuthorizationState
from states.membership import State as Membership
from states.renewal import State as Renewal
from states.standing import CustomerList
from tests.local.reaching import client_of

ROOT = Path(__file__).parents[2]


async def vip(folder: Path, *words: str) -> Process:
    """The command in that folder, with no setting but where the code is."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VIP_", "TEMPORAL_"))}
    program = (sys.executable, "-m", "gateway.cli", *words)
    return await asyncio.create_subprocess_exec(
        *program, cwd=folder, env={**clean, "PYTHONPATH": str(ROOT)}, stdout=PIPE, stderr=STDOUT
    )


async def said(folder: Path, *words: str, status: int = 0) -> str:
    process = await vip(folder, *words)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == status, output.decode()
    return output.decode()


async def answer(folder: Path, *words: str) -> Any:
    return json.loads(await said(folder, *words, "--json"))


@asynccontextmanager
async def up(folder: Path, *words: str) -> AsyncIterator[list[str]]:
    """What it says until everything runs; then stopped by Ctrl-C."""
    offset = str(20000 + secrets.randbelow(20000))
    process = await vip(folder, "up", "--port-offset", offset, *words)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(120):
            async for line in process.stdout:
                lines.append(line.decode().rstrip())
                if lines[-1].startswith("Everything runs."):
                    break
            else:
                pytest.fail("\n".join(lines))
        yield lines
        process.send_signal(signal.SIGINT)
        rest = (await asyncio.wait_for(process.stdout.read(), 60)).decode()
        assert await process.wait() == 0, rest
        assert "Stopped." in rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def counts(client: Client, name: str, values: Sequence[str]) -> dict[str, int]:
    return {value: (await client.count_workflows(f'{name} = "{value}"')).count for value in values}


async def test_the_first_start_shows_every_state_and_list_and_the_commands_find_it(tmp_path: Path) -> None:
    async with up(tmp_path) as lines:
        assert any(line.startswith("40 sample customers") for line in lines)
        stack = running(tmp_path / ".data")
        assert stack is not None
        client = await client_of(stack)
        for name, states in (
            ("CustomerState", list(Membership)),
            ("RenewalState", list(Renewal)),
            ("AuthorizationState", list(AuthorizationState)),
        ):
            async with asyncio.timeout(20):
                while missing := [one for one, many in (await counts(client, name, states)).items() if not many]:  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            assert not missing, name
        for wanted in CustomerList:
            assert (await answer(tmp_path, "customers", "--list", wanted))["total"] >= 3, wanted
        assert 8 <= len(await answer(tmp_path, "inbox")) <= 40
        letter = await answer(tmp_path, "inbox", "1")
        assert letter["subject"] in await said(tmp_path, "inbox")
        assert letter["text"].splitlines()[0] in await said(tmp_path, "inbox", "1")
        invited = (await answer(tmp_path, "customers", "--status", "invited"))["items"][0]["vip_number"]
        assert (await answer(tmp_path, "fast-forward", invited, "--to-next"))["items"]
        assert "not_found" in await said(tmp_path, "inbox", "999", status=1)


async def test_the_next_start_goes_on_without_samples_being_made_again(tmp_path: Path) -> None:
    async with up(tmp_path, "--no-samples") as lines:
        assert not any("sample" in line for line in lines)
        assert (await answer(tmp_path, "customers"))["total"] == 0
        words = [
            "--segment",
            "education",
            "--offer-type",
            "team",
            "--region",
            "NL",
            "--postal-code",
            "1011",
            "--contact-name",
            "Eva",
        ]
        words += ["--contact-email", "eva@example.org", "--manager-id", "am-1", "--manager-name", "Daan"]
        words += ["--manager-email", "daan@example.org", "--organization", "Een school", "--address", "Plein 1"]
        number = (await answer(tmp_path, "invite", *words))["vip_number"]
    async with up(tmp_path, "--no-samples"):
        assert (await answer(tmp_path, "show", number))["state"] == "invited"
        assert "invitation to the contact: sent" in await said(tmp_path, "journal", number)


async def test_terms_that_cannot_be_used_stop_it_in_one_line_before_anything_works(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('version = "1 2"\n[en]\ntext = "All is well."\n', encoding="utf-8")
    (tmp_path / ".env").write_text(
        f"VIP_TERMS=terms.toml\nVIP_RESELLER_NAME=A\nVIP_SUPPORT=B\nVIP_LINK_SECRET={'s' * 40}\n"
        "VIP_PAYLOAD_ENCRYPTION=off\n",
        encoding="utf-8",
    )
    offset = str(20000 + secrets.randbelow(20000))
    for words in (["up", "--port-offset", offset], ["serve", "--port", "0"]):
        [line] = (await said(tmp_path, *words, status=2)).splitlines()
        assert "VIP_TERMS: the terms cannot be used: version: '1 2' is not a version" in line
