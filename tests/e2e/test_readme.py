"""The documents are true: every command in them was run beside a `vip up`, and printed what they say."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from local.stack import payload_keys
from tests.e2e.documents import Numbers, Step, steps
from tests.e2e.installation import ROOT, Done, Installation, execute, folder_like_the_repository, up

pytestmark = pytest.mark.timeout(400)

DOCUMENTS = [each for each in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if steps(each)]
USUAL_ADDRESS = "127.0.0.1:7233"
AT_ONCE = "\nimport os, sys; sys.stdout.flush(); os._exit(0)"
"""A client of the SDK can abort the interpreter while it ends, after everything is done (temporalio/sdk-python#300)."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with up(folder_like_the_repository(tmp_path_factory.mktemp("repository"))) as installation:
        yield installation


async def follow(installed: Installation, step: Step, numbers: Numbers) -> Done:
    """Do what a document says, with the real numbers in the place of those it shows."""
    said = numbers.in_place(step.command)
    address = installed.stack.address
    if step.program:
        program, given = said.replace(USUAL_ADDRESS, address) + AT_ONCE, payload_keys(installed.stack.data)
        return await execute(installed.folder, sys.executable, "-c", program, VIP_PAYLOAD_KEYS=given)
    # A shell that has read what `vip up` wrote down: the stack listens on other ports than usual.
    more = {"TEMPORAL_ADDRESS": address, "TEMPORAL_CODEC_ENDPOINT": installed.stack.codec_url}
    return await execute(installed.folder, "sh", "-c", said, **more)


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


def test_the_readme_shows_commands() -> None:
    assert [step for step in steps(ROOT / "README.md") if step.command.startswith("vip fast-forward")]


@pytest.mark.parametrize(
    ("expected", "printed", "wrong"),
    [
        (["state  pending"], "state    pending\n", None),
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
