"""The rows of the renewal (docs/rules.md, section 5), each told as a story."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import ALL_APPS, Story, lines

ANNIVERSARY, WINDOW_OPENS = 365, 335
"""Days of the story."""
WHY: dict[str, Any] = {"reason": "not needed any more"}
BOTH = ("contact", "account_manager")


@pytest.mark.rule("R1")
def test_the_first_order_begins_a_term_of_twelve_months(story: Story) -> None:
    assert story.renewal == "in_term"
    assert story.anniversary() == date(2027, 1, 5)
    story.direct(100, reference="D-2")
    assert story.anniversary() == date(2027, 1, 5)


@pytest.mark.rule("R1", "5.7")
def test_the_first_order_of_somebody_with_a_custom_date_ends_on_it_while_it_is_ahead(begin: partial[Story]) -> None:
    story = begin(anniversary_date="2027-07-01")
    story.accept(0)
    story.direct(10)
    assert story.anniversary() == date(2027, 7, 1)
    story.renew(530)
    story.until(560)
    assert story.anniversary() == date(2028, 7, 1)


@pytest.mark.rule("5.7", "R1")
def test_a_custom_date_that_has_passed_before_anything_was_ordered_is_over(begin: partial[Story]) -> None:
    story = begin(anniversary_date="2027-01-06")
    story.accept(0)
    story.direct(366)
    assert story.anniversary() == date(2028, 1, 6)


@pytest.mark.rule("R2", "R3", "R4", "R5", "R7", "R8", "R12", "5.7")
def test_a_renewal_that_nobody_answers_walks_through_all_its_letters_and_lapses(story: Story) -> None:
    story.until(500)
    assert story.changes("renewal") == [
        (0, "in_term"), (276, "upcoming"), (335, "ready"), (365, "past_due"), (396, "lapsed"),
    ]  # fmt: skip
    to_both = [
        (335, "renewal_ready"), (351, "renewal_reminder"), (358, "renewal_reminder"), (365, "renewal_past_due"),
        (372, "renewal_last_chance"), (380, "renewal_last_chance"), (388, "renewal_last_chance"),
        (395, "renewal_last_chance"), (396, "licences_expired"),
    ]  # fmt: skip
    assert story.renewals_to("contact") == [(276, "renewal_upcoming"), *to_both]
    assert story.renewals_to("account_manager") == [(276, "renewal_upcoming"), (320, "renewal_reminder"), *to_both]
    assert {hour for day, hour, *_ in story.sent(since=1) if day > 30} == {8}
    assert story.held() == {}
    assert story.letter("renewal_last_chance")["lines"][0]["to_renew"] == 5
    assert story.letter("licences_expired")["removed"][0]["held"] == 5


@pytest.mark.rule("R12", "R1")
def test_after_a_lapse_a_first_order_starts_a_new_term_of_its_own_day(story: Story) -> None:
    story.direct(400, 3, "D-2")
    assert story.changes("renewal")[-2:] == [(396, "lapsed"), (400, "in_term")]
    assert story.held() == {ALL_APPS: 3}
    assert story.anniversary() == date(2028, 2, 9)


@pytest.mark.rule("R2")
def test_a_policy_may_keep_the_contact_out_of_renewal_upcoming(policy: Policy, catalogue: Catalogue) -> None:
    quiet = policy.renewal.model_copy(update={"contact_hears_of_upcoming": False})
    story = Story(policy.model_copy(update={"renewal": quiet}), catalogue)
    story.accept(0)
    story.direct(0)
    story.until(280)
    assert story.sent(since=200) == [(276, 8, "renewal_upcoming", "account_manager")]


@pytest.mark.rule("R6", "R10", "5.2")
def test_renewed_in_time_the_next_year_begins_on_the_anniversary_without_a_word(story: Story) -> None:
    answer = story.renew(340)
    assert answer["renewal_state"] == "renewed"
    assert story.sent(since=340) == [(340, 10, "renewal_received", "contact")]
    assert story.held() == {ALL_APPS: 5}
    story.until(600)
    assert story.changes("renewal")[3:] == [(340, "renewed"), (365, "in_term")]
    assert story.anniversary() == date(2028, 1, 5)
    assert story.held() == {ALL_APPS: 5}
    assert story.sent(since=341) == []


@pytest.mark.rule("5.1", "R5")
def test_several_renewal_orders_add_up_and_each_is_received_naming_what_is_still_to_renew(story: Story) -> None:
    story.renew(340, 2, "R-1")
    letter = story.letter("renewal_received")
    assert [(line["held"], line["renewed"], line["to_renew"]) for line in letter["lines"]] == [(5, 2, 3)]
    assert story.renewal == "ready"
    story.until(352)
    assert story.letter("renewal_reminder")["lines"][0]["to_renew"] == 3
    story.renew(353, 3, "R-2")
    assert story.renewal == "renewed"
    assert [one for one in story.to("contact") if one[1] == "renewal_received"] == [
        (340, "renewal_received"), (353, "renewal_received"),
    ]  # fmt: skip


@pytest.mark.rule("5.1", "5.2", "11.20")
def test_more_than_is_held_is_bought_into_the_new_term(story: Story) -> None:
    story.renew(340, lines=[*lines(7), *lines(1, "photoshop-team")])
    assert story.held() == {ALL_APPS: 5}
    story.renew(345, 1, "R-2")
    assert story.to("contact", since=345) == [(345, "renewal_received")]
    story.until(366)
    assert story.held() == {ALL_APPS: 8, "photoshop-team": 1}


@pytest.mark.rule("5.1", "offer_type_missing", "product_unknown", "quantity_out_of_range")
def test_the_buying_rules_apply_to_what_goes_beyond_what_is_held(story: Story) -> None:
    refused = partial(story.refused, "place_renewal_order", 340, order_reference="R-1")
    assert refused(lines=lines(1, "photoshop-enterprise")) == ["offer_type_missing"]
    assert refused(lines=lines(1, "nonsense")) == ["product_unknown"]
    assert refused(lines=lines(0)) == ["quantity_out_of_range"]
    assert refused(lines=lines(100_001)) == ["quantity_out_of_range"]


@pytest.mark.rule("11.19", "overdue_items")
def test_while_something_is_overdue_a_renewal_is_possible_up_to_what_is_held_and_the_refusal_says_so(
    story: Story,
) -> None:
    story.authorize(320)
    assert story.refused("place_renewal_order", 340, order_reference="R-1", lines=lines(6)) == ["overdue_items"]
    assert story.reasons[0]["legal_quantities"] == {ALL_APPS: 5}
    story.renew(340, 5)
    assert story.renewal == "renewed"


@pytest.mark.rule("5.3", "renewal_window_closed", "nothing_to_renew", "11.18")
def test_a_renewal_order_is_refused_outside_its_window_and_without_anything_to_renew(begin: partial[Story]) -> None:
    story = begin()
    story.accept(0)
    place = partial(story.refused, "place_renewal_order")
    decline = partial(story.refused, "decline_renewal")
    assert place(0, order_reference="R-1") == ["nothing_to_renew"]
    assert decline(0, **WHY) == ["nothing_to_renew"]
    story.direct(0)
    assert place(1, order_reference="R-1") == ["renewal_window_closed"]
    assert decline(1, **WHY) == ["renewal_window_closed"]
    assert place(300, order_reference="R-1") == ["renewal_window_closed"]
    assert place(340, order_reference="R-1", ordered_at=story.at(334).isoformat()) == ["renewal_window_closed"]
    assert place(397, order_reference="R-1", ordered_at=story.at(390).isoformat()) == ["renewal_window_closed"]
    assert decline(397, **WHY) == ["nothing_to_renew"]


@pytest.mark.rule("5.3")
def test_after_the_roll_a_renewal_order_of_the_year_before_is_too_late(story: Story) -> None:
    story.renew(340)
    late: dict[str, Any] = {"order_reference": "R-2", "lines": lines(1), "ordered_at": story.at(350).isoformat()}
    assert story.refused("place_renewal_order", 370, **late) == ["renewal_window_closed"]


@pytest.mark.rule("5.3", "2.6")
@pytest.mark.parametrize("down", [False, True])
def test_a_renewal_order_placed_as_the_window_opens_was_not_placed_before_it(story: Story, down: bool) -> None:
    story.until(334)
    if down:
        story.workers_are_down(336)
    story.renew(336, ordered_at=story.at(WINDOW_OPENS, 0, 0).isoformat())
    assert story.changes("renewal")[2:] == [(335, "ready"), (335, "renewed")]


@pytest.mark.rule("R7", "2.6")
def test_a_renewal_order_placed_at_the_very_instant_of_the_anniversary_is_in_time(story: Story) -> None:
    story.until(364)
    story.workers_are_down(367)
    story.renew(367, ordered_at=story.at(ANNIVERSARY, 0, 0).isoformat())
    assert story.changes("renewal")[3:] == [(365, "renewed"), (365, "in_term")]
    assert story.to("contact", since=360) == [(367, "renewal_received")]


@pytest.mark.rule("R9", "5.7")
def test_a_late_renewal_begins_the_next_year_at_once_and_does_not_move_the_anniversary(story: Story) -> None:
    story.renew(380)
    assert story.changes("renewal")[3:] == [(365, "past_due"), (380, "in_term")]
    assert story.anniversary() == date(2028, 1, 5)
    assert story.to("contact", since=380)[-1] == (380, "renewal_received")
    assert story.held() == {ALL_APPS: 5}


@pytest.mark.rule("R11", "5.2")
def test_what_was_renewed_goes_on_after_the_grace_and_the_rest_is_removed(story: Story) -> None:
    story.renew(340, 2)
    story.until(400)
    assert story.changes("renewal")[3:] == [(365, "past_due"), (396, "in_term")]
    assert story.held() == {ALL_APPS: 2}
    assert [story.to(reader, since=396) for reader in BOTH] == [[(396, "licences_expired")]] * 2
    removed = story.letter("licences_expired")["removed"]
    assert [(line["product"], line["held"]) for line in removed] == [(ALL_APPS, 3)]


@pytest.mark.rule("R11", "5.2")
def test_what_was_ordered_since_the_anniversary_needs_no_renewal_and_carries_the_term(story: Story) -> None:
    story.direct(370, 2, "D-2")
    assert story.held() == {ALL_APPS: 7}
    assert story.letter("renewal_past_due")["lines"][0]["to_renew"] == 5
    story.until(400)
    assert story.changes("renewal")[-1] == (396, "in_term")
    assert story.held() == {ALL_APPS: 2}
    assert story.anniversary() == date(2028, 1, 5)


@pytest.mark.rule("R13", "11.17")
def test_when_everything_is_returned_the_renewal_ends_and_a_custom_date_stays(begin: partial[Story]) -> None:
    story = begin(anniversary_date="2027-07-01")
    story.accept(0)
    number = story.direct(0)
    story.tell("request_return", 5, number, order_reference="D-1", **WHY)
    assert story.renewal == "in_term"
    story.tell("confirm_return", 6, number)
    assert story.changes("renewal") == [(0, "in_term"), (6, "no_term")]
    story.until(400)
    assert story.renewals_to("contact") == []
    story.direct(401, 1, "D-2")
    assert story.anniversary() == date(2027, 7, 1)


@pytest.mark.rule("5.4", "R6")
def test_a_return_that_leaves_nothing_more_to_renew_completes_the_renewal_without_a_letter(story: Story) -> None:
    number = story.direct(332, 2, "D-2")
    story.renew(340, 5)
    assert story.renewal == "ready"
    story.tell("request_return", 341, number, order_reference="D-2", **WHY)
    story.tell("confirm_return", 342, number)
    assert story.changes("renewal")[-1] == (342, "renewed")
    assert [name for _day, name in story.to("contact", since=341)] == ["return_completed"]


@pytest.mark.rule("5.4", "R9")
def test_a_return_while_past_due_may_begin_the_next_year_without_a_letter(story: Story) -> None:
    number = story.direct(360, 2, "D-2")
    story.renew(361, 5)
    story.tell("request_return", 364, number, order_reference="D-2", **WHY)
    story.tell("confirm_return", 370, number)
    assert story.changes("renewal")[-2:] == [(365, "past_due"), (370, "in_term")]
    assert "renewal_received" not in [name for _day, name in story.to("contact", since=362)]
    assert story.held() == {ALL_APPS: 5}


@pytest.mark.rule("11.17", "R13")
def test_if_something_was_renewed_returning_everything_does_not_end_the_term(story: Story) -> None:
    number = story.direct(330, 2, "D-2")
    story.renew(340, 5)
    story.tell("request_return", 341, number, order_reference="D-2", **WHY)
    story.tell("confirm_return", 341, number)
    assert story.renewal == "renewed"


@pytest.mark.rule("R14", "11.17")
def test_what_is_added_and_ordered_before_the_anniversary_is_to_be_renewed_too(story: Story) -> None:
    story.renew(340)
    story.direct(345, 2, "D-2")
    assert story.changes("renewal")[-2:] == [(340, "renewed"), (345, "ready")]
    story.until(352)
    assert story.letter("renewal_reminder")["lines"][0]["to_renew"] == 2
    story.renew(353, reference="R-2")
    story.until(366)
    assert story.held() == {ALL_APPS: 7}
