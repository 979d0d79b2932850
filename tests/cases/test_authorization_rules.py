"""The rules of purchase authorizations (docs/rules.md, section 4), each told as a story. Authorized on day 0."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from cases.journal import Outcome
from cases.simulation import always_up
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import ALL_APPS, Story, lines, refusing

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


@pytest.mark.rule("A19", "4.3")
def test_when_no_warning_can_get_out_nothing_is_deactivated_until_the_account_manager_decides(
    begin: partial[Story],
) -> None:
    story = begin(relay=refusing("contact", "account_manager"))
    number = story.authorize(0)
    assert story.refused("deactivate", 60, number, **WHY) == ["not_overdue"]
    story.until(200)
    assert story.state(number) == "overdue"
    warnings = [one for one in story.not_sent(number) if one[1] == "deactivation_warning"]
    assert warnings == [
        (day, "deactivation_warning", reader, "recipient_refused")
        for day in (47, 54, 60)
        for reader in ("contact", "account_manager")
    ]
    assert story.next_event(200) != ("deactivation", 201)
    story.relay = always_up
    story.tell("deactivate", 201, number, **WHY)
    assert story.changes(number)[-1] == (201, "deactivated")
    assert story.to("contact", number, since=201) == [(201, "licences_deactivated")]


@pytest.mark.rule("A19", "not_overdue")
def test_deactivating_is_possible_from_day_61_on_and_only_while_overdue(begin: partial[Story]) -> None:
    story = begin(relay=refusing("contact", "account_manager"))
    number = story.authorize(0)
    assert story.refused("deactivate", 60, number, at=story.at(60, 23, 59), **WHY) == ["not_overdue"]
    assert story.reasons[0]["possible_from"] == "2026-03-07"
    story.tell("deactivate", 61, number, at=story.at(61, 0, 0), **WHY)
    assert story.refused("deactivate", 62, number, **WHY) == ["not_overdue"]


@pytest.mark.rule("4.3", "A12")
def test_one_reader_who_got_the_warning_is_enough(begin: partial[Story]) -> None:
    story = begin(relay=refusing("contact"))
    number = story.authorize(0)
    story.until(70)
    assert story.changes(number)[-1] == (61, "deactivated")


@pytest.mark.rule("4.3", "A11")
def test_from_day_61_on_a_fresh_warning_goes_out_each_day_until_one_gets_through(story: Story) -> None:
    number = story.authorize(0)
    story.mail_is_down(40, 66)
    story.until(80)
    assert story.changes(number)[-2:] == [(15, "overdue"), (67, "deactivated")]
    assert story.to("contact", number, since=40) == [(66, "deactivation_warning"), (67, "licences_deactivated")]
    assert story.letter("deactivation_warning")["deactivated_on"] == "2026-03-13"
    days = {day for day, name, *_ in story.not_sent(number) if name == "deactivation_warning"}
    assert days == {47, 54, 60, 61, 62, 63, 64, 65}


@pytest.mark.rule("4.3")
def test_a_warning_that_gets_out_in_the_evening_of_day_60_deactivates_at_midnight_and_a_later_one_a_day_later(
    policy: Policy, catalogue: Catalogue
) -> None:
    found = []
    for hour in (23, 25):
        story = Story(policy, catalogue)
        number = story.authorize(0)
        story.down = story.at(40, 0, 0), story.at(60, 0, 0) + timedelta(hours=hour)
        story.until(80)
        found.append(story.changes(number)[-1])
    # After midnight the warning of day 60 names a day that has begun: it is not delivered any more.
    assert found == [(61, "deactivated"), (62, "deactivated")]


@pytest.mark.rule("4.3", "M9")
def test_a_new_account_manager_who_can_be_reached_is_warned_though_both_refused_before(begin: partial[Story]) -> None:
    story = begin(relay=refusing("contact", "account_manager"))
    number = story.authorize(0)
    story.until(100)
    story.relay = refusing("contact")
    story.tell("assign_account_manager", 101, id="am-2", name="Piet Smit", email="piet@example.com")
    story.until(110)
    assert (102, "deactivation_warning") in story.to("account_manager", number)
    assert story.changes(number)[-1] == (103, "deactivated")


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


@pytest.mark.rule("2.8")
def test_of_what_became_due_during_an_outage_each_reader_gets_the_newest_alone(story: Story) -> None:
    number = story.authorize(0)
    story.mail_is_down(5, 28)
    story.until(28)
    assert story.sent(number, since=1) == [
        (28, 0, "payment_overdue", "contact"),
        (28, 0, "overdue_reminder", "account_manager"),
    ]
    why = {name: reason for _day, name, reader, reason in story.not_sent(number) if reader == "account_manager"}
    assert why == {"order_reminder": "shelf_life_over", "payment_overdue": "superseded"}


@pytest.mark.rule("2.9")
def test_a_letter_that_waits_longer_than_its_shelf_life_is_undelivered_and_loud(story: Story) -> None:
    number = story.authorize(0)
    story.order(1, number)
    story.direct(3)
    second = story.authorize(4)
    story.mail_is_down(5, 25)
    story.order(5, second)
    story.until(18)
    assert not story.world.authorizations[second].unreachable
    story.until(26)
    assert (5, "order_received", "contact", "shelf_life_over") in story.not_sent(second)
    assert (25, 0, "letter_undeliverable", "account_manager") in story.sent(second)
    assert story.world.authorizations[second].unreachable
    assert story.state(second) == "settled"


@pytest.mark.rule("2.9")
def test_an_invitation_keeps_as_long_as_it_stands_and_a_reminder_until_the_date_it_names(story: Story) -> None:
    number = story.authorize(0)
    story.mail_is_down(1, 60)
    story.until(15)
    assert story.not_sent(number) == [
        (7, "order_reminder", "account_manager", "superseded"),
        (12, "order_reminder", "account_manager", "superseded"),
        (14, "order_reminder", "account_manager", "shelf_life_over"),
    ]
    story.until(32)
    assert (21, "invitation_reminder", "contact", "shelf_life_over") in story.not_sent("customer")


@pytest.mark.rule("2.9", "A6")
def test_a_reminder_whose_order_came_in_before_it_could_be_sent_is_skipped(story: Story) -> None:
    number = story.authorize(0)
    story.mail_is_down(7, 9)
    story.order(8, number)
    story.until(10)
    assert story.not_sent(number) == [(7, "order_reminder", "account_manager", "reason_gone")]
    assert story.sent(number, since=1) == [(9, 0, "order_received", "contact")]


@pytest.mark.rule("2.10")
def test_on_the_day_of_a_change_no_reminder_goes_to_the_same_reader(policy: Policy, catalogue: Catalogue) -> None:
    stage = policy.authorization.model_copy(update={"warning_days": (46, 7, 1)})  # day 15 itself
    story = Story(policy.model_copy(update={"authorization": stage}), catalogue)
    number = story.authorize(0)
    story.until(16)
    assert story.sent(number, since=15) == [
        (15, 8, "payment_overdue", "contact"),
        (15, 8, "payment_overdue", "account_manager"),
    ]
    assert story.not_sent(number) == [
        (15, "deactivation_warning", "contact", "superseded"),
        (15, "deactivation_warning", "account_manager", "superseded"),
    ]


@pytest.mark.rule("2.11")
@pytest.mark.parametrize(
    ("profile", "days"), [("classic", [(0, "pending"), (31, "overdue"), (61, "deactivated")]),
                          ("strict", [(0, "pending"), (15, "overdue"), (16, "deactivated")])],
)  # fmt: skip
def test_a_case_lives_under_the_policy_it_started_with(
    catalogue: Catalogue, shipped: str, profile: str, days: list[tuple[int, str]]
) -> None:
    story = Story(Policy.from_toml(shipped, profile), catalogue)
    number = story.authorize(0)
    assert story.world.authorizations[number].policy is story.world.customer.policy
    story.until(90)
    assert story.changes(number) == days


@pytest.mark.rule("11.2")
def test_a_letter_hour_of_midnight_sends_with_the_change(policy: Policy, catalogue: Catalogue) -> None:
    story = Story(policy.model_copy(update={"letter_hour": 0}), catalogue)
    number = story.authorize(0)
    story.until(16)
    assert story.sent(number, since=15) == [
        (15, 0, "payment_overdue", "contact"),
        (15, 0, "payment_overdue", "account_manager"),
    ]


@pytest.mark.rule("4.3")
def test_on_the_day_of_a_late_warning_the_overdue_reminder_gives_way_and_both_are_accounted_for(story: Story) -> None:
    number = story.authorize(0)
    story.mail_is_down(40, 64)  # day 64 brings a reminder and a fresh warning in one hour
    story.until(65)
    assert story.changes(number)[-1] == (65, "deactivated")
    assert (64, "overdue_reminder", "account_manager", "superseded") in story.not_sent(number)
    assert (64, 8, "deactivation_warning", "account_manager") in story.sent(number)


@pytest.mark.rule("2.6")
def test_a_part_ordered_at_the_very_instant_of_a_reminder_does_not_silence_it(story: Story) -> None:
    number = story.authorize(0)
    story.order(7, number, quantity=2, at=story.at(7, 8, 0), ordered_at=story.at(7, 8, 0).isoformat())
    story.until(8)
    assert (7, 8, "order_reminder", "account_manager") in story.sent(number)


@pytest.mark.rule("7.1")
def test_products_added_later_in_the_term_are_ordered_to_the_same_anniversary(story: Story) -> None:
    story.direct(0)
    answer = story.tell("authorize_purchase", 40, requested_by="member", lines=lines()) if story.accept(1) else {}
    assert (answer["order_from"], answer["months_to_order"], answer["provisional"]) == ("2026-03-05", 10, False)


@pytest.mark.rule("11.22")
def test_what_was_added_before_the_anniversary_and_is_ordered_after_it_runs_to_the_next_one(story: Story) -> None:
    story.accept(0)
    story.direct(0)
    number = story.authorize(360)
    story.renew(361)
    answer = story.order(370, number)
    assert (answer["order_from"], answer["months_to_order"]) == ("2027-01-05", 12)
    assert story.anniversary() == date(2028, 1, 5)
    again = story.world.authorizations[number].facts.duration
    assert again is not None
    assert (again.order_from, again.months) == (date(2027, 1, 5), 12)


@pytest.mark.rule("8.1")
def test_a_letter_that_was_refused_for_good_is_not_tried_again(begin: partial[Story]) -> None:
    story = begin(relay=refusing("account_manager"))
    number = story.authorize(0, requested_by="member")
    assert story.not_sent(number) == [(0, "products_added_by_member", "account_manager", "recipient_refused")]
    assert story.world.authorizations[number].unreachable
    assert Outcome.UNDELIVERED in {entry.outcome for _, entry in story.world.timeline()}
