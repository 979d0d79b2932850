"""Versioned workers: running cases move to the build that is current, by themselves or with their next run."""

import asyncio
import secrets
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from temporalio.client import Client

from local.mailbox import MailSink
from settings import Settings
from tests.workflows.builds import build_of, make_current
from tests.workflows.histories import assert_well, runs, until
from tests.workflows.lab import ACCEPT, Lab, settings_for
from tests.workflows.test_worker import environment, said
from worker import working
from workflows.names import authorization_id, customer_id
from workflows.versioning import BUILD_ID, DEPLOYMENT_NAME, IncompleteVersion, deployment


class Releases:
    """Builds of one deployment, on one task queue."""

    def __init__(self, client: Client, sink: MailSink, behavior: str) -> None:
        self.name = f"vip-{secrets.token_hex(4)}"
        self.behavior = behavior
        self.house = Lab(client, sink, settings_for(sink, self.name))

    @property
    def settings(self) -> Settings:
        return self.house.settings

    def worker(self, build: str | None) -> AbstractAsyncContextManager[None]:
        """Of this build, or a plain one."""
        named = {} if build is None else {DEPLOYMENT_NAME: self.name, BUILD_ID: build}
        return working(self.house.client, self.settings, version=deployment(named, self.behavior))

    async def make_current(self, build: str) -> None:
        await make_current(self.house.client, self.name, build)

    async def case(self) -> tuple[str, str]:
        """A customer and its authorization."""
        vip = await self.house.invite()
        await self.house.tell(vip, "accept_invitation", ACCEPT)
        return vip, await self.house.authorize(vip)

    async def builds(self, vip: str, number: str) -> set[str]:
        return {await build_of(self.house.customer(vip)), await build_of(self.house.authorization(number))}


async def test_running_cases_follow_the_current_build_with_their_next_task(client: Client) -> None:
    async with MailSink() as sink:
        releases = Releases(client, sink, "auto_upgrade")
        async with releases.worker("1"):
            await releases.make_current("1")
            vip, number = await releases.case()
            assert await releases.builds(vip, number) == {"1"}
        async with releases.worker("2"):
            await releases.make_current("2")
            await releases.house.order(number, "place_order", {"order_reference": "PO-1"})

            async def moved() -> bool:
                return await releases.builds(vip, number) == {"2"}

            await until(moved)
        assert [len(await runs(client, one)) for one in (customer_id(vip), authorization_id(number))] == [1, 1]
        await assert_well(client, [customer_id(vip), authorization_id(number)])


async def test_pinned_cases_stay_on_their_build_until_they_roll_over(client: Client) -> None:
    async with MailSink() as sink:
        releases = Releases(client, sink, "pinned")
        async with releases.worker("1"), releases.worker("2"):
            await releases.make_current("1")
            vip, number = await releases.case()
            await releases.make_current("2")
            await releases.house.order(number, "place_order", {"order_reference": "PO-1"})
            assert await releases.builds(vip, number) == {"1"}
            for case in (releases.house.customer(vip), releases.house.authorization(number)):
                await case.signal("roll_over")

            async def moved() -> bool:
                return await releases.builds(vip, number) == {"2"}

            await until(moved)
        await assert_well(client, [customer_id(vip), authorization_id(number)])


async def test_cases_of_plain_workers_go_on_under_versioned_ones(client: Client) -> None:
    async with MailSink() as sink:
        releases = Releases(client, sink, "auto_upgrade")
        async with releases.worker(None):
            vip, number = await releases.case()
            assert await releases.builds(vip, number) == {""}
        async with releases.worker("1"):
            await releases.make_current("1")
            await asyncio.wait_for(releases.house.order(number, "place_order", {"order_reference": "PO-1"}), 20)
            assert "1" in await releases.builds(vip, number)


@pytest.mark.parametrize(("given", "missing"), [(DEPLOYMENT_NAME, BUILD_ID), (BUILD_ID, DEPLOYMENT_NAME)])
def test_half_a_version_is_told_by_the_half_that_is_missing(given: str, missing: str) -> None:
    with pytest.raises(IncompleteVersion, match=f"{missing} is missing"):
        deployment({given: "vip"}, "auto_upgrade")


async def test_a_worker_of_half_a_version_stops_with_one_line(client: Client, tmp_path: Path) -> None:
    address = client.service_client.config.target_host
    code, error = await said(tmp_path, environment(address, TEMPORAL_DEPLOYMENT_NAME="vip"))
    assert (code, len(error.splitlines())) == (1, 1)
    assert "TEMPORAL_WORKER_BUILD_ID is missing" in error
