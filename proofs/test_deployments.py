"""Cases in every state of the three machines live through deployments: good builds, bad ones, and back."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.workflows.deploying.changes import A_LETTER_MORE, NO_LETTER, RAISES
from tests.workflows.deploying.parking import PARKED, Place, park
from tests.workflows.deploying.releases import Machine, Release, release
from tests.workflows.deploying.watching import (
    answers,
    assert_nothing_lost,
    assert_where_they_were,
    journals,
    told,
    until_answered,
    until_its_task_fails,
)
from tests.workflows.deploying.ways import Plain, Versioned, Way, installed
from tests.workflows.histories import until
from tests.workflows.lab import ACCEPT, Lab
from workflows.names import authorization_id, customer_id

NEW_MANAGER = {"id": "am-2", "name": "Ida Bay", "email": "ida@example.org"}


async def pending(house: Lab) -> str:
    """One more authorization that waits for its order; returns its number."""
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    return await house.authorize(vip)


async def readers_of(house: Lab, number: str, letter: str) -> set[str]:
    """Who was told by such a letter, once one has got out."""

    async def out() -> bool:
        return any(one.get("letter") == letter for one in await told(house, authorization_id(number)))

    await until(out)
    return {one["reader"] for one in await told(house, authorization_id(number)) if one.get("letter") == letter}


async def replays(machine: Machine, tree: Release, *, not_: Sequence[str] = ()) -> None:
    """What `vip replay` of this release says."""
    said = await machine.vip(tree, "replay", "--json")
    assert (said.status, said.err) == (1 if not_ else 0, ""), said
    assert [case for case in not_ if case not in said.out] == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", [Plain, Versioned])
async def test_cases_in_every_state_live_through_good_builds_and_bad_ones(
    way: type[Plain] | type[Versioned], tmp_path: Path
) -> None:
    old, new = release("1", tmp_path), release("2", tmp_path, A_LETTER_MORE)
    raising = release("3", tmp_path, [*A_LETTER_MORE, RAISES])
    otherwise = release("4", tmp_path, [*A_LETTER_MORE, NO_LETTER])
    async with installed(way, tmp_path) as (house, machine, deployment):
        await deployment.deploy(old)
        places = await park(house)
        assert len(places) == len(PARKED) == 20
        soon, later, worse = [await pending(house) for _ in range(3)]
        before = await journals(house)

        await replays(machine, new)
        await deployment.deploy(new)
        await assert_where_they_were(house, places)
        await house.order(soon, "place_order", {"order_reference": "PO-1"})
        assert await readers_of(house, soon, "order_received") == {"contact"}, "its run began before the change"
        rolled = await machine.vip(new, "roll-over")
        assert rolled.status == 0, rolled
        await house.order(later, "place_order", {"order_reference": "PO-2"})

        async def both_are_told() -> bool:
            return await readers_of(house, later, "order_received") == {"contact", "account_manager"}

        await until(both_are_told)

        await replays(machine, raising, not_=[authorization_id(later)])
        await _a_build_that_raises(house, deployment, raising, new, places)

        await replays(machine, otherwise, not_=[authorization_id(later)])
        await deployment.deploy(otherwise)
        await house.order(worse, "place_order", {"order_reference": "PO-3"})
        asked = {"order_reference": "PO-2", "reason": "too many"}
        assert not await answers(house, authorization_id(later), "request_return", asked, "returned")
        left = await machine.vip(otherwise, "roll-over", "--patience", "5")
        assert (left.status, authorization_id(later) in left.out) == (1, True), left

        await replays(machine, new)
        await deployment.deploy(new)
        await until_answered(house, authorization_id(later), "request_return", asked, "returned")
        await assert_where_they_were(house, places)
        for place in places:
            await place.go_on(house)
            assert await place.state(house) == (place.parked.then or place.parked.state), place.parked
        await assert_nothing_lost(house, before)


async def _a_build_that_raises(
    house: Lab, deployment: Way, raising: Release, good: Release, places: Sequence[Place]
) -> None:
    """Nobody is answered while it works, and everybody afterwards; what was asked for meanwhile happens once."""
    alive = [customer_id(place.vip) for place in places if place.parked.state != "withdrawn"]
    await deployment.deploy(raising)
    for case in alive[:3]:
        assert not await answers(house, case, "assign_account_manager", NEW_MANAGER, "assigned")
        await until_its_task_fails(raising, case, "a bad build")
    await deployment.deploy(good)
    for case in alive:
        await until_answered(house, case, "assign_account_manager", NEW_MANAGER, "assigned")
        assigned = [one for one in await told(house, case) if one.get("trigger") == "assign_account_manager"]
        assert len(assigned) == 1, case
    await assert_where_they_were(house, places)
