"""What is told late, and what an outage of the workers leaves (docs/rules.md, section 2), told as stories."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from tests.cases.story import Story, lines

WHY: dict[str, Any] = {"reason": "so it was agreed"}


@pytest.mark.rule("11.10", "2.5")
def test_a_request_told_late_is_as_far_as_it_would_be_and_only_the_newest_letter_goes(story: Story) -> None:
    story.until(40)
    story.tell("resend_invitation", 40)
    number = story.authorize(40, requested_at=story.at(10).isoformat())
    assert story.changes(number) == [(10, "pending"), (25, "overdue")]
    assert story.sent(number) == [
        (40, 10, "payment_overdue", "contact"),
        (40, 10, "overdue_reminder", "account_manager"),
    ]
    assert (10, "products_added", "contact", "reason_gone") in story.not_sent(number)


@pytest.mark.rule("11.10", "4.3")
def test_a_request_of_long_ago_is_deactivated_only_after_the_notice(story: Story) -> None:
    story.accept(1)
    story.until(99)
    number = story.authorize(100, requested_at=story.at(2).isoformat())
    assert story.state(number) == "overdue"
    assert story.sent(number) == [
        (100, 10, "deactivation_warning", "contact"),
        (100, 10, "deactivation_warning", "account_manager"),
    ]
    story.until(110)
    assert story.changes(number)[-1] == (101, "deactivated")


@pytest.mark.rule("2.6", "happened_out_of_range")
def test_an_event_lies_neither_in_the_future_nor_before_the_thing_itself(story: Story) -> None:
    number = story.authorize(2)
    refused = partial(story.refused, "place_order", 3, number, order_reference="PO-1")
    assert refused(ordered_at=(story.at(3) + timedelta(minutes=5, seconds=1)).isoformat()) == ["happened_out_of_range"]
    assert refused(ordered_at=(story.at(2) - timedelta(seconds=1)).isoformat()) == ["happened_out_of_range"]
    ahead = (story.at(3) + timedelta(minutes=5)).isoformat()
    answer = story.order(3, number, ordered_at=ahead)
    assert answer["orders"][0]["ordered_at"] == "2026-01-08T10:30:00Z"
    before = (story.at(0) - timedelta(seconds=1)).isoformat()
    for name, field, body in (
        ("authorize_purchase", "requested_at", {"requested_by": "member", "lines": lines()}),
        ("record_order", "ordered_at", {"order_reference": "D-1", "lines": lines()}),
        ("accept_invitation", "accepted_at", {"accepted_by": {"name": "Mette"}, "terms_version": "1"}),
    ):
        told: dict[str, Any] = {**body, field: before}
        assert story.refused(name, 4, **told) == ["happened_out_of_range"]


@pytest.mark.rule("2.6", "11.1")
@pytest.mark.parametrize(("seconds", "state"), [(0, "ordered"), (-1, "ordered")])
def test_an_order_placed_at_or_before_a_deadline_that_has_not_been_processed_wins(
    story: Story, seconds: int, state: str
) -> None:
    number = story.authorize(0)
    story.until(14)
    story.workers_are_down(16)
    placed = story.at(15, 0, 0) + timedelta(seconds=seconds)
    story.order(16, number, ordered_at=placed.isoformat())
    story.until(20)
    assert [one for _day, one in story.changes(number)] == ["pending", state]
    assert story.not_sent(number) == []


@pytest.mark.rule("2.6", "2.7")
def test_an_order_placed_after_a_deadline_comes_after_it_whenever_it_is_told(story: Story) -> None:
    number = story.authorize(0)
    story.until(14)
    story.workers_are_down(16)
    story.order(16, number, ordered_at=(story.at(15, 0, 0) + timedelta(seconds=1)).isoformat())
    assert story.changes(number) == [(0, "pending"), (15, "overdue"), (15, "ordered")]


@pytest.mark.rule("2.7")
def test_an_order_told_after_its_deadline_was_processed_counts_from_now_but_its_dates_from_the_day_it_was_placed(
    story: Story,
) -> None:
    number = story.authorize(0)
    story.until(19)
    answer = story.order(20, number, ordered_at=story.at(10).isoformat())
    assert story.changes(number) == [(0, "pending"), (15, "overdue"), (20, "ordered")]
    assert story.anniversary() == date(2027, 1, 15)
    assert answer["return_until"] == "2026-01-29"
    story.until(40)
    assert story.changes(number)[-1] == (25, "settled")


@pytest.mark.rule("2.5", "2.8", "2.7")
def test_workers_down_for_90_days_while_the_order_system_keeps_retrying(story: Story) -> None:
    number, other = story.authorize(0), story.authorize(0)
    story.until(1)
    story.workers_are_down(91)
    story.order(91, number, ordered_at=story.at(10).isoformat())
    story.until(95)
    assert story.changes(number) == [(0, "pending"), (10, "ordered"), (25, "settled")]
    assert story.changes(other) == [(0, "pending"), (15, "overdue"), (92, "deactivated")]
    assert story.to("contact", number, since=1) == [(91, "order_received")]
    assert story.to("contact", other, since=1) == [(91, "deactivation_warning"), (92, "licences_deactivated")]
    assert story.anniversary() == date(2027, 1, 15)
    entry = next(e for _, e in story.world.timeline() if e.target == "overdue")
    assert (entry.effective_at, entry.processed_at) == (story.at(15, 0, 0), story.at(91))


@pytest.mark.rule("2.4", "11.2")
def test_what_is_caught_up_in_the_night_waits_for_the_letter_hour_and_what_a_person_does_goes_at_once(
    story: Story,
) -> None:
    number = story.authorize(0)
    story.until(14)
    story.world.sleep(story.at(16, 3, 0))
    story.until(16, 7)
    assert story.changes(number)[-1] == (15, "overdue")
    assert story.sent(number, since=15) == []
    story.tell("write_off", 16, number, at=story.at(16, 7, 30), **WHY)
    story.until(17)
    assert story.sent(number, since=15) == [
        (16, 7, "authorization_cancelled", "contact"),
        (16, 7, "authorization_cancelled", "account_manager"),
    ]
    assert (15, "payment_overdue", "contact", "reason_gone") in story.not_sent(number)
