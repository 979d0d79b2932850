"""Returns, and when an authorization is settled (docs/rules.md, section 4), told as stories. Authorized on day 0."""

from datetime import date
from typing import Any

import pytest

from tests.cases.story import ALL_APPS, Story, lines

WHY: dict[str, Any] = {"reason": "so it was agreed"}


@pytest.mark.rule("A15", "A16", "4.5")
def test_a_confirmed_return_removes_what_was_asked_for_and_the_anniversary_stays(story: Story) -> None:
    number = story.authorize(0)
    story.order(3, number)
    story.tell("request_return", 10, number, order_reference="PO-1", **WHY, lines=lines(2))
    assert story.sent(number, since=10) == [(10, 10, "return_requested", "account_manager")]
    assert story.held() == {ALL_APPS: 5}
    story.tell("confirm_return", 12, number)
    assert story.changes(number)[-2:] == [(10, "return_requested"), (12, "ordered")]
    assert story.held() == {ALL_APPS: 3}
    assert story.anniversary() == date(2027, 1, 8)
    assert [line["quantity"] for line in story.letter("return_completed", "account_manager")["return_lines"]] == [2]
    story.tell("request_return", 13, number, order_reference="PO-1", **WHY)
    story.tell("confirm_return", 14, number)
    assert story.changes(number)[-1] == (14, "returned")
    assert story.held() == {}
    assert story.to("contact", number, since=12) == [(12, "return_completed"), (14, "return_completed")]


@pytest.mark.rule("A16", "exceeds_held", "11.13")
def test_a_part_of_what_was_asked_for_can_be_confirmed_but_not_more(story: Story) -> None:
    number = story.authorize(0)
    story.order(1, number)
    assert story.refused("request_return", 2, number, order_reference="PO-1", **WHY, lines=lines(6)) == ["exceeds_held"]
    assert story.refused("request_return", 2, number, order_reference="PO-1", **WHY, lines=lines(0)) == [
        "invalid_request"
    ]
    story.tell("request_return", 2, number, order_reference="PO-1", **WHY, lines=lines(3))
    assert story.refused("confirm_return", 3, number, lines=lines(4)) == ["exceeds_held"]
    story.tell("confirm_return", 3, number, lines=lines(1))
    assert story.held() == {ALL_APPS: 4}


@pytest.mark.rule("A17")
def test_a_declined_return_leaves_everything_as_it_was_and_tells_the_account_manager(story: Story) -> None:
    number = story.direct(0)
    story.tell("request_return", 2, number, order_reference="D-1", **WHY)
    story.tell("decline_return", 3, number, reason="opened")
    assert story.changes(number)[-1] == (3, "ordered")
    assert story.sent(number, since=3) == [(3, 10, "return_declined", "account_manager")]
    assert story.letter("return_declined", "account_manager")["reason"] == "opened"
    assert story.held() == {ALL_APPS: 5}


@pytest.mark.rule("A15", "not_ordered", "return_window_closed", "no_return_open", "return_already_open", "not_found")
def test_each_return_that_cannot_be_asked_for_gets_its_code(story: Story) -> None:
    number = story.authorize(0)
    asked: dict[str, Any] = {"order_reference": "PO-1", **WHY}
    assert story.refused("request_return", 1, number, **asked) == ["not_ordered"]
    story.order(2, number, quantity=2)
    assert story.refused("request_return", 3, number, **asked) == ["not_ordered"]
    story.order(5, number, "PO-2")
    assert story.refused("request_return", 6, number, **{**asked, "order_reference": "PO-9"}) == ["not_found"]
    for name, body in (("confirm_return", {}), ("decline_return", WHY)):
        assert story.refused(name, 6, number, **body) == ["no_return_open"]
    assert story.refused("request_return", 17, number, **asked) == ["return_window_closed"]
    story.tell("request_return", 17, number, **{**asked, "order_reference": "PO-2"})
    assert story.refused("request_return", 18, number, **asked) == ["return_already_open"]
    story.tell("decline_return", 19, number, **WHY)
    assert story.refused("request_return", 20, number, **asked) == ["return_window_closed"]


@pytest.mark.rule("A15")
def test_a_return_can_be_asked_for_up_to_the_last_second_of_day_14(story: Story) -> None:
    number = story.direct(0)
    story.tell("request_return", 14, number, at=story.at(14, 23, 59, 59), order_reference="D-1", **WHY)
    late = story.direct(15, reference="D-2")
    assert story.refused("request_return", 30, late, at=story.at(30, 0, 0), order_reference="D-2", **WHY) == [
        "return_window_closed"
    ]


@pytest.mark.rule("A18", "4.5", "11.3")
def test_a_return_still_open_when_its_window_ends_stays_open_and_is_told_when_it_ends(story: Story) -> None:
    number = story.direct(0)
    story.tell("request_return", 10, number, order_reference="D-1", **WHY, lines=lines(1))
    story.until(40)
    assert story.state(number) == "return_requested"
    story.tell("confirm_return", 41, number)
    assert story.changes(number)[-2:] == [(41, "ordered"), (41, "settled")]
    assert story.sent(number, since=41) == [
        (41, 10, "return_completed", "contact"),
        (41, 10, "return_completed", "account_manager"),
    ]
    assert story.not_sent(number) == []


@pytest.mark.rule("A18")
def test_an_authorization_is_settled_when_the_windows_of_all_its_orders_have_ended(story: Story) -> None:
    number = story.authorize(0)
    story.order(2, number, quantity=2)
    story.order(9, number, "PO-2")
    story.until(60)
    assert story.changes(number)[-1] == (24, "settled")
    assert story.refused("cancel", 60, number, **WHY) == ["not_pending"]
