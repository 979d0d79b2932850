"""A build that raises comes and goes: cases wait meanwhile, and lose nothing (in every state: see `proofs/`)."""

import textwrap
from pathlib import Path

import pytest

from tests.workflows.deploying.changes import A_LETTER_MORE, NEW_READER, RAISES
from tests.workflows.deploying.parking import PARKED, park
from tests.workflows.deploying.releases import Edit, release
from tests.workflows.deploying.watching import (
    answers,
    assert_nothing_lost,
    assert_where_they_were,
    journals,
    until_answered,
    until_its_task_fails,
)
from tests.workflows.deploying.ways import Plain, installed
from tests.workflows.test_worker import ROOT
from workflows.names import customer_id

SOME = tuple(one for one in PARKED if one.state in ("invited", "ready", "overdue"))
PAGE = (ROOT / "docs" / "changing-a-lifecycle.md").read_text(encoding="utf-8")


async def test_after_a_build_that_raises_every_case_goes_on_under_the_next_one(tmp_path: Path) -> None:
    bad, good = release("bad", tmp_path, [RAISES]), release("good", tmp_path, A_LETTER_MORE)
    async with installed(Plain, tmp_path) as (house, _, deployment):
        await deployment.deploy(release("old", tmp_path))
        places = await park(house, SOME)
        before = await journals(house)
        await deployment.deploy(bad)
        case, body = customer_id(places[0].vip), {"offer_types": ["enterprise"]}
        assert not await answers(house, case, "add_offer_types", body, "added")
        await until_its_task_fails(bad, case, "a bad build")
        await deployment.deploy(good)
        await until_answered(house, case, "add_offer_types", body, "added")
        await assert_where_they_were(house, places)
        for place in places:
            await place.go_on(house)
            assert await place.state(house) == place.parked.then
        await assert_nothing_lost(house, before)


@pytest.mark.parametrize("edit", [one for one in A_LETTER_MORE if one is not NEW_READER], ids=lambda one: one.file)
def test_the_page_on_changes_shows_what_is_deployed_here(edit: Edit) -> None:
    added = [line for line in edit.after.splitlines() if line.strip() and line not in edit.before.splitlines()]
    assert added
    for line in added:
        assert textwrap.dedent(line).strip() in PAGE
