"""Lists come from the register, never without what their reader has just changed; journals from both."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

from gateway.bodies import Line
from gateway.client import Gateway, NotFound, Refused, Unavailable, Wanted
from gateway.lists import AT_ONCE, Lists
from gateway.living import Living
from gateway.recently import MOST, REMEMBERED, Recently
from register.register import Register
from tests.gateway.waiting import key, until
from tests.workflows.histories import runs
from tests.workflows.lab import INVITATION, Lab, lab

ONE, OTHER = "A" * 19 + "Z", "B" * 19 + "Z"
PAGE: dict[str, Any] = {"sort": "name", "limit": 50, "cursor": None, "after": ()}


def record(number: str, version: int, organization: str = "Kanalhuset", **row: Any) -> dict[str, Any]:
    """What a customer's case tells, in short."""
    told = {
        "vip_number": number,
        "organization": organization,
        "contact": {"name": "Mette", "email": "mette@example.com"},
        "market_segment": "commercial",
        "account_manager": {"id": "am-1", "name": "Jens", "email": "jens@example.org"},
        "invitation_status": "invited",
        "renewal_state": "no_term",
        "lists": ["no_products"],
        "unreachable": False,
        "time_zone": "Europe/Copenhagen",
        "order_references": [],
        "lost": [],
        **row,
    }
    return {"kind": "customer", "number": number, "vip_number": number, "version": version, "row": told, "entries": []}


class Cases(Living):
    """Cases that tell their record, and count how often they were asked, and how many at once."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self.known: dict[str, dict[str, Any] | None] = {one["number"]: one for one in records}
        self.asked: list[str] = []
        self.most = self._now = 0

    async def record(self, number: str) -> dict[str, Any] | None:
        self.asked.append(number)
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        return self.known.get(number)


@pytest_asyncio.fixture(loop_scope="session")
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with await Register.at(f"sqlite:///{tmp_path / 'register.sqlite3'}") as register:
        yield register


async def shown(lists: Lists) -> list[str]:
    page = await lists.page(Wanted(), reader="crm", **PAGE)
    return [row["organization"] for row in page["items"]]


async def test_who_changed_something_is_never_shown_a_list_without_it(register: Register) -> None:
    await register.put(record(ONE, 1))
    lists = Lists(register, cases := Cases(record(ONE, 2, "New name")))
    assert [row["organization"] for row in (await lists.page(Wanted(), reader="crm", **PAGE))["items"]] == [
        "Kanalhuset"
    ]
    lists.note("crm", [ONE])
    assert (await lists.counts(None, reader="shop", after=()))["all"] == 1
    assert cases.asked == [], "another reader waits for nobody"
    assert await shown(lists) == ["New name"]
    assert [row["organization"] async for row in lists.every(Wanted(), sort="name", reader="crm", after=())]
    assert cases.asked == [ONE], "what the register knows by now needs no asking again"


async def test_a_caller_may_name_whose_change_it_must_see(register: Register) -> None:
    lists = Lists(register, Cases(record(ONE, 1), record(OTHER, 1)))
    assert (await lists.counts(None, reader="", after=[ONE, OTHER, "C" * 20]))["all"] == 2
    with pytest.raises(Refused) as refused:
        await lists.counts(None, reader="", after=[str(number) for number in range(101)])
    assert refused.value.code == "invalid_request"


async def test_cases_that_cannot_tell_are_asked_again_and_hold_nobody_up(register: Register) -> None:
    lists = Lists(register, cases := Cases())
    lists.note("crm", [ONE])
    for _ in range(2):
        assert (await lists.counts(None, reader="crm", after=()))["all"] == 0
    cases.known[ONE] = record(ONE, 1)
    assert (await lists.counts(None, reader="crm", after=()))["all"] == 1
    assert cases.asked == [ONE] * 3


async def test_many_changes_are_asked_for_some_at_once(register: Register) -> None:
    numbers = [f"{number:019}Z" for number in range(MOST)]
    lists = Lists(register, cases := Cases(*(record(number, 1) for number in numbers)))
    lists.note("crm", numbers)
    assert (await lists.counts(None, reader="crm", after=()))["all"] == MOST
    assert 1 < cases.most <= AT_ONCE


async def test_a_row_shows_what_the_contract_names_and_no_more(register: Register) -> None:
    await register.put(record(ONE, 1, next_event={"name": "order_due", "at": "2027-01-01T00:00:00Z"}))
    page = await Lists(register, Cases()).page(Wanted(), reader="", **PAGE)
    assert page["total"] == 1
    assert "next_cursor" not in page
    assert page["items"][0]["next_event"]["name"] == "order_due"
    assert page["items"][0].keys() & {"time_zone", "order_references", "lost"} == set()


async def test_what_cannot_be_wanted_is_refused_with_its_field(register: Register) -> None:
    lists = Lists(register, Cases())
    for wanted, how, field in (
        (Wanted(segment="other"), {}, "segment"),
        (Wanted(), {"sort": "colour"}, "sort"),
        (Wanted(), {"limit": 0}, "limit"),
        (Wanted(), {"cursor": "made up"}, "cursor"),
    ):
        with pytest.raises(Refused) as refused:
            await lists.page(wanted, reader="", **PAGE | how)
        assert (refused.value.code, refused.value.reasons[0]["field"]) == ("invalid_request", field)


async def test_without_a_register_there_are_no_lists_and_nothing_is_remembered() -> None:
    lists = Lists(None, Cases())
    lists.note("crm", [ONE])
    with pytest.raises(Unavailable, match="VIP_DATABASE_URL"):
        await lists.counts(None, reader="crm", after=())
    assert await lists.journal(ONE) == []


async def test_a_register_that_is_away_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "register.sqlite3").write_bytes(b"not a database" * 100)
    lists = Lists(lambda: Register(f"sqlite:///{tmp_path / 'register.sqlite3'}"), Cases())
    with pytest.raises(Unavailable, match="register"):
        await lists.counts(None, reader="", after=())


async def test_what_a_gateway_changes_is_remembered_for_its_reader_alone(house: Lab, register: Register) -> None:
    door = Gateway(house.client, task_queue=house.settings.task_queue, patience=60, register=register)
    mine = door.as_reader("crm")
    number = (await mine.start_customer(INVITATION, key()))["vip_number"]
    await mine.accept(number, {"accepted_by": {"name": "Mette"}, "terms_version": "1"})
    authorized = await mine.authorize(
        number, {"lines": [{"product": "cc-all-apps-team", "quantity": 1}], "requested_by": "member"}
    )
    remembered = door._lists._recently
    assert set(remembered.of("crm")) == {number, authorized["authorization_number"]}
    await door.as_reader("shop").cancel(authorized["authorization_number"], {"reason": "no"})
    assert set(remembered.of("shop")) == {number, authorized["authorization_number"]}
    assert remembered.of("") == {}


@pytest_asyncio.fixture(loop_scope="session")
async def untold(client: Client, register: Register) -> AsyncIterator[Gateway]:
    """A gateway to cases that no worker tells the register of."""
    async with lab(client) as house:
        assert house.settings.database_url.get_secret_value() == "off"
        yield Gateway(client, task_queue=house.settings.task_queue, patience=60, register=register)


async def test_a_list_has_what_was_changed_though_no_worker_has_told_the_register(
    untold: Gateway, register: Register
) -> None:
    door = untold
    mine, wanted = door.as_reader("crm"), Wanted(lists=("pending_requests",))
    number = (await mine.start_customer(INVITATION, key()))["vip_number"]
    assert (await door.counts())["all"] == 0
    assert (await mine.counts())["no_products"] == 1
    lines: list[Line] = [{"product": "cc-all-apps-team", "quantity": 1}]
    asked = await mine.authorize(number, {"lines": lines, "requested_by": "member"})
    assert [row["vip_number"] for row in (await mine.page(wanted))["items"]] == [number]
    await mine.cancel(asked["authorization_number"], {"reason": "no"})
    assert (await mine.page(wanted))["total"] == 0
    assert (await door.page(Wanted(q="aarhus"), after=[number]))["total"] == 1
    told = await register.authorizations(number)
    assert [one["state"] for one in told] == ["cancelled"]


async def test_a_journal_goes_back_to_the_beginning_when_its_case_no_longer_does(
    house: Lab, register: Register
) -> None:
    door = Gateway(house.client, task_queue=house.settings.task_queue, patience=60, register=register)
    number = (await door.start_customer(INVITATION, key()))["vip_number"]
    for turn in range(210):
        await door.assign_account_manager(number, {"id": f"am-{turn}", "name": "Next", "email": "next@example.org"})
    whole = await door.journal(number)
    assert len(whole) >= 210
    await register.put({**record(number, 1), "entries": whole[:150]})
    await house.customer(number).signal("roll_over")
    await until(lambda: runs(house.client, house.customer(number).id), lambda found: len(found) == 2)
    own = await Gateway(house.client, patience=60).journal(number)
    assert own[0]["sequence"] > 1, "the case has forgotten how it began"
    told = await until(lambda: door.journal(number), lambda found: len(found) >= len(whole))
    assert [entry["sequence"] for entry in told] == list(range(1, len(told) + 1))
    assert told[: len(whole)] == whole


async def test_the_journal_of_a_case_that_the_server_has_forgotten_is_told_by_the_register_alone(
    house: Lab, register: Register
) -> None:
    door = Gateway(house.client, patience=60, register=register)
    with pytest.raises(NotFound):
        await door.journal(ONE)
    entry = {
        "sequence": 1,
        "effective_at": "2026-01-01T00:00:00Z",
        "processed_at": "2026-01-01T00:00:00Z",
        "kind": "fact",
    }
    await register.put({**record(ONE, 1), "entries": [entry]})
    assert await door.journal(ONE) == [entry]


def test_what_was_changed_is_remembered_for_a_minute_and_the_oldest_is_forgotten_first() -> None:
    now = 0.0
    recently = Recently(lambda: now)
    recently.note("crm", [ONE])
    now = REMEMBERED - 1
    recently.note("crm", [OTHER])
    assert list(recently.of("crm")) == [ONE, OTHER]
    now = REMEMBERED + 1
    assert list(recently.of("crm")) == [OTHER]
    recently.note("crm", map(str, range(MOST)))
    assert len(recently.of("crm")) == MOST
    assert OTHER not in recently.of("crm")
    for reader in range(MOST + 1):
        recently.note(str(reader), [ONE])
    assert recently.of("crm") == {}


def test_a_change_after_the_case_was_asked_is_not_taken_for_settled() -> None:
    now = 0.0
    recently = Recently(lambda: now)
    recently.note("crm", [ONE])
    seen = recently.of("crm")[ONE]
    now = 1.0
    recently.note("crm", [ONE])
    recently.settle("crm", ONE, seen)
    assert recently.of("crm") == {ONE: 1.0}
