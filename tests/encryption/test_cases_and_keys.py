"""Cases live through a change of keys, and nothing that comes under a strange key is lost or harms them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateFailedError, WorkflowUpdateStage
from temporalio.common import RawValue
from temporalio.converter import DataConverter

from encryption.codec import ENCRYPTED
from encryption.codec import KEY as KEY_NAME
from encryption.converter import PLAIN, encrypting
from encryption.keys import Key
from gateway.client import Gateway, Unavailable
from local import clock
from local.mailbox import MailSink
from tests.workflows.lab import ACCEPT, LINES, Lab, code_of, settings_for
from worker import working
from workflows.names import customer_id

OLD, NEW = Key.new("2026"), Key.new("2027")


def speaking(client: Client, converter: DataConverter) -> Client:
    config = client.config()
    config["data_converter"] = converter
    return Client(**config)


@asynccontextmanager
async def lab(client: Client, *keys: Key, queue: str) -> AsyncIterator[Lab]:
    """A worker with these keys, and nothing cached: whatever it does it reads anew."""
    async with MailSink() as sink:
        ours, settings = speaking(client, encrypting(keys)), settings_for(sink, queue)
        async with working(ours, settings, max_cached_workflows=0):
            yield Lab(ours, sink, settings)


@pytest.fixture
def queue() -> str:
    return f"keys-{secrets.token_hex(4)}"


async def test_a_case_begun_under_the_old_key_goes_on_under_the_new_one(client: Client, queue: str) -> None:
    async with lab(client, OLD, queue=queue) as before:
        vip = await before.invite()
        await before.tell(vip, "accept_invitation", ACCEPT)
        await clock.settle(before.client, [customer_id(vip)])
    async with lab(client, NEW, OLD, queue=queue) as after:
        after.numbers[vip] = []
        number = await after.authorize(vip)
        await after.customer(vip).signal("roll_over")
        await clock.settle(after.client, [customer_id(vip)])
        assert (await after.customer(vip).query("details"))["state"] == "accepted"
        assert (await after.order(number, "place_order", {"order_reference": "PO-1"}))["state"] == "ordered"
    # The run that began after the rotation holds nothing that needs the old key.
    async with lab(client, NEW, queue=queue) as later:
        assert (await later.customer(vip).query("details"))["contact"]["name"] == "Mette Holm"


async def test_a_worker_without_the_key_of_a_case_harms_it_not_and_one_that_has_it_goes_on(
    client: Client, queue: str
) -> None:
    async with lab(client, OLD, queue=queue) as before:
        vip = await before.invite()
        await before.tell(vip, "accept_invitation", ACCEPT)
        await clock.settle(before.client, [customer_id(vip)])
    async with lab(client, NEW, queue=queue) as without:
        case = without.customer(vip)
        with pytest.raises(WorkflowQueryFailedError):
            await case.query("details")
    async with lab(client, NEW, OLD, queue=queue) as again:
        again.numbers[vip] = []
        assert await again.authorize(vip)


async def test_what_is_spoilt_under_a_known_key_is_refused_and_the_case_goes_on(client: Client, queue: str) -> None:
    async with lab(client, OLD, queue=queue) as house:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        spoilt = Payload(metadata={"encoding": ENCRYPTED, KEY_NAME: OLD.name.encode()}, data=b"x" * 60)
        async with asyncio.timeout(20):
            with pytest.raises(WorkflowUpdateFailedError) as failure:
                await house.customer(vip).execute_update("authorize_purchase", RawValue(spoilt))
            assert code_of(failure.value) == "invalid_request"
            await house.customer(vip).signal("authorization_changed", RawValue(spoilt))
            assert await house.authorize(vip)


async def test_a_client_without_keys_can_tell_and_cannot_read(client: Client, queue: str) -> None:
    async with lab(client, OLD, queue=queue) as house:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        stranger = speaking(client, PLAIN).get_workflow_handle(customer_id(vip))
        body = {"lines": LINES, "requested_by": "member"}
        handle = await stranger.start_update(
            "authorize_purchase", body, id="plain", wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=RawValue
        )
        answer = await handle.result()
        assert answer.payload.metadata["encoding"] == ENCRYPTED
        assert (await house.customer(vip).query("details"))["open_authorizations"]


async def test_a_door_without_the_key_says_which_one_is_missing(client: Client, queue: str) -> None:
    async with lab(client, OLD, queue=queue) as house:
        vip = await house.invite()
        await house.tell(vip, "accept_invitation", ACCEPT)
        door = Gateway(speaking(client, encrypting([NEW], encrypts=False)), task_queue=queue)
        for asked in (door.customer(vip), door.journal(vip), door.update_customer(vip, "resend_invitation", {}, "k-1")):
            with pytest.raises(
                Unavailable, match=f"{OLD.name}; known here: {NEW.name}. Add the key to VIP_PAYLOAD_KEYS"
            ):
                await asked
