"""The register is told what every case has come to, and nothing waits for it."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client

from register.register import Register
from register.wanted import Wanted
from tests.workflows.histories import assert_well, events, journal, of_type, runs, until
from tests.workflows.lab import ACCEPT, LINES, Lab, lab
from worker import working
from workflows.names import authorization_id, customer_id


def at(path: Path) -> str:
    return f"sqlite:///{path / 'register.sqlite3'}"


async def record(house: Lab, workflow_id: str) -> dict[str, Any]:
    return dict(await house.client.get_workflow_handle(workflow_id).query("record"))


async def is_told(house: Lab, register: Register, workflow_ids: list[str]) -> bool:
    """The register has the newest version of each case, and every entry of its journal."""
    for workflow_id in workflow_ids:
        now = await record(house, workflow_id)
        if dict([each async for each in register.versions(now["kind"])]).get(now["number"]) != now["version"]:
            return False
        if await register.journal(now["number"]) != now["entries"]:
            return False
    return True


async def test_the_register_has_what_every_case_has_come_to_with_its_whole_journal(
    client: Client, tmp_path: Path
) -> None:
    async with lab(client, at(tmp_path)) as house, await Register.at(at(tmp_path)) as register:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        number = await house.authorize(vip)
        await house.order(number, "place_order", {"order_reference": "PO-1"})
        cases = [customer_id(vip), authorization_id(number)]
        await until(lambda: is_told(house, register, cases), seconds=60)
        [row] = (await register.page(Wanted())).items
        details = await house.customer(vip).query("details")
        assert (row["organization"], row["lists"]) == (details["organization"], details["lists"])
        [authorization] = await register.authorizations(vip)
        assert (authorization["state"], authorization["orders"][0]["order_reference"]) == ("ordered", "PO-1")
        assert {entry["kind"] for entry in await register.journal(vip)} >= {"letter", "transition"}
        await assert_well(client, cases)


async def test_what_happened_before_a_roll_over_is_told_once_and_what_happens_after_it_too(
    client: Client, tmp_path: Path
) -> None:
    async with lab(client, at(tmp_path)) as house, await Register.at(at(tmp_path)) as register:
        vip = await house.invite()
        number = await house.authorize(vip)
        cases = [customer_id(vip), authorization_id(number)]
        for turn in range(2):
            for each in cases:
                await client.get_workflow_handle(each).signal("roll_over")
            await until(lambda turn=turn: _have_runs(client, cases, turn + 2))  # type: ignore[misc]
            order = {"order_reference": f"PO-{turn}", "lines": [{**LINES[0], "quantity": 1}]}
            await house.order(number, "place_order", order)
            await until(lambda: is_told(house, register, cases), seconds=60)
        before = [entry["sequence"] for entry in await register.journal(number)]
        assert before == list(range(1, len(before) + 1))


async def test_a_register_that_is_away_holds_up_nothing_and_has_everything_once_it_is_back(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "away").write_text("")  # a file where the folder of the database will be
    url = f"sqlite:///{tmp_path / 'away' / 'register.sqlite3'}"
    async with lab(client, url) as house:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        number = await house.authorize(vip)
        await house.order(number, "place_order", {"order_reference": "PO-1"})
        cases = [customer_id(vip), authorization_id(number)]
        await client.get_workflow_handle(cases[0]).signal("roll_over")
        await until(lambda: _have_runs(client, cases[:1], 2))
        sent = [one for one in await journal(house.customer(vip)) if one.get("outcome") == "sent"]
        assert sent, "letters go out too"
        (tmp_path / "away").unlink()
        (tmp_path / "away").mkdir()
        async with await Register.at(url) as register:
            await until(lambda: is_told(house, register, cases), seconds=120)


async def test_a_case_that_has_ended_closes_when_the_register_knows_its_end(client: Client, tmp_path: Path) -> None:
    async with lab(client, at(tmp_path)) as house, await Register.at(at(tmp_path)) as register:
        vip = await house.invite()
        number = await house.authorize(vip)
        await house.order(number, "cancel", {"reason": "a mistake"})
        await house.authorization(number).result()
        [authorization] = await register.authorizations(vip)
        assert authorization["state"] == "cancelled"
        entries = await register.journal(number)
        assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
        assert {entry.get("letter") for entry in entries if entry.get("outcome") == "sent"} >= {
            "authorization_cancelled"
        }


async def test_without_a_register_no_case_tells_it_anything(client: Client) -> None:
    async with lab(client) as house:
        vip = await house.invite()
        await house.authorize(vip)
        scheduled = of_type(await events(client, customer_id(vip)), "ACTIVITY_TASK_SCHEDULED")
        kinds = {one.activity_task_scheduled_event_attributes.activity_type.name for one in scheduled}
        assert kinds == {"send_letter"}


async def test_cases_begun_without_a_register_tell_it_from_their_next_run_on(client: Client, tmp_path: Path) -> None:
    async with lab(client) as before:
        vip = await before.invite()
        await before.tell(vip, "accept_invitation", ACCEPT)
        settings = before.settings.model_copy(update={"database_url": SecretStr(at(tmp_path))})
    async with working(client, settings), await Register.at(at(tmp_path)) as register:
        house = Lab(client, before.sink, settings)
        await house.customer(vip).signal("roll_over")
        await until(lambda: is_told(house, register, [customer_id(vip)]), seconds=60)


async def _have_runs(client: Client, workflow_ids: list[str], wanted: int) -> bool:
    return all([len(await runs(client, each)) >= wanted for each in workflow_ids])
