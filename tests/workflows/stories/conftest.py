"""How a story is played: on the server and in the core, and then compared."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from local.mailbox import MailSink
from states.catalogue import Catalogue
from states.policy import Policy
from tests.workflows.lab import INVITATION, server, settings_for
from tests.workflows.stories.comparing import NEXT_ATTEMPT, SECONDS, alike, differences
from tests.workflows.stories.core import Retelling
from tests.workflows.stories.stage import Stage, Way
from tests.workflows.stories.telling import YEAR, Calendar, Mail, Step, WorkersDown

ROOT = Path(__file__).parents[3]
WAYS = (
    Way("one worker"),
    Way("two workers", workers=2),
    Way("nothing cached", options={"max_cached_workflows": 0}),
)
Play = Callable[..., Awaitable[Stage]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every story with one worker; those that are marked, or with `--whole` all, also in the other ways."""
    if "way" in metafunc.fixturenames:
        every = metafunc.config.getoption("whole") or metafunc.definition.get_closest_marker("every_way")
        ways = WAYS if every else WAYS[:1]
        metafunc.parametrize("way", ways, ids=[way.name for way in ways])


@pytest.fixture
def play(client: Client, tmp_path: Path, way: Way) -> Play:
    async def play(
        *steps: Step,
        begin: date = date(YEAR, 1, 13),
        clock: str = "10:30",
        invite: dict[str, Any] | None = None,
        profile: str = "default",
        zone: str = "UTC",
    ) -> Stage:
        """Play a story both ways; raises where they differ."""
        text = (ROOT / "policy.toml").read_text(encoding="utf-8")
        text = text.replace('profile = "default"', f'profile = "{profile}"', 1)
        text = text.replace('time_zone = "UTC"', f'time_zone = "{zone}"', 1)
        (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
        calendar = Calendar(begin, clock, zone)
        body = calendar.told({**INVITATION, **(invite or {})})
        async with AsyncExitStack() as stack:
            there, changes = client, {}
            if any(isinstance(act, WorkersDown) for step in steps for act in step.acts):
                changes = {"history.timerProcessorMaxTimeShift": '"2s"'}
                there = await stack.enter_async_context(server(tmp_path, changes))
            sink = await stack.enter_async_context(MailSink())
            settings = settings_for(sink, f"story-{tmp_path.name}", policy=tmp_path / "policy.toml")
            stage = Stage(there, sink, settings, calendar, way)
            await stack.enter_async_context(stage.played(body, steps))
            await compare(stage, body, Policy.from_toml(text))
        return stage

    return play


async def compare(stage: Stage, invite: dict[str, Any], policy: Policy) -> None:
    """The journals, the answers and how things stand in the end."""
    catalogue = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    journals = {number: await stage.journal(number) for number in (stage.vip, *stage.living)}
    begun = min(entry["processed_at"] for entry in journals[stage.vip])
    core = Retelling(stage.vip, policy, catalogue, stage.calendar)
    core.invite(invite, datetime.fromisoformat(begun))
    end = await stage.lab.now(stage.vip)
    core.retell(stage.happened, end)
    patience = NEXT_ATTEMPT if any(isinstance(one.act, Mail) for one in stage.happened) else SECONDS
    names = dict(zip(core.customer.known, stage.numbers, strict=True))
    assert {names[number] for number in core.authorizations} == set(stage.living)
    found = []
    for ours, theirs in {stage.vip: stage.vip, **{ours: names[ours] for ours in core.authorizations}}.items():
        told = renamed([entry.answer() for entry in core.case(ours).journal], names)
        different = differences(journals[theirs], told, patience=patience)
        whose = "customer" if theirs == stage.vip else f"authorization {stage.numbers.index(theirs)}"
        found += [f"--- {whose}: {each}" for each in different]
        found += alike(
            await stage.details(theirs), renamed(core.details(ours, end), names), patience, f"{whose}, details"
        )
    for happened, answer in zip(stage.happened, core.answers, strict=True):
        if happened.answer is not None:
            found += alike(happened.answer, renamed(answer, names), patience, f"{happened.act}")
    sent = sum(entry.get("outcome") == "sent" for journal in journals.values() for entry in journal)
    assert not found, "\n".join(found)
    assert len(stage.sink.letters) == sent


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The core's answer with the numbers that the server gave."""
    if isinstance(value, dict):
        return {name: renamed(part, names) for name, part in value.items()}
    if isinstance(value, list):
        return [renamed(part, names) for part in value]
    for ours, theirs in names.items() if isinstance(value, str) else ():
        value = value.replace(ours, theirs)
    return value
