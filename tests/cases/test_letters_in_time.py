"""Letters after an outage, on the day of a change, past their shelf life (docs/rules.md, section 2)."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from cases.journal import Outcome
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import Story, lines, refusing

WHY: dict[str, Any] = {"reason": "so it was agreed"}


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


def test_a_customer_that_is_set_back_and_goes_another_way_tells_what_its_clock_says_under_the_same_keys(
    begin: partial[Story],
) -> None:
    """So nothing that had left is sent again, and nothing new is taken for it."""
    lost, restored = begin(), begin()
    for course in (lost, restored):
        course.accept(1)
        course.authorize(2)
    before = set(restored.written)
    lost.direct(3, reference="PO-1")
    lost.authorize(4)
    restored.direct(3, at=restored.at(3, 16), reference="PO-2")
    restored.authorize(5, 9)
    for course in (lost, restored):
        course.until(30)
    assert before <= set(lost.written) & set(restored.written)
    of_the_clock = {"order_reminder", "payment_overdue", "overdue_reminder"}
    first = "0" * 19 + "1"
    for story, other in ((lost, restored), (restored, lost)):
        keys = {key for key, one in story.written.items() if one["letter"] in of_the_clock and key.startswith(first)}
        assert keys
        assert keys <= set(other.written)
    for letter in ("order_received", "products_added"):
        new = [{key for key, one in each.written.items() if one["letter"] == letter} for each in (lost, restored)]
        assert len(new[0] - before) == len(new[1] - before) == 1
        assert (new[0] & new[1]) <= before
