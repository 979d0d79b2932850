"""Order references, quantities, and what is overdue (docs/rules.md, section 4), told as stories."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.cases.story import ALL_APPS, Story, lines

WHY: dict[str, Any] = {"reason": "so it was agreed"}


@pytest.mark.rule("4.4", "order_reference_conflict", "11.24")
def test_the_same_order_again_changes_nothing_and_gets_the_same_answer(story: Story) -> None:
    number = story.authorize(0)
    first = story.order(3, number, quantity=2)
    written = len(story.world.timeline())
    assert story.order(4, number, quantity=2) == first
    assert story.order(200, number) == first  # without lines, long after
    assert story.refused("place_order", 200, number, order_reference="PO-1", lines=lines(3)) == [
        "order_reference_conflict"
    ]
    assert len([one for one in story.world.timeline() if one[1].trigger == "place_order"]) == 1
    assert written < len(story.world.timeline())


@pytest.mark.rule("4.4")
def test_one_reference_may_cover_several_authorizations_but_only_one_direct_order(story: Story) -> None:
    first, second = story.authorize(0), story.authorize(0)
    story.order(1, first)
    story.order(1, second)
    direct = story.tell("record_order", 1, order_reference="PO-1", lines=lines(2))
    assert story.tell("record_order", 2, order_reference="PO-1", lines=[*lines(1), *lines(1)]) == direct
    assert story.refused("record_order", 2, order_reference="PO-1", lines=lines(3)) == ["order_reference_conflict"]
    assert len(story.world.authorizations) == 3


@pytest.mark.rule("4.4", "exceeds_open", "quantity_out_of_range", "11.13")
def test_an_order_of_more_than_is_open_or_of_less_than_one_is_refused_and_claims_no_reference(story: Story) -> None:
    number = story.authorize(0)
    refused = partial(story.refused, "place_order", 1, number, order_reference="PO-1")
    assert refused(lines=lines(6)) == ["exceeds_open"]
    assert refused(lines=[*lines(3), *lines(3)]) == ["exceeds_open"]
    assert refused(lines=lines(0)) == ["quantity_out_of_range"]
    assert refused(lines=lines(1, "photoshop-team")) == ["exceeds_open"]
    story.order(1, number, "PO-1")
    assert refused(order_reference="PO-2") == ["nothing_open"]


@pytest.mark.rule("4.8", "11.11", "quantity_out_of_range")
def test_lines_of_one_product_are_added_up_before_the_largest_quantity_is_checked(story: Story) -> None:
    two = [*lines(200), *lines(51)]
    assert story.refused("authorize_purchase", 1, requested_by="member", lines=two) == ["quantity_out_of_range"]
    answer = story.tell("authorize_purchase", 1, requested_by="account_manager", lines=two)
    assert [(line["product"], line["quantity"]) for line in answer["lines"]] == [(ALL_APPS, 251)]


@pytest.mark.rule("4.8", "overdue_items")
def test_what_becomes_overdue_at_this_very_moment_counts_though_its_timer_has_not_been_processed(story: Story) -> None:
    number = story.authorize(0)
    story.until(14)
    customer = story.world.customer
    assert customer.state_of(number, story.at(15, 0, 0) - timedelta(microseconds=1)) == "pending"
    assert customer.state_of(number, story.at(15, 0, 0)) == "overdue"
    story.workers_are_down(15, 10)
    ask: dict[str, Any] = {"requested_by": "member", "lines": lines()}
    assert story.refused("authorize_purchase", 15, at=story.at(15, 10, 30), **ask) == ["overdue_items"]
    assert story.state(number) == "pending"


@pytest.mark.rule("11.16", "overdue_items")
def test_what_a_caller_was_told_about_an_order_is_what_the_next_request_is_judged_by(story: Story) -> None:
    number = story.authorize(0)
    assert story.refused("authorize_purchase", 20, requested_by="member", lines=lines()) == ["overdue_items"]
    assert story.order(20, number)["state"] == "ordered"
    story.authorize(20)


@pytest.mark.rule("4.7", "11.14")
def test_a_lost_authorization_counts_as_overdue_and_can_be_written_off(story: Story) -> None:
    number = story.authorize(0)
    story.order(1, number, quantity=2)
    del story.world.authorizations[number]
    del story.world.due[number]
    story.until(3)
    story.world.customer.mark_lost(number, story.at(3))
    assert story.lists(3) == ["overdue_requests"]
    assert story.refused("authorize_purchase", 4, requested_by="member", lines=lines()) == ["overdue_items"]
    assert story.refused("write_off_lost", 4, authorization_number="F" * 20, **WHY) == ["not_found"]
    answer = story.tell("write_off_lost", 5, authorization_number=number, **WHY)
    assert answer["state"] == "ordered"
    assert story.lists(5) == []
    assert story.held() == {ALL_APPS: 2}
    story.authorize(5)
    assert story.refused("write_off_lost", 6, authorization_number=number, **WHY) == ["not_overdue"]
    story.until(30)
    assert story.state(number) == "settled"
