"""The documents are true: every command in them was run beside a `vip up`, and printed what they say."""

import re
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
import pytest_asyncio

from local.ports import HOST, USUAL, Ports
from local.stack import payload_keys
from tests.e2e.documents import Numbers, Step, steps
from tests.e2e.installation import ROOT, Done, Installation, execute, folder_like_the_repository, up

pytestmark = pytest.mark.timeout(400)

DOCUMENTS = [each for each in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if steps(each)]
NEEDED = {"curl": "curl", "grep": "grep"}
"""Programs of the machine that the documents use, and their Debian packages. Nothing is skipped without them."""
AT_ONCE = "\nimport os, sys; sys.stdout.flush(); os._exit(0)"
"""A client of the SDK can abort the interpreter while it ends, after everything is done (temporalio/sdk-python#300)."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with up(folder_like_the_repository(tmp_path_factory.mktemp("repository"))) as installation:
        yield installation


async def follow(installed: Installation, step: Step, numbers: Numbers) -> Done:
    """Do what a document says, with the real numbers in the place of those it shows."""
    said = where_it_listens(numbers.in_place(step.command), installed.stack.ports)
    if step.program:
        given = payload_keys(installed.stack.data)
        return await execute(installed.folder, sys.executable, "-c", said + AT_ONCE, VIP_PAYLOAD_KEYS=given)
    # A shell that has read what `vip up` wrote down.
    more = {"TEMPORAL_ADDRESS": installed.stack.address, "TEMPORAL_CODEC_ENDPOINT": installed.stack.codec_url}
    return await execute(installed.folder, "sh", "-c", said, **more)


def where_it_listens(text: str, ports: Ports) -> str:
    """The ports of this stack in the place of the usual ones."""
    real = {f"{HOST}:{port}": f"{HOST}:{getattr(ports, name)}" for name, port in asdict(USUAL).items() if port}
    return re.sub("|".join(map(re.escape, real)), lambda found: real[found[0]], text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
async def test_every_command_of_the_documents_does_what_they_say(document: Path, installed: Installation) -> None:
    numbers = Numbers()
    for step in steps(document):
        done = await follow(installed, step, numbers)
        problem = f"{step.where}: {step.command}\nprinted, with exit status {done.status}:\n{done.output}"
        # A refusal is shown with what it prints.
        assert done.status == 0 or (done.status == 1 and step.expected and not step.program), problem
        if step.expected:
            assert (missing := numbers.learn(step.expected, done.output)) is None, f"{problem}\nnot so: {missing}"


@pytest.mark.parametrize("name", NEEDED)
def test_the_machine_has_what_the_documents_use(name: str) -> None:
    assert shutil.which(name), f"Debian: apt-get install {NEEDED[name]}"


def test_the_readme_shows_commands() -> None:
    assert [step for step in steps(ROOT / "README.md") if step.command.startswith("vip fast-forward")]


@pytest.mark.parametrize(
    ("expected", "printed", "wrong"),
    [
        (["state  pending"], "state    pending\n", None),
        (["{...,1,...}"], "{0,1,2}", None),
        (["{...,3,...}"], "{0,1,2}", "{...,3,...}"),
        (["at 2026-01-02T03:04:05Z."], "at 2027-11-12T13:14:15.161718Z.", None),
        (["state  pending"], "state    overdue\n", "state  pending"),
        (["due 2026-01-02", "..."], "due 2027-11-12\nand more", None),
        (["..."], "", None),
        (["last", "..."], "first\nlast", None),
        (["...", "last"], "first\nsecond", "last"),
        (["one"], "one\ntwo", "two"),
        (["A AAAAAAAAAAAAAAAAAAA1", "B AAAAAAAAAAAAAAAAAAA1"], "A 1BBBBBBBBBBBBBBBBBBB\nB 1BBBBBBBBBBBBBBBBBBB", None),
        (
            ["A AAAAAAAAAAAAAAAAAAA1", "B AAAAAAAAAAAAAAAAAAA1"],
            "A 1BBBBBBBBBBBBBBBBBBB\nB 2BBBBBBBBBBBBBBBBBBB",
            "B AAAAAAAAAAAAAAAAAAA1",
        ),
    ],
)
def test_what_is_printed_may_differ_in_numbers_dates_and_spaces_alone(
    expected: list[str], printed: str, wrong: str | None
) -> None:
    assert Numbers().learn(tuple(expected), printed) == wrong
