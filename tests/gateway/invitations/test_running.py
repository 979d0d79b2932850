"""The page before real cases: with the link from the letter, a real server and a real worker."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from temporalio.client import Client

from gateway.answers import JournalEntry
from gateway.client import Gateway
from gateway.invitations.composing import page_of
from local.ports import ANY
from tests.gateway.waiting import key
from tests.workflows.lab import ENCRYPTING, INVITATION, Lab, lab, server
from worker import working

LINK = re.compile(r"/invitations/\S+")


@asynccontextmanager
async def browser(house: Lab, gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    made = page_of(house.settings, gateway, time_zone="UTC")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(made), base_url="http://127.0.0.1:9") as client:
        yield client


async def invited(gateway: Gateway, house: Lab, **changes: Any) -> tuple[str, str]:
    """The VIP number of a customer, and where the link in its letter leads."""
    to = f"{secrets.token_hex(6)}@example.com"
    body: Any = {**INVITATION, "contact": {"name": "Mette Holm", "email": to}, **changes}
    number = str((await gateway.invite(body, key()))["vip_number"])
    return number, await link_to(house, to)


async def link_to(house: Lab, address: str) -> str:
    letter = await house.sink.wait_for(lambda one: address in one.rcpt_to and "/invitations/" in one.text, seconds=60)
    found = LINK.search(letter.text)
    assert found is not None
    return found[0]


def form(name: str = "Mette Holm") -> dict[str, str]:
    return {"name": name, "terms_version": "1"}


async def acceptances(gateway: Gateway, number: str) -> list[JournalEntry]:
    return [entry for entry in await gateway.journal(number) if entry.get("to") == "accepted"]


async def test_the_link_of_the_letter_leads_to_the_page_and_the_button_accepts(gateway: Gateway, house: Lab) -> None:
    number, link = await invited(gateway, house)
    async with browser(house, gateway) as reader:
        for method in ("GET", "HEAD", "GET"):
            assert (await reader.request(method, link)).status_code == 200
        page = await reader.get(link)
        assert number in page.text
        assert page.headers["content-language"] == "da"
        assert (await gateway.customer(number))["state"] == "invited"
        done = await reader.post(link, data=form(), follow_redirects=True)
    assert (done.status_code, "Invitationen er accepteret" in done.text) == (200, True)
    assert re.search(r"Accepteret \d+\. \w+ \d{4} \(UTC\)", done.text)
    customer = await gateway.customer(number)
    assert (customer["state"], customer["console_access"]) == ("accepted", True)
    [entry] = await acceptances(gateway, number)
    assert entry["actor"] == "the invitation's page"
    recorded: Any = customer["history"]
    assert (recorded["accepted_by"]["name"], recorded["terms_version"]) == ("Mette Holm", "1")


async def test_ten_clicks_at_once_are_one_acceptance_and_each_sees_the_page_that_says_so(
    gateway: Gateway, house: Lab
) -> None:
    number, link = await invited(gateway, house)
    async with browser(house, gateway) as reader:
        clicks = [reader.post(link, data=form(f"Name {count % 2}"), follow_redirects=True) for count in range(10)]
        pages = await asyncio.gather(*clicks)
        later = await reader.post(link, data=form("Somebody else"), follow_redirects=True)
    for page in (*pages, later):
        assert (page.status_code, "Invitationen er accepteret" in page.text) == (200, True)
    assert len(await acceptances(gateway, number)) == 1
    welcome = [entry for entry in await gateway.journal(number) if entry.get("letter") == "welcome"]
    assert len(welcome) == 1


async def test_a_link_that_was_handed_over_ends_and_the_new_one_works(gateway: Gateway, house: Lab) -> None:
    number, link = await invited(gateway, house)
    to = f"{secrets.token_hex(6)}@example.com"
    body = {"name": "Ida Krogh", "email": to, "language": "nl", "reason": "Mette is on leave"}
    await gateway.update_customer(number, "hand_over_contact", body, key())
    new = await link_to(house, to)
    async with browser(house, gateway) as reader:
        for answer in (await reader.get(link), await reader.post(link, data=form())):
            assert answer.status_code == 410
            assert "This link has been replaced" in answer.text
            assert [told for told in ("Aarhus", "Ida", number) if told in answer.text] == []
        assert (await gateway.customer(number))["state"] == "invited"
        assert "Word lid van" in (await reader.get(new)).text
        assert (await reader.post(new, data=form("Ida Krogh"))).status_code == 303
    recorded: Any = (await gateway.customer(number))["history"]
    assert recorded["accepted_by"]["name"] == "Ida Krogh"


async def test_a_link_works_on_after_another_sending_and_ends_with_the_withdrawal(gateway: Gateway, house: Lab) -> None:
    number, link = await invited(gateway, house)
    await gateway.update_customer(number, "resend_invitation", {}, key())
    async with browser(house, gateway) as reader:
        assert (await reader.get(link)).status_code == 200
        await gateway.update_customer(number, "withdraw_invitation", {"reason": "by mistake"}, key())
        for answer in (await reader.get(link), await reader.post(link, data=form())):
            assert (answer.status_code, "trukket tilbage" in answer.text) == (410, True)
            assert "Aarhus" not in answer.text
    assert await acceptances(gateway, number) == []


async def test_an_expired_invitation_says_so_until_it_is_sent_again(gateway: Gateway, house: Lab) -> None:
    to, long_ago = f"{secrets.token_hex(6)}@example.com", (datetime.now(UTC) - timedelta(days=40)).date()
    body: Any = {**INVITATION, "contact": {"name": "Mette Holm", "email": to}, "history": {"invited_on": str(long_ago)}}
    number = str((await gateway.invite(body, key()))["vip_number"])
    assert (await gateway.customer(number))["state"] == "expired"
    await gateway.update_customer(number, "resend_invitation", {}, key())
    link = await link_to(house, to)
    async with browser(house, gateway) as reader:
        assert (await reader.post(link, data=form())).status_code == 303


async def test_while_no_worker_is_there_the_page_asks_for_patience_and_then_the_same_form_accepts(
    client: Client,
) -> None:
    async with lab(client) as house:
        hasty = Gateway(client, task_queue=house.settings.task_queue, patience=1)
        patient = Gateway(client, task_queue=house.settings.task_queue, patience=60)
        number, link = await invited(patient, house)
    async with browser(house, hasty) as reader:
        for answer in (
            await reader.get(link, headers={"Accept-Language": "nl"}),
            await reader.post(link, data=form(), headers={"Accept-Language": "nl"}),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
            assert "Probeer het over een paar minuten opnieuw" in answer.text
        unknown = await reader.get("/invitations/x")
        assert unknown.status_code == 404
    async with house.sink, working(client, house.settings), browser(house, patient) as reader:
        assert (await reader.post(link, data=form())).status_code == 303
        assert len(await acceptances(patient, number)) == 1


async def test_while_the_server_is_away_the_page_says_so_in_the_readers_language(house: Lab, gateway: Gateway) -> None:
    _, link = await invited(gateway, house)
    address = f"127.0.0.1:{ANY.free().temporal}"
    for nowhere in (await Client.connect(address, lazy=True, data_converter=ENCRYPTING), await one_that_left()):
        async with browser(house, Gateway(nowhere, patience=1)) as reader:
            for answer in (await reader.get(f"{link}?lang=nl"), await reader.post(f"{link}?lang=nl", data=form())):
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
                assert "We kunnen op dit moment niet antwoorden" in answer.text


async def one_that_left() -> Client:
    """A client of a server that was there and is gone."""
    with TemporaryDirectory() as folder:
        async with server(Path(folder)) as client:
            return client
