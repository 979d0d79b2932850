"""What an operator reads on a case's page."""

import re
from pathlib import Path
from typing import Any

import pytest

from cases import shelf
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import Story
from tests.invitation import INVITE
from workflows.details import authorization_details, customer_details
from workflows.names import AUTHORIZATION_UPDATES, CUSTOMER_UPDATES

ROOT = Path(__file__).parents[2]
LIMIT = 2000
"""Bytes: the UI carries the text in an address."""


def begin(**invite: Any) -> Story:
    catalogue = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
    shelf.put(catalogue)
    return Story(Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8"), "default"), catalogue, **invite)


def customer_page(story: Story, day: int, *, organization: bool = True) -> str:
    story.until(day)
    return customer_details(story.world.customer, story.at(day), "default", organization)


def authorization_page(story: Story, number: str, day: int, *, organization: bool = True) -> str:
    story.until(day)
    return authorization_details(story.world.authorizations[number], story.at(day), "default", organization)


def possible(page: str) -> list[str]:
    return re.findall(r"`(\w+)`", page.partition("#### Updates possible now")[2])


def test_a_customers_page_tells_state_next_event_open_authorizations_and_what_can_be_done() -> None:
    story = begin()
    story.accept(0)
    number = story.authorize(0)
    page = customer_page(story, 1)
    assert page.startswith("## Aarhus Design ApS\n\n- Membership **accepted**, renewal **no_term**\n")
    assert "Next: order_due on 2026-01-20 (UTC)" in page
    assert "In the lists: pending_requests" in page
    assert f"- [{number}](/namespaces/default/workflows/authorization%3A{number}): **pending**, order_due on" in page
    assert {"authorize_purchase", "record_order", "hand_over_contact"} <= set(possible(page))


def test_a_customer_with_something_overdue_is_said_to_buy_nothing_new() -> None:
    story = begin()
    number = story.authorize(0)
    page = customer_page(story, 15)
    assert "**Buys nothing new** until what is late below is ordered" in page
    assert f"{number}](/namespaces/default/workflows/authorization%3A{number}): **overdue**" in page
    assert "authorize_purchase" not in possible(page)


def test_a_withdrawn_customer_can_be_told_nothing() -> None:
    story = begin()
    story.tell("withdraw_invitation", 1, reason="a mistake")
    page = customer_page(story, 1)
    assert "**Buys nothing**: The invitation was withdrawn" in page
    assert page.endswith("None: the case is closed.")


def test_an_authorizations_page_leads_to_its_customer_and_tells_every_date() -> None:
    story = begin()
    number = story.authorize(0)
    page = authorization_page(story, number, 1)
    assert f"Customer [{'A' * 20}](/namespaces/default/workflows/customer%3A{'A' * 20})" in page
    assert "Products: 5 x cc-all-apps-team" in page
    assert "To be ordered by 2026-01-19, deactivated on 2026-03-07 at the earliest" in page
    assert possible(page) == ["place_order", "cancel", "extend"]
    assert possible(authorization_page(story, number, 20)) == ["place_order", "write_off"]
    story.order(21, number)
    assert "Can be returned until 2026-02-09" in authorization_page(story, number, 21)


@pytest.mark.parametrize("organization", [True, False])
def test_no_page_names_a_person_and_the_organisation_only_where_the_setting_allows(organization: bool) -> None:
    story = begin()
    number = story.authorize(0, purchase_order="for Mette")
    for page in (
        customer_page(story, 1, organization=organization),
        authorization_page(story, number, 1, organization=organization),
    ):
        told = [INVITE["contact"]["name"], INVITE["contact"]["email"], INVITE["account_manager"]["name"], "Havnegade"]
        assert [one for one in told if one in page] == []
        assert (INVITE["organization"] in page) is organization


def test_a_name_is_text_and_never_markup() -> None:
    page = customer_page(begin(organization="*A* [b](http://c) <i>d</i>"), 0)
    assert page.splitlines()[0] == r"## \*A\* \[b\]\(http://c\) \<i\>d\</i\>"


def test_a_page_stays_small_however_much_is_open() -> None:
    story = begin(organization="<" * 80)
    numbers = [story.authorize(0) for _ in range(60)]
    page = customer_page(story, 16)
    assert "and 53 more: filter by VipNumber" in page
    assert len(page.encode()) < LIMIT
    assert len(authorization_page(story, numbers[0], 16).encode()) < LIMIT


def test_every_update_a_page_names_exists() -> None:
    story = begin()
    number = story.authorize(0)
    pages = [customer_page(story, 1), authorization_page(story, number, 2)]
    pages += [customer_page(story, 20), authorization_page(story, number, 20)]
    assert {name for page in pages for name in possible(page)} <= {*CUSTOMER_UPDATES, *AUTHORIZATION_UPDATES}
