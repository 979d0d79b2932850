"""Wire names, as the contract has them and as a running worker tells them: once released, none is changed."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from encryption.converter import PLAIN
from local import clock
from tests.workflows.histories import current_details, events, metadata, of_type
from tests.workflows.lab import ACCEPT, INVITATION, Lab, lab, server
from workflows.names import authorization_id, customer_id

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"

# Copied from the contract by hand; what the project adds stands apart.
CUSTOMER_UPDATES = {
    "accept_invitation",
    "resend_invitation",
    "withdraw_invitation",
    "hand_over_contact",
    "add_offer_types",
    "assign_account_manager",
    "authorize_purchase",
    "record_order",
    "place_renewal_order",
    "decline_renewal",
}
AUTHORIZATION_UPDATES = {
    "place_order",
    "cancel",
    "extend",
    "request_return",
    "confirm_return",
    "decline_return",
    "write_off",
    "deactivate",
}
CUSTOMER_QUERIES = {"details", "journal", "preview", "products"}
AUTHORIZATION_QUERIES = {"details", "journal"}
CUSTOMER_SIGNALS = {"authorization_changed", "roll_over"}
AUTHORIZATION_SIGNALS = {"customer_changed", "roll_over"}
ADDED_UPDATES = {"write_off_lost", "lift_address", "record_bounce"}
ADDED_AUTHORIZATION_UPDATES = {"record_bounce"}
ADDED_QUERIES = {"wake", "carried", "record"}
SEARCH_ATTRIBUTES = {
    "CustomerState": "KEYWORD",
    "RenewalState": "KEYWORD",
    "AuthorizationState": "KEYWORD",
    "CustomerLists": "KEYWORD_LIST",
    "VipNumber": "KEYWORD",
    "ExternalId": "KEYWORD",
    "ManagedBy": "KEYWORD",
    "MarketSegment": "KEYWORD",
    "NextEvent": "KEYWORD",
    "NextEventAt": "DATETIME",
    "AnniversaryDate": "DATETIME",
    "PolicyVersion": "KEYWORD",
    "Organization": "TEXT",
    "Unreachable": "BOOL",
}
ON_A_CUSTOMER = set(SEARCH_ATTRIBUTES) - {"AuthorizationState"}
ON_AN_AUTHORIZATION = {"AuthorizationState", "VipNumber", "ManagedBy", "NextEvent", "NextEventAt", "PolicyVersion"} | {
    "Organization",
    "Unreachable",
}
OUR_ACTIVITIES = {"send_letter", "open_case", "record_case"}

PLANTED = ("Zebulon", "zebulon.qx@example.com", "Quetzal", "quetzal.qx@example.org", "Xylostreet")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    # In clear: what would be read if nothing were encrypted.
    folder = tmp_path_factory.mktemp("names")
    register = f"sqlite:///{folder / 'register.sqlite3'}"
    async with server(folder, converter=PLAIN) as client, lab(client, register) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def planted(house: Lab) -> tuple[str, list[str]]:
    """A customer whose people have names that stand nowhere else, and authorizations in several states."""
    vip = await house.invite(
        contact={"name": "Zebulon Vim", "email": "zebulon.qx@example.com"},
        account_manager={**INVITATION["account_manager"], "name": "Quetzal Rho", "email": "quetzal.qx@example.org"},
        address="Xylostreet 1",
        external_id="crm-1",
        anniversary_date=None,
    )
    house.sink.answers["zebulon.qx@example.com"] = "550 5.1.1 no such user"
    await house.tell(vip, "accept_invitation", {**ACCEPT, "accepted_by": {"name": "Zebulon Vim"}})
    numbers = [await house.authorize(vip, purchase_order="P 1") for _ in range(4)]
    await house.order(numbers[0], "place_order", {"order_reference": "PO-1"})
    await house.order(numbers[1], "cancel", {"reason": "Zebulon wants it", "actor": "Quetzal Rho"})
    await house.authorization(numbers[2]).terminate("for the test")
    await clock.settle(house.client, [customer_id(vip), *map(authorization_id, numbers)])
    return vip, numbers


async def test_workflow_types_and_ids_are_the_contracts(house: Lab, planted: tuple[str, list[str]]) -> None:
    vip, numbers = planted
    customer = await house.client.get_workflow_handle(f"customer:{vip}").describe()
    assert (customer.workflow_type, customer.task_queue) == ("Customer", house.settings.task_queue)
    authorization = await house.client.get_workflow_handle(f"authorization:{numbers[0]}").describe()
    assert authorization.workflow_type == "PurchaseAuthorization"
    assert authorization.parent_id == f"customer:{vip}"


async def test_updates_queries_and_signals_are_the_contracts_each_with_a_description(
    house: Lab, planted: tuple[str, list[str]]
) -> None:
    vip, numbers = planted
    expected = {
        customer_id(vip): (CUSTOMER_UPDATES | ADDED_UPDATES, CUSTOMER_QUERIES | ADDED_QUERIES, CUSTOMER_SIGNALS),
        authorization_id(numbers[0]): (
            AUTHORIZATION_UPDATES | ADDED_AUTHORIZATION_UPDATES,
            AUTHORIZATION_QUERIES | ADDED_QUERIES,
            AUTHORIZATION_SIGNALS,
        ),
    }
    for case, (updates, queries, signals) in expected.items():
        said = (await metadata(house.client.get_workflow_handle(case))).definition
        assert {one.name for one in said.update_definitions} == updates
        assert {one.name for one in said.query_definitions if not one.name.startswith("__")} == queries
        assert {one.name for one in said.signal_definitions} == signals
        ours = (one for one in said.query_definitions if not one.name.startswith("__"))
        for one in (*said.update_definitions, *said.signal_definitions, *ours):
            assert len(one.description) > 10, one.name


async def test_search_attributes_are_the_contracts_with_their_types(house: Lab, planted: tuple[str, list[str]]) -> None:
    answer = await house.client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=house.client.namespace)
    )
    found = {
        name: IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_")
        for name, kind in answer.custom_attributes.items()
    }
    assert {name: kind for name, kind in found.items() if name in SEARCH_ATTRIBUTES} == SEARCH_ATTRIBUTES
    vip, numbers = planted
    customer = await house.customer(vip).describe()
    authorization = await house.authorization(numbers[0]).describe()
    assert set(customer.search_attributes) <= ON_A_CUSTOMER | {"BuildIds"}
    assert set(customer.search_attributes) >= ON_A_CUSTOMER - {"RenewalState", "BuildIds"}
    assert set(authorization.search_attributes) - {"BuildIds"} == ON_AN_AUTHORIZATION


async def test_activities_are_called_as_ever(house: Lab, planted: tuple[str, list[str]]) -> None:
    vip, _ = planted
    found = await events(house.client, customer_id(vip))
    scheduled = [one.activity_task_scheduled_event_attributes for one in of_type(found, "ACTIVITY_TASK_SCHEDULED")]
    markers = [one.marker_recorded_event_attributes for one in of_type(found, "MARKER_RECORDED")]
    told = {one.activity_type.name for one in scheduled}
    local = {json.loads(one.details["data"].payloads[0].data)["activity_type"] for one in markers if one.details}
    assert told | local == OUR_ACTIVITIES
    letters = [one for one in scheduled if one.activity_type.name == "send_letter"]
    assert {one.task_queue.name for one in letters} == {house.settings.mail_task_queue}


async def test_what_people_are_called_stands_in_no_id_search_attribute_summary_or_current_details(
    house: Lab, planted: tuple[str, list[str]]
) -> None:
    vip, numbers = planted
    shown: list[str] = []
    for case in (customer_id(vip), *map(authorization_id, numbers)):
        handle = house.client.get_workflow_handle(case)
        described = await handle.describe()
        shown += [case, repr(dict(described.search_attributes)), str(await described.static_summary())]
        shown += [str(await described.static_details()), await current_details(handle)]
        for event in await events(house.client, case):
            shown.append(event.user_metadata.summary.data.decode())
            if event.HasField("activity_task_scheduled_event_attributes"):
                shown.append(event.activity_task_scheduled_event_attributes.activity_id)
            if event.HasField("activity_task_failed_event_attributes"):
                shown.append(str(event.activity_task_failed_event_attributes.failure))
    text = "\n".join(shown)
    assert "Aarhus Design ApS" in text, "the organisation's name heads the details"
    assert [word for word in PLANTED if word.casefold() in text.casefold()] == []


def _recorded() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, event)
        for path in sorted(HISTORIES.rglob("*.json"))
        for event in json.loads(path.read_text(encoding="utf-8"))["events"]
    ]


def _summary(event: dict[str, Any]) -> str:
    data = event.get("userMetadata", {}).get("summary", {}).get("data", "")
    return str(json.loads(base64.b64decode(data))) if data else ""


def test_every_timer_activity_and_child_carries_a_plain_summary() -> None:
    kinds = {"TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED"}
    seen = set()
    for name, event in _recorded():
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind in kinds:
            seen.add(kind)
            summary = _summary(event)
            assert summary, (name, event["eventId"])
            assert len(summary.encode()) <= 200, summary
            assert not set("*`#[]<>") & set(summary), summary
            assert "\n" not in summary
    assert seen == kinds


async def test_an_older_server_without_our_attributes_gets_them_before_the_first_case(
    client_of_its_own: Client,
) -> None:
    names = {"CustomerState", "Unreachable"}
    answer = await client_of_its_own.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client_of_its_own.namespace)
    )
    assert not names & set(answer.custom_attributes)
    async with lab(client_of_its_own) as house:
        vip = await house.invite()
        await asyncio.wait_for(house.tell(vip, "accept_invitation", ACCEPT), 20)


@pytest_asyncio.fixture(loop_scope="session")
async def client_of_its_own(tmp_path: Path) -> AsyncIterator[Client]:
    async with server(tmp_path) as client:
        yield client
