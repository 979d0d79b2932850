"""`vip up` as a person meets it: started, looked at, walked through, stopped, started again."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio

from local.ports import ANY, USUAL
from local.views import VIEWS, managed_by
from states.authorization import State as Authorization
from states.membership import State as Membership
from states.renewal import State as Renewal
from states.standing import CustomerList
from tests.e2e.installation import Installation, run, up
from tests.local.reaching import client_of

pytestmark = pytest.mark.timeout(400)  # many processes: slow where much else runs

RUNNING = ' AND ExecutionStatus="Running"'


def invitation(email: str = "mette@fjordlys.example.com") -> list[str]:
    """The options of an invitation."""
    said = {
        "organization": "Fjordlys Film ApS",
        "segment": "commercial",
        "offer-type": "team",
        "region": "DK",
        "address": "Havnegade 12, Aarhus",
        "postal-code": "8000",
        "contact-name": "Mette Holm",
        "contact-email": email,
        "manager-id": "am-jens",
        "manager-name": "Jens Friis",
        "manager-email": "jens@reseller.example.com",
    }
    return [word for name, value in said.items() for word in (f"--{name}", value)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with up(tmp_path_factory.mktemp("installed")) as installation:
        yield installation


async def count(installed: Installation, query: str) -> int:
    client = await client_of(installed.stack)
    return (await client.count_workflows(query)).count


async def test_the_first_start_makes_a_case_in_every_state_and_three_customers_in_every_list(
    installed: Installation,
) -> None:
    cases = {
        **{f'CustomerState="{state}"{RUNNING}': 1 for state in Membership},
        **{f'RenewalState="{state}"{RUNNING}': 1 for state in Renewal},
        # Those that are over have ended.
        **{f'AuthorizationState="{state}"': 1 for state in Authorization},
        **{f'CustomerLists="{one}"{RUNNING}': 3 for one in CustomerList},
    }
    found = {query: await count(installed, query) for query in cases}
    assert {query: found[query] for query, least in cases.items() if found[query] < least} == {}
    assert await count(installed, "TemporalReportedProblems IS NOT NULL") == 0


async def test_the_views_it_names_show_what_the_lists_of_the_command_show(installed: Installation) -> None:
    text = "\n".join(installed.said)
    async with httpx2.AsyncClient() as browser:
        for view in VIEWS:
            assert f"{installed.stack.ui_url}{view.path}" in text
            page = (await browser.get(installed.stack.ui_url + view.path)).text
            found = re.search(r'href="([^"]+)"', page)
            assert found is not None
            query = parse_qs(urlsplit(unescape(found[1])).query)["query"]
            listed = await browser.get(
                f"{installed.stack.ui_url}/api/v1/namespaces/default/workflow-count", params={"query": query[0]}
            )
            assert int(listed.json().get("count", 0)) == await count(installed, view.query)
    for one in CustomerList:
        rows = (await installed.vip("customers", "--list", one.value))["items"]
        assert len(rows) == await count(installed, f'CustomerLists="{one}"{RUNNING}')
    rows = (await installed.vip("customers"))["items"]
    manager = rows[0]["account_manager"]["id"]
    mine = (await installed.vip("customers", "--managed-by", manager))["items"]
    assert 0 < len(mine) < len(rows)
    assert await count(installed, f'{managed_by(manager).query} AND WorkflowType="Customer"') == len(mine)


async def test_the_inbox_shows_what_was_sent_and_refuses_a_letter_that_is_not_there(installed: Installation) -> None:
    assert any(line.startswith("40 sample customers") for line in installed.said)
    assert 8 <= len(await installed.vip("inbox")) <= 40
    letter = await installed.vip("inbox", "1")
    assert letter["subject"] in (await installed.run("vip", "inbox")).output
    assert letter["text"].splitlines()[0] in (await installed.run("vip", "inbox", "1")).output
    assert await installed.refused("inbox", "999") == ["not_found"]


async def test_a_customer_is_walked_from_the_invitation_over_an_overdue_order_to_the_order(
    installed: Installation,
) -> None:
    invited = await installed.vip("invite", *invitation())
    vip = invited["vip_number"]
    assert (invited["state"], invited["lists"]) == ("invited", ["no_products"])
    accepted = await installed.vip("accept", vip, "--name", "Mette Holm")
    assert (accepted["state"], accepted["console_access"]) == ("accepted", True)
    number = (await installed.vip("authorize", vip, "cc-all-apps-team=5"))["authorization_number"]
    assert await count(installed, f'VipNumber="{vip}" AND CustomerLists="pending_requests"') == 1

    journey = await installed.vip("fast-forward", vip, "--days", "15")
    assert "overdue" in [entry.get("to") for entry in journey["items"]]
    assert (await installed.vip("show", number))["state"] == "overdue"
    assert await count(installed, f'VipNumber="{vip}" AND AuthorizationState="overdue"{RUNNING}') == 1
    assert await count(installed, f'VipNumber="{vip}" AND CustomerLists="overdue_requests"{RUNNING}') == 1
    assert await installed.refused("authorize", vip, "cc-all-apps-team=1") == ["overdue_items"]

    # The letters of a deadline go out in the morning, whatever the hour of this walk.
    await installed.vip("fast-forward", vip, "--days", "1")
    assert (await installed.vip("order", number, "PO-1"))["state"] == "ordered"
    customer = await installed.vip("show", vip)
    assert (customer["products"][0]["held"], customer["lists"]) == (5, [])
    assert (await installed.vip("authorize", vip, "photoshop-team=1"))["state"] == "pending"

    to_contact = await installed.vip("inbox", "--to", "mette@fjordlys.example.com")
    to_manager = await installed.vip("inbox", "--to", "jens@reseller.example.com")
    letters = await installed.vip("journal", number)
    sent = [(entry["letter"], entry["reader"]) for entry in letters if entry["kind"] == "letter"]
    assert sent.count(("payment_overdue", "contact")) == sent.count(("payment_overdue", "account_manager")) == 1
    assert sum("forfald" in letter["subject"].lower() for letter in to_contact) == 1
    assert any("overdue" in letter["subject"].lower() for letter in to_manager)
    text = (await installed.run("vip", "inbox", str(to_contact[-1]["number"]))).output
    assert "Fjordlys Film ApS" in text


async def test_the_link_of_an_invitation_leads_to_a_page_on_which_it_is_accepted(installed: Installation) -> None:
    invited = await installed.vip("invite", *invitation("bo@fjordlys.example.com"))
    letter = (await installed.vip("inbox", "--to", "bo@fjordlys.example.com"))[0]
    text = (await installed.vip("inbox", str(letter["number"])))["text"]
    link = next(word for word in text.split() if word.startswith(f"{installed.stack.page_url}/invitations/"))
    async with httpx2.AsyncClient() as browser:
        page = await browser.get(link)
        assert (page.status_code, "Fjordlys Film ApS" in page.text) == (200, True)
        assert (await installed.vip("show", invited["vip_number"]))["state"] == "invited"
        await browser.post(link, data={"name": "Bo Lund", "terms_version": "1"})
    assert (await installed.vip("show", invited["vip_number"]))["state"] == "accepted"


async def test_ctrl_c_stops_every_process_and_the_next_start_goes_on_from_there(tmp_path: Path) -> None:
    async with up(tmp_path) as first:
        ports = first.stack.ports
        numbers = {row["vip_number"] for row in (await first.vip("customers"))["items"]}
        vip = (await first.vip("invite", *invitation()))["vip_number"]
        await first.vip("accept", vip, "--name", "Mette Holm")
        number = (await first.vip("authorize", vip, "cc-all-apps-team=5"))["authorization_number"]
        await first.vip("fast-forward", vip, "--days", "15")
        journal, letters = await first.vip("journal", number), await first.vip("inbox")

        second = await run(tmp_path, "vip", "up")
        assert second.status == 2
        assert second.output.splitlines() == [
            f".data is in use by another vip up (process {first.process.pid}): stop that one, or choose another --data"
        ]
        await first.stop()
        assert first.said[-1] == "Stopped."

    async with up(tmp_path) as again:
        assert not any("Sample customers" in line for line in again.said)
        assert {row["vip_number"] for row in (await again.vip("customers"))["items"]} == numbers | {vip}
        assert await again.vip("journal", number) == journal
        assert await again.vip("inbox") == letters
        assert (await again.vip("order", number, "PO-1"))["state"] == "ordered"
        # Other ports were asked for; those of the first start are free again.
        assert again.stack.ports != ports
        await again.stop()


async def test_without_samples_there_is_nobody_and_ports_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    wrong = await run(tmp_path, "vip", "up", "--port-offset", "60000")
    assert (wrong.status, len(wrong.output.splitlines())) == (2, 1)
    assert "choose another offset" in wrong.output
    nobody = await run(tmp_path, "vip", "customers", TEMPORAL_ADDRESS="127.0.0.1:1")
    assert (nobody.status, "No Temporal server answers" in nobody.output) == (3, True)
    async with up(tmp_path, "--no-samples") as empty:
        assert (await empty.vip("customers"))["items"] == []


async def test_terms_that_cannot_be_used_stop_it_in_one_line_before_anything_works(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('version = "1 2"\n[en]\ntext = "All is well."\n', encoding="utf-8")
    more = {"VIP_TERMS": "terms.toml", "VIP_RESELLER_NAME": "A", "VIP_SUPPORT": "B", "VIP_LINK_SECRET": "s" * 40}
    for words in (("up", f"--port-offset={ANY.free().temporal - USUAL.temporal}"), ("serve", "--port=0")):
        done = await run(tmp_path, "vip", *words, VIP_PAYLOAD_ENCRYPTION="off", **more)
        assert (done.status, len(done.output.splitlines())) == (2, 1)
        assert "VIP_TERMS: the terms cannot be used: version: '1 2' is not a version" in done.output
