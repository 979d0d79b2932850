"""Continue-as-new under load: every update has one effect and one answer, and no news is lost between the workflows."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import Client, WorkflowUpdateFailedError

from gateway.calling import update
from gateway.keys import update_id
from local.mailbox import MailSink
from tests.workflows.histories import assert_well, current_details, events, history, journal, of_type, runs, until
from tests.workflows.lab import ACCEPT, INVITATION, LINES, Lab, code_of, lab, settings_for
from worker import working
from workflows.names import authorization_id, customer_id

LANES = 6
ROLL_OVERS = 7
MANAGER = INVITATION["account_manager"]


@asynccontextmanager
async def one_worker(client: Client) -> AsyncIterator[Lab]:
    async with lab(client) as house:
        yield house


@asynccontextmanager
async def no_cache(client: Client) -> AsyncIterator[Lab]:
    async with lab(client, max_cached_workflows=0) as house:
        yield house


@asynccontextmanager
async def two_workers(client: Client) -> AsyncIterator[Lab]:
    other = await Client.connect(client.service_client.config.target_host, data_converter=client.data_converter)
    async with lab(client) as house, working(other, house.settings):
        yield house


def _lanes(vip: str, numbers: list[str], updates: int) -> list[list[tuple[str, str, dict[str, Any], str]]]:
    """What each of the six callers asks for, one after the other: case, update, body, key."""
    each = updates // LANES
    hand_overs = [
        [
            (
                customer_id(vip),
                "hand_over_contact",
                {"name": f"Contact {lane}-{turn}", "email": f"c{lane}.{turn}@example.com", "reason": "left"},
                f"h{lane}-{turn}",
            )
            for turn in range(each)
        ]
        for lane in range(2)
    ]
    assignments = [
        (customer_id(vip), "assign_account_manager", {**MANAGER, "id": f"am-{turn + 2}"}, f"a-{turn}")
        for turn in range(each)
    ]
    orders = [
        [
            (
                authorization_id(numbers[turn % len(numbers)]),
                "place_order",
                {"order_reference": f"PO-{lane}-{turn}", "lines": [{**LINES[0], "quantity": 1}]},
                f"o{lane}-{turn}",
            )
            for turn in range(each)
        ]
        for lane in range(3)
    ]
    return [*hand_overs, assignments, *orders]


async def _walk(
    house: Lab, lane: list[tuple[str, str, dict[str, Any], str]], done: list[Any], answers: dict[str, Any]
) -> None:
    for workflow_id, name, body, key in lane:
        handle = house.client.get_workflow_handle(workflow_id)
        answers[key] = await update(handle, name, body, update_id(key, body), patience=60)
        done.append(key)


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("workers", "updates"), [(one_worker, 600), (two_workers, 300), (no_cache, 180)])
async def test_updates_in_6_lanes_over_roll_overs_have_one_effect_and_one_answer_each(
    client: Client, workers: Any, updates: int, whole: bool
) -> None:
    updates = updates if whole else updates // 2
    async with workers(client) as house:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        many = [{**LINES[0], "quantity": 250}]
        numbers = [await house.authorize(vip, lines=many) for _ in range(3)]
        cases = [customer_id(vip), *map(authorization_id, numbers)]
        lanes = _lanes(vip, numbers, updates)
        done: list[str] = []
        answers: dict[str, Any] = {}

        async def keep_rolling() -> None:
            for turn in range(1, ROLL_OVERS + 1):
                await until(partial(_longer_than, done, turn * updates // (ROLL_OVERS + 1)), seconds=300)
                for each in cases:
                    await house.client.get_workflow_handle(each).signal("roll_over")
                for each in cases:
                    await until(partial(_has_runs, house, each, turn + 1, at_least=True), seconds=300)

        await asyncio.gather(keep_rolling(), *(_walk(house, lane, done, answers) for lane in lanes))

        assert len(answers) == len(done) == updates
        for each in cases:
            assert len(await runs(client, each)) > 5, each
        # Effects, counted where each is counted once.
        customer = await house.customer(vip).query("details")
        assert customer["invitation"] == 1 + sum(key.startswith("h") for key in answers)
        invitations = sorted(answer["invitation"] for key, answer in answers.items() if key.startswith("h"))
        assert invitations == list(range(2, len(invitations) + 2))
        ordered = 0
        for number in numbers:
            itself = await house.authorization(number).query("details")
            ordered += itself["lines"][0]["ordered"]
            assert len(itself["orders"]) == itself["lines"][0]["ordered"]
        assert ordered == sum(key.startswith("o") for key in answers)

        # News up and down: each knows of the other what the other knows of itself.
        async def all_is_told() -> bool:
            customer = await house.customer(vip).query("details")
            known = {one["authorization_number"]: one for one in customer["authorizations"]}
            for number in numbers:
                itself = await house.authorization(number).query("details")
                manager = (await house.authorization(number).describe()).search_attributes.get("ManagedBy")
                if known[number] != itself or manager != [customer["account_manager"]["id"]]:
                    return False
            return bool(customer["products"][0]["held"] == ordered)

        await until(all_is_told)
        assert customer["account_manager"]["id"] == lanes[2][-1][2]["id"]

        # A repeat gets the first answer, whatever happened since; a known key with another body is refused.
        for workflow_id, name, body, key in (lane[turn] for lane in lanes for turn in (0, len(lane) // 2, -1)):
            handle = client.get_workflow_handle(workflow_id)
            assert await update(handle, name, body, update_id(key, body), patience=60) == answers[key]
            other = {**body, "actor": "somebody else"}
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await handle.execute_update(name, other, id=update_id(key, other))
            assert code_of(refused.value) == "idempotency_key_reused"
        assert (await house.customer(vip).query("details"))["invitation"] == customer["invitation"]
        for each in cases:
            for run in await runs(client, each):
                started = (await history(client, each, run)).events[0].workflow_execution_started_event_attributes
                assert sum(len(payload.data) for payload in started.input.payloads) <= 64 * 1024
        await assert_well(client, cases)


async def test_what_operators_see_survives_a_roll_over(house: Lab) -> None:
    vip = await house.invite(external_id="crm-7")
    await house.tell(vip, "accept_invitation", ACCEPT)
    number = await house.authorize(vip, purchase_order="Purchase 7")
    for handle in (house.customer(vip), house.authorization(number)):
        await until(partial(_at_rest, handle))
        before, details = await handle.describe(), await current_details(handle)
        entries, answer = await journal(handle), await handle.query("details")
        await handle.signal("roll_over")
        await until(partial(_has_runs, house, handle.id, 2))
        await until(partial(_at_rest, handle))
        after = await handle.describe()
        assert after.run_id != before.run_id
        assert dict(after.search_attributes) == dict(before.search_attributes)
        assert await after.memo() == await before.memo() != {}
        now_shown = await current_details(handle)
        assert now_shown == details != ""
        assert await journal(handle) == entries
        assert await handle.query("details") == answer


class Keeping(MailSink):
    """Remembers what it was offered, accepted or not."""

    def __init__(self) -> None:
        super().__init__()
        self.offered: list[bytes] = []
        self.hold: asyncio.Event | None = None
        self.holding = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.offered.append(envelope.original_content or b"")
        if self.hold is not None:
            self.holding.set()
            await self.hold.wait()
        return await super().handle_DATA(server, session, envelope)


@asynccontextmanager
async def keeping(client: Client) -> AsyncIterator[tuple[Lab, Keeping]]:
    async with Keeping() as sink:
        settings = settings_for(sink, f"keeping-{id(sink)}")
        async with working(client, settings):
            yield Lab(client, sink, settings), sink


async def test_a_letter_that_waits_for_its_next_attempt_is_carried_over_as_it_is(client: Client) -> None:
    async with keeping(client) as (house, sink):
        sink.after_data = "451 4.3.0 not now"
        vip = await house.invite()
        await until(lambda: _true(len(sink.offered) == 1))
        await house.customer(vip).signal("roll_over")
        await until(lambda: _true(len(sink.offered) == 2))
        sink.after_data = "250 2.0.0 kept"
        await house.customer(vip).signal("roll_over")
        await sink.wait_for(1)
        first, *others = sink.offered
        assert all(other == first for other in others)
        assert b"Message-ID: " in first
        await until(lambda: _at_rest(house.customer(vip)))
        assert [entry["outcome"] for entry in await _letters(house, vip)] == ["sent"]
        scheduled = of_type(await events(client, customer_id(vip)), "ACTIVITY_TASK_SCHEDULED")
        handed_over = [event.activity_task_scheduled_event_attributes.input.payloads for event in scheduled]
        letters = [await client.data_converter.decode(payloads) for payloads in handed_over]
        assert all(letter == letters[0] for letter in letters)
        await assert_well(client, [customer_id(vip)])


async def test_an_attempt_under_way_is_awaited_and_its_transient_failure_is_no_verdict(client: Client) -> None:
    async with keeping(client) as (house, sink):
        sink.hold = asyncio.Event()
        sink.after_data = "451 4.3.0 not now"
        vip = await house.invite()
        await sink.holding.wait()
        await house.customer(vip).signal("roll_over")
        await asyncio.sleep(0.3)
        assert len(await runs(client, customer_id(vip))) == 1
        answer = await house.tell(vip, "accept_invitation", ACCEPT)
        assert answer["state"] == "accepted"
        sink.hold.set()
        await until(lambda: _has_runs(house, customer_id(vip), 2))
        sink.after_data = "250 2.0.0 kept"
        await house.customer(vip).signal("roll_over")
        await sink.wait_for(lambda letter: "elkommen" in letter.subject)
        outcomes = {entry["letter"]: entry["outcome"] for entry in await _letters(house, vip)}
        assert outcomes["invitation"] in ("skipped", "sent")
        assert "undelivered" not in outcomes.values()
        assert not (await house.customer(vip).query("details"))["unreachable"]


async def test_an_attempt_under_way_that_arrives_is_not_sent_again_by_the_next_run(client: Client) -> None:
    async with keeping(client) as (house, sink):
        sink.hold = asyncio.Event()
        vip = await house.invite()
        await sink.holding.wait()
        await house.customer(vip).signal("roll_over")
        await asyncio.sleep(0.2)
        sink.hold.set()
        await until(lambda: _has_runs(house, customer_id(vip), 2))
        await until(lambda: _at_rest(house.customer(vip)))
        assert len(sink.offered) == len(sink.letters) == 1
        assert [entry["outcome"] for entry in await _letters(house, vip)] == ["sent"]


async def test_an_authorization_rolls_over_at_any_time_and_still_ends(house: Lab) -> None:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    number = await house.authorize(vip)
    handle = house.authorization(number)
    for turn in range(2, 7):
        await asyncio.gather(*(handle.signal("roll_over") for _ in range(3)), house.customer(vip).signal("roll_over"))
        await until(partial(_has_runs, house, handle.id, turn, at_least=True))
    await update(handle, "cancel", {"reason": "changed their mind"}, "cancel-1", patience=30)
    await asyncio.wait_for(handle.result(), 20)
    await until(lambda: _knows(house, vip, number, "cancelled"))
    await assert_well(house.client, [customer_id(vip), handle.id])


async def _letters(house: Lab, vip: str) -> list[dict[str, Any]]:
    return [entry for entry in await journal(house.customer(vip)) if entry["kind"] == "letter"]


async def _at_rest(handle: Any) -> bool:
    raw = (await handle.describe()).raw_description
    return not raw.HasField("pending_workflow_task") and not raw.pending_activities


async def _has_runs(house: Lab, workflow_id: str, number: int, *, at_least: bool = False) -> bool:
    found = len(await runs(house.client, workflow_id))
    return found >= number if at_least else found == number


async def _knows(house: Lab, vip: str, number: str, state: str) -> bool:
    details = json.loads(json.dumps(await house.customer(vip).query("details")))
    return any(one["authorization_number"] == number and one["state"] == state for one in details["authorizations"])


async def _longer_than(done: list[str], share: int) -> bool:
    return len(done) >= share


async def _true(value: bool) -> bool:
    return value
