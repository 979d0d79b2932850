"""The shortest way through the real server, and its first refusals."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.workflows.lab import ACCEPT, Lab, code_of


async def test_a_customer_that_has_ordered_may_authorize_again(house: Lab) -> None:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    number = await house.authorize(vip)
    answer = await house.order(number, "place_order", {"order_reference": "PO-1"})
    assert answer["state"] == "ordered"
    details = await house.customer(vip).query("details")
    assert details["products"][0]["held"] == 5
    await house.authorize(vip)


async def test_a_refusal_names_its_code_and_leaves_nothing_in_the_history(house: Lab) -> None:
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    before = (await house.customer(vip).fetch_history()).events
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.authorize(vip, lines=[{"product": "no-such-product", "quantity": 0}])
    assert code_of(refused.value) == "product_unknown"
    after = (await house.customer(vip).fetch_history()).events
    assert [
        event.event_type for event in after if event.HasField("workflow_execution_update_accepted_event_attributes")
    ] == [event.event_type for event in before if event.HasField("workflow_execution_update_accepted_event_attributes")]
