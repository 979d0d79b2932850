"""Lists, next events, and what the details show (docs/rules.md, sections 6 and 11)."""

from functools import partial
from typing import Any

import pytest

from cases.answers import customer_answer
from cases.doors import preview
from states.catalogue import Catalogue
from tests.cases.story import ALL_APPS, Story, lines

WHY: dict[str, Any] = {"reason": "so it was agreed"}


@pytest.mark.rule(
    "6.1", "no_products", "pending_requests", "overdue_requests", "upcoming_renewals", "ready_for_renewal"
)
def test_a_customer_walks_through_the_lists(story: Story) -> None:
    story.accept(0)
    assert story.lists(0) == ["no_products"]
    number = story.authorize(1)
    assert story.lists(1) == ["pending_requests"]
    story.order(2, number, quantity=2)
    assert story.lists(2) == ["pending_requests"]
    story.until(20)
    assert story.lists(20) == ["overdue_requests"]
    story.until(70)
    assert story.lists(70) == ["overdue_requests"]
    story.order(71, number, "PO-2")
    assert story.lists(71) == []
    story.until(280)
    assert story.lists(280) == ["upcoming_renewals"]
    story.authorize(281)
    assert story.lists(281) == ["pending_requests", "upcoming_renewals"]
    story.until(340)
    assert story.lists(340) == ["overdue_requests", "ready_for_renewal"]
    story.until(380)
    assert story.lists(380) == ["overdue_requests", "ready_for_renewal"]


@pytest.mark.rule("no_products")
def test_an_expired_customer_without_products_is_in_no_list(story: Story) -> None:
    story.until(31)
    assert story.lists(31) == []


@pytest.mark.rule("11.23", "6.2")
def test_the_next_event_is_the_earliest_of_the_customer_and_its_open_authorizations(story: Story) -> None:
    assert story.next_event(0) == ("invitation_expires", 31)
    number = story.authorize(2)
    assert story.next_event(2) == ("order_due", 17)
    story.accept(3)
    assert story.next_event(3) == ("order_due", 17)
    story.until(17)
    assert story.next_event(17) == ("deactivation", 63)
    story.order(20, number)
    assert story.next_event(20) == ("renewal_upcoming", 296)
    answer = story.world.authorizations[number]
    assert answer.state.value == "ordered"
    story.until(296)
    assert story.next_event(296) == ("window_opens", 355)
    story.until(355)
    assert story.next_event(355) == ("anniversary", 385)
    story.until(385)
    assert story.next_event(385) == ("licences_expire", 416)
    story.renew(390)
    assert story.next_event(390) == ("renewal_upcoming", 661)
    story.renew(725, reference="R-2")
    assert story.next_event(725) == ("next_term", 750)


@pytest.mark.rule("11.23")
def test_an_ordered_authorization_next_ends_its_return_window(story: Story) -> None:
    answer = story.tell("record_order", 0, order_reference="D-1", lines=lines())
    assert answer["next_event"] == {"name": "return_window_ends", "at": "2026-01-20T00:00:00Z"}


@pytest.mark.rule("11.23", "5.5")
def test_with_everything_declined_the_next_event_is_the_end_of_the_licences(story: Story) -> None:
    story.accept(0)
    story.direct(0)
    story.tell("decline_renewal", 340, **WHY)
    assert story.next_event(340) == ("licences_expire", 396)


@pytest.mark.rule("6.3", "6.2")
def test_the_details_show_per_product_what_is_open_held_deactivated_and_renewed(story: Story) -> None:
    story.accept(0)
    story.direct(0)
    story.authorize(280, 3)
    pending = story.authorize(290, 2)
    story.renew(342, 4)
    whole = customer_answer(story.world.customer, story.at(342), whole=True)
    assert whole["products"] == [
        {
            "product": ALL_APPS,
            "name": "Creative Cloud All Apps for teams",
            "held": 5,
            "open": 2,
            "deactivated": 3,
            "renewed": 4,
            "declined": 0,
        }
    ]
    assert [one["state"] for one in whole["open_authorizations"]] == ["deactivated", "overdue"]
    assert [one["state"] for one in whole["authorizations"]] == ["settled", "deactivated", "overdue"]
    assert whole["open_authorizations"][1]["authorization_number"] == pending
    assert (
        whole.items()
        >= {
            "organization": "Aarhus Design ApS",
            "market_segment": "commercial",
            "anniversary_date": "2027-01-05",
            "state": "accepted",
            "unreachable": False,
        }.items()
    )


@pytest.mark.rule("4.6")
def test_a_preview_answers_as_the_authorization_would_and_nothing_happens(story: Story, catalogue: Catalogue) -> None:
    asked: dict[str, Any] = {"requested_by": "member", "lines": lines()}
    before = story.picture()
    seen = preview(story.world.customer, asked, story.at(0), catalogue)
    assert story.picture() == before
    told = story.tell("authorize_purchase", 0, **asked)
    assert "authorization_number" not in seen
    assert {name: value for name, value in told.items() if name != "authorization_number"} == seen


@pytest.mark.rule("2.2")
@pytest.mark.parametrize("written", ["2026-01-08T11:30:00+01:00", "2026-01-08T10:30:00Z"])
def test_instants_with_any_offset_are_utc_inside_and_those_without_a_zone_are_refused(
    begin: partial[Story], written: str
) -> None:
    story = begin()
    number = story.authorize(0)
    bare = written[:19]
    assert story.refused("place_order", 4, number, order_reference="PO-1", ordered_at=bare) == ["invalid_request"]
    answer = story.order(4, number, ordered_at=written)
    assert answer["orders"][0]["ordered_at"] == "2026-01-08T10:30:00Z"
