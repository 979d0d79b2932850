"""Requests, orders, cancelling, extending, writing off (docs/rules.md, section 4), told as stories."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import ALL_APPS, Story, lines

WHY: dict[str, Any] = {"reason": "so it was agreed"}


@pytest.mark.rule("A1", "4.6", "4.2")
def test_what_an_account_manager_authorizes_can_be_used_at_once_and_the_answer_names_every_date(story: Story) -> None:
    answer = story.tell("authorize_purchase", 0, requested_by="account_manager", lines=lines(), purchase_order="4711")
    assert story.to("contact", answer["authorization_number"]) == [(0, "products_added")]
    named = {
        "state": "pending",
        "order_due_by": "2026-01-19",
        "overdue_on": "2026-01-20",
        "last_warning_on": "2026-03-06",
        "deactivated_on": "2026-03-07",
        "order_from": "2026-01-05",
        "provisional": True,
    }
    assert answer.items() >= named.items()
    assert (answer["months_to_order"], answer["purchase_order"]) == (12, "4711")
    assert answer["next_event"] == {"name": "order_due", "at": "2026-01-20T00:00:00Z"}


@pytest.mark.rule("A2")
def test_what_the_member_authorizes_asks_the_account_manager_to_place_an_order(story: Story) -> None:
    number = story.authorize(0, requested_by="member")
    assert story.sent(number) == [(0, 10, "products_added_by_member", "account_manager")]


@pytest.mark.rule("A3", "product_not_authorizable")
def test_a_direct_order_is_paid_for_at_once_and_may_be_of_what_cannot_be_authorized(begin: partial[Story]) -> None:
    story = begin(offer_types=["enterprise"])
    device = lines(3, "acrobat-pro-enterprise-device")
    assert story.refused("authorize_purchase", 0, requested_by="member", lines=device) == ["product_not_authorizable"]
    number = story.direct(0, lines=device)
    assert story.changes(number) == [(0, "ordered")]
    assert story.sent(number) == [(0, 10, "order_received", "contact")]
    assert story.held() == {"acrobat-pro-enterprise-device": 3}


@pytest.mark.rule("A4", "A9", "A10", "A11", "A12")
def test_an_authorization_that_nobody_orders_is_reminded_of_overdue_warned_of_and_deactivated(story: Story) -> None:
    number = story.authorize(0)
    story.until(90)
    assert story.changes(number) == [(0, "pending"), (15, "overdue"), (61, "deactivated")]
    assert story.to("contact", number) == [
        (0, "products_added"), (15, "payment_overdue"), (47, "deactivation_warning"), (54, "deactivation_warning"),
        (60, "deactivation_warning"), (61, "licences_deactivated"),
    ]  # fmt: skip
    assert story.to("account_manager", number) == [
        (7, "order_reminder"), (12, "order_reminder"), (14, "order_reminder"), (15, "payment_overdue"),
        (22, "overdue_reminder"), (29, "overdue_reminder"), (36, "overdue_reminder"), (43, "overdue_reminder"),
        (47, "deactivation_warning"), (50, "overdue_reminder"), (54, "deactivation_warning"), (57, "overdue_reminder"),
        (60, "deactivation_warning"), (61, "licences_deactivated"),
    ]  # fmt: skip
    assert {hour for day, hour, *_ in story.sent(number) if day} == {8}
    assert story.not_sent(number) == []
    assert story.letter("deactivation_warning")["deactivated_on"] == "2026-03-07"


@pytest.mark.rule("A11")
def test_a_warning_takes_the_place_of_a_reminder_that_is_due_the_same_day(policy: Policy, catalogue: Catalogue) -> None:
    stage = policy.authorization.model_copy(update={"warning_days": (11,)})  # day 50, as a reminder
    story = Story(policy.model_copy(update={"authorization": stage}), catalogue)
    number = story.authorize(0)
    story.until(52)
    assert story.to("account_manager", number, since=44) == [(50, "deactivation_warning")]
    assert story.not_sent(number) == [(50, "overdue_reminder", "account_manager", "superseded")]


@pytest.mark.rule("A5", "4.1")
def test_an_order_of_a_part_pays_for_that_part_and_leaves_the_rest_its_deadlines(story: Story) -> None:
    number = story.authorize(0)
    story.order(5, number, quantity=2)
    assert story.state(number) == "pending"
    assert story.held() == {ALL_APPS: 2}
    assert story.anniversary() == date(2027, 1, 10)
    letter = story.letter("order_received")
    assert [(line["ordered"], line["open"]) for line in letter["lines"]] == [(2, 3)]
    assert [line["quantity"] for line in letter["order_lines"]] == [2]
    story.until(62)
    assert story.changes(number) == [(0, "pending"), (15, "overdue"), (61, "deactivated")]
    story.order(70, number, "PO-2", quantity=1)
    assert story.state(number) == "deactivated"
    story.order(71, number, "PO-3")
    assert story.changes(number)[-1] == (71, "ordered")
    assert story.held() == {ALL_APPS: 5}
    assert story.anniversary() == date(2027, 1, 10)


@pytest.mark.rule("A5")
def test_a_part_can_be_ordered_while_overdue(story: Story) -> None:
    number = story.authorize(0)
    story.order(20, number, quantity=2)
    assert story.state(number) == "overdue"
    assert story.to("contact", number, since=16) == [(20, "order_received")]
    assert story.lists(20) == ["overdue_requests"]


@pytest.mark.rule("A6")
def test_an_order_of_all_that_is_open_ends_the_reminders_and_fixes_the_anniversary(story: Story) -> None:
    number = story.authorize(0)
    story.order(3, number)
    story.until(60)
    assert story.changes(number) == [(0, "pending"), (3, "ordered"), (18, "settled")]
    assert story.sent(number) == [(0, 10, "products_added", "contact"), (3, 10, "order_received", "contact")]
    assert story.anniversary() == date(2027, 1, 8)


@pytest.mark.rule("A6", "A13", "overdue_items")
def test_the_block_is_lifted_once_nothing_else_is_overdue(story: Story) -> None:
    story.accept(0)
    first, second = story.authorize(0), story.authorize(1)
    story.order(16, first)
    ask: dict[str, Any] = {"requested_by": "account_manager", "lines": lines()}
    assert story.refused("authorize_purchase", 16, **ask) == ["overdue_items"]
    assert story.reasons[0]["authorizations"] == [second]
    assert story.refused("record_order", 16, lines=lines(), order_reference="D-1") == ["overdue_items"]
    story.until(62)
    assert story.refused("authorize_purchase", 62, **ask) == ["overdue_items"]
    story.order(63, second)
    assert story.to("contact", second, since=63) == [(63, "licences_reactivated")]
    assert story.to("account_manager", second, since=63) == [(63, "licences_reactivated")]
    story.authorize(63)


@pytest.mark.rule("A7", "4.1")
def test_cancelling_takes_the_open_quantity_away_and_tells_both(story: Story) -> None:
    number = story.authorize(0)
    story.tell("cancel", 3, number, **WHY)
    story.until(80)
    assert story.changes(number) == [(0, "pending"), (3, "cancelled")]
    assert story.sent(number, since=1) == [
        (3, 10, "authorization_cancelled", "contact"),
        (3, 10, "authorization_cancelled", "account_manager"),
    ]
    letter = story.letter("authorization_cancelled")
    assert (letter["reason"], letter["removed"][0]["quantity"], letter["written_off"]) == (WHY["reason"], 5, False)


@pytest.mark.rule("A7", "4.1")
def test_cancelling_after_a_part_was_ordered_leaves_that_part(story: Story) -> None:
    number = story.authorize(0)
    story.order(2, number, quantity=2)
    story.tell("cancel", 3, number, **WHY)
    assert story.changes(number)[-1] == (3, "ordered")
    assert story.held() == {ALL_APPS: 2}
    assert story.refused("place_order", 4, number, order_reference="PO-2") == ["nothing_open"]
    story.until(30)
    assert story.changes(number)[-1] == (17, "settled")


@pytest.mark.rule("A7", "A8", "not_pending")
def test_what_is_no_longer_pending_can_be_neither_cancelled_nor_extended(story: Story) -> None:
    number = story.authorize(0)
    story.order(3, number)
    assert story.refused("cancel", 4, number, **WHY) == ["not_pending"]
    assert "ask for a return" in story.reasons[0]["message"]
    late = story.authorize(4)
    assert story.refused("extend", 19, late, **WHY, days=1) == ["not_pending"]


@pytest.mark.rule("A8", "11.12", "4.2", "extension_limit")
def test_an_extension_moves_everything_after_it_and_the_reminders_come_again_without_a_letter(story: Story) -> None:
    number = story.authorize(0)
    answer = story.tell("extend", 14, number, **WHY, days=10)
    assert (answer["order_due_by"], answer["overdue_on"], answer["deactivated_on"]) == (
        "2026-01-29", "2026-01-30", "2026-03-17",
    )  # fmt: skip
    assert story.refused("extend", 15, number, **WHY, days=5) == ["extension_limit"]
    assert story.reasons[0]["days_left"] == 4
    assert story.refused("extend", 15, number, **WHY, days=0) == ["invalid_request"]
    story.tell("extend", 15, number, **WHY, days=4)
    story.until(80)
    assert story.changes(number) == [(0, "pending"), (29, "overdue"), (75, "deactivated")]
    assert story.to("account_manager", number)[:7] == [
        (7, "order_reminder"), (12, "order_reminder"), (14, "order_reminder"), (21, "order_reminder"),
        (26, "order_reminder"), (28, "order_reminder"), (29, "payment_overdue"),
    ]  # fmt: skip
    assert story.to("contact", number)[1:3] == [(29, "payment_overdue"), (61, "deactivation_warning")]


@pytest.mark.rule("A14", "4.1")
@pytest.mark.parametrize("day", [20, 70])
def test_writing_off_removes_the_open_quantity_and_lifts_the_block(story: Story, day: int) -> None:
    story.accept(0)
    number = story.authorize(0)
    story.tell("write_off", day, number, **WHY)
    assert story.changes(number)[-1] == (day, "written_off")
    for reader in ("contact", "account_manager"):
        assert story.to(reader, number, since=day) == [(day, "authorization_cancelled")]
    assert story.letter("authorization_cancelled")["written_off"]
    story.authorize(day)
    assert story.refused("place_order", day, number, order_reference="PO") == ["nothing_open"]
    assert "written off" in story.reasons[0]["message"]


@pytest.mark.rule("A14", "11.13", "11.3")
def test_a_write_off_that_leaves_something_ordered_long_ago_settles_at_once_and_both_are_told(story: Story) -> None:
    number = story.authorize(0)
    story.order(2, number, quantity=2)
    story.tell("write_off", 30, number, **WHY)
    assert story.changes(number)[-2:] == [(30, "ordered"), (30, "settled")]
    assert story.held() == {ALL_APPS: 2}
    assert story.sent(number, since=30) == [
        (30, 10, "authorization_cancelled", "contact"),
        (30, 10, "authorization_cancelled", "account_manager"),
    ]


@pytest.mark.rule("A14", "not_overdue")
def test_only_what_is_overdue_can_be_written_off(story: Story) -> None:
    number = story.authorize(0)
    assert story.refused("write_off", 14, number, **WHY) == ["not_overdue"]
    story.order(14, number)
    assert story.refused("write_off", 15, number, **WHY) == ["not_overdue"]


@pytest.mark.rule("A7", "11.22")
def test_the_duration_of_what_stays_ordered_after_a_cancellation_is_frozen(story: Story) -> None:
    number = story.authorize(0)
    story.order(2, number, quantity=2)
    answer = story.tell("cancel", 3, number, **WHY)
    assert (answer["months_to_order"], answer["provisional"]) == (12, False)
    assert story.world.authorizations[number].facts.duration is not None
