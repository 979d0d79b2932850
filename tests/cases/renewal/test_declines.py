"""What is declined, and what that leads to (docs/rules.md, sections 5 and 11), told as stories."""

from typing import Any

import pytest

from tests.cases.story import ALL_APPS, Story, lines

WHY: dict[str, Any] = {"reason": "not needed any more"}


@pytest.mark.rule("5.5", "11.4")
def test_of_what_was_declined_nobody_is_reminded_and_it_is_removed_at_the_roll(story: Story) -> None:
    story.tell("decline_renewal", 300, **WHY, lines=lines(2))
    story.until(336)
    assert story.letter("renewal_ready")["lines"][0]["to_renew"] == 3
    story.renew(340, 3)
    assert story.renewal == "renewed"
    story.until(366)
    assert story.held() == {ALL_APPS: 3}
    assert story.to("contact", since=341) == [(365, "licences_expired")]


@pytest.mark.rule("5.5", "R12", "11.4")
def test_with_everything_declined_there_is_silence_until_it_lapses(story: Story) -> None:
    story.tell("decline_renewal", 340, **WHY)
    assert story.refused("decline_renewal", 341, **WHY) == ["nothing_to_renew"]
    story.until(400)
    assert story.changes("renewal")[2:] == [(335, "ready"), (396, "lapsed")]
    assert story.to("contact", since=340) == [(396, "licences_expired")]
    assert (351, "renewal_reminder", "contact", "nothing_left_to_say") in story.not_sent("customer")


@pytest.mark.rule("5.5")
def test_a_later_renewal_order_takes_a_decline_back_quantity_by_quantity(story: Story) -> None:
    story.tell("decline_renewal", 340, **WHY)
    story.renew(350, 2)
    assert story.renewal == "renewed"
    facts = story.world.customer.renewal.facts
    assert (facts.renewed, facts.declined) == ({ALL_APPS: 2}, {ALL_APPS: 3})
    story.renew(351, 3, "R-2")
    facts = story.world.customer.renewal.facts
    assert (facts.renewed, facts.declined) == ({ALL_APPS: 5}, {})


@pytest.mark.rule("5.5")
def test_what_is_bought_after_a_decline_is_reminded_of_again(story: Story) -> None:
    story.tell("decline_renewal", 340, **WHY)
    story.direct(345, 2, "D-2")
    story.until(352)
    assert story.letter("renewal_reminder")["lines"][0]["to_renew"] == 2
    story.until(366)
    assert story.renewal == "past_due"


@pytest.mark.rule("5.5", "exceeds_held", "invalid_request")
def test_no_more_can_be_declined_than_is_still_to_renew(story: Story) -> None:
    story.renew(340, 2)
    assert story.refused("decline_renewal", 341, **WHY, lines=lines(4)) == ["exceeds_held"]
    assert story.refused("decline_renewal", 341, **WHY, lines=lines(0)) == ["invalid_request"]
    story.tell("decline_renewal", 341, **WHY, lines=lines(3))
    assert story.renewal == "renewed"


@pytest.mark.rule("11.20", "R6")
def test_a_decline_that_completes_the_renewal_sends_nothing(story: Story) -> None:
    story.renew(340, 2)
    story.tell("decline_renewal", 341, **WHY)
    assert story.changes("renewal")[-1] == (341, "renewed")
    assert story.sent(since=341) == []


@pytest.mark.rule("R9", "11.20")
def test_a_decline_that_completes_a_late_renewal_removes_the_rest_and_says_so(story: Story) -> None:
    story.renew(370, 2)
    story.tell("decline_renewal", 371, **WHY)
    assert story.changes("renewal")[-1] == (371, "in_term")
    assert story.to("contact", since=371) == [(371, "licences_expired")]
    assert story.held() == {ALL_APPS: 2}


@pytest.mark.rule("11.20", "R11")
def test_with_everything_declined_and_only_new_orders_the_silence_ends_in_a_term(story: Story) -> None:
    story.tell("decline_renewal", 340, **WHY)
    story.direct(370, 1, "D-2")
    story.until(395)
    assert story.renewal == "ready"
    story.until(397)
    assert story.changes("renewal")[-1] == (396, "in_term")
    assert story.held() == {ALL_APPS: 1}


@pytest.mark.rule("R12", "5.5")
def test_a_decline_while_past_due_stays_past_due_in_silence(story: Story) -> None:
    story.tell("decline_renewal", 370, **WHY)
    story.until(400)
    assert story.changes("renewal")[3:] == [(365, "past_due"), (396, "lapsed")]
    assert story.to("contact", since=370) == [(396, "licences_expired")]
