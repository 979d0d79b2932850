"""Around an anniversary, over several years, and told late (docs/rules.md, sections 2, 5 and 11), told as stories."""

from datetime import date
from functools import partial

import pytest

from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import ALL_APPS, Story, lines


@pytest.mark.rule("5.6", "5.2")
def test_what_is_still_open_at_the_anniversary_is_not_renewed_and_its_order_belongs_to_the_new_term(
    story: Story,
) -> None:
    number = story.authorize(360, 3)
    story.renew(361)
    story.until(366)
    assert story.state(number) == "pending"
    assert story.held() == {ALL_APPS: 5}
    story.order(370, number)
    assert story.held() == {ALL_APPS: 8}
    assert story.renewal == "in_term"


@pytest.mark.rule("5.6", "11.22")
def test_between_the_anniversary_and_the_roll_durations_run_to_the_next_anniversary(story: Story) -> None:
    answer = story.tell("authorize_purchase", 370, requested_by="member", lines=lines())
    assert story.renewal == "past_due"
    assert (answer["order_from"], answer["months_to_order"]) == ("2027-02-05", 11)


@pytest.mark.rule("R4", "11.21")
def test_a_first_order_inside_a_custom_dates_window_walks_through_to_ready_and_one_letter_goes(
    begin: partial[Story],
) -> None:
    story = begin(anniversary_date="2027-02-01")  # day 392, its window opens on day 362
    story.accept(0)
    story.direct(380)
    assert story.changes("renewal") == [(380, "in_term"), (380, "upcoming"), (380, "ready")]
    assert story.renewals_to("contact") == [(380, "renewal_ready")]
    assert (380, "renewal_upcoming", "contact", "reason_gone") in story.not_sent("customer")


@pytest.mark.rule("R10", "5.7", "2.3")
def test_two_contract_years_from_29_february(policy: Policy, catalogue: Catalogue) -> None:
    story = Story(policy, catalogue, day_0=date(2028, 2, 29))
    story.accept(0)
    story.direct(0)
    assert story.anniversary() == date(2029, 2, 28)
    story.renew(360)
    story.until(366)
    assert story.anniversary() == date(2030, 2, 28)
    story.renew(720, reference="R-2")
    story.renew(1090, reference="R-3")
    story.until(1100)
    assert story.anniversary() == date(2032, 2, 29)
    years = [day for day, state in story.changes("renewal") if state == "in_term"]
    assert years == [0, 365, 730, 1095]
    reminded = [day for day, name in story.to("account_manager") if name == "renewal_reminder"]
    assert reminded == [365 - 45, 351, 358, 730 - 45, 716, 1095 - 45, 1081, 1088]


@pytest.mark.rule("5.7")
def test_after_the_roll_all_reminders_are_armed_again(story: Story) -> None:
    story.renew(340)
    story.until(900)
    assert story.changes("renewal")[4:] == [
        (365, "in_term"), (641, "upcoming"), (700, "ready"), (730, "past_due"), (761, "lapsed"),
    ]  # fmt: skip
    assert len({letter["thread"] for letter in story.written.values() if "renewal" in letter["letter"]}) == 2


@pytest.mark.rule("11.24", "order_reference_conflict", "4.4")
def test_the_same_renewal_order_again_gets_its_first_answer_even_after_the_roll(story: Story) -> None:
    first = story.renew(340, 2)
    assert story.renew(500, 2) == first
    assert story.renew(500) == first
    assert story.refused("place_renewal_order", 500, order_reference="R-1", lines=lines(3)) == [
        "order_reference_conflict"
    ]
    assert story.refused("record_order", 500, order_reference="R-1", lines=lines(2)) == ["order_reference_conflict"]


@pytest.mark.rule("2.7", "5.2")
def test_an_order_of_the_ending_term_told_after_the_lapse_begins_a_term_of_its_own_day(story: Story) -> None:
    story.until(396)
    story.direct(397, 2, "D-2", ordered_at=story.at(390).isoformat())
    assert story.renewal == "in_term"
    assert story.anniversary() == date(2028, 1, 30)
    assert story.held() == {ALL_APPS: 2}


@pytest.mark.rule("2.5", "5.2")
def test_what_is_told_in_the_moment_in_which_the_roll_is_caught_up_counts_in_one_term_only(story: Story) -> None:
    story.renew(340, 2)
    number = story.authorize(345, 4)
    story.until(346)
    story.workers_are_down(400)
    story.order(400, number, ordered_at=story.at(350).isoformat())
    story.until(401)
    assert story.changes("renewal")[3:] == [(365, "past_due"), (396, "in_term")]
    assert story.held() == {ALL_APPS: 2}


@pytest.mark.rule("2.5", "2.8")
def test_an_outage_of_a_year_is_walked_through_state_by_state_and_only_the_newest_letter_goes(story: Story) -> None:
    story.until(100)
    story.workers_are_down(500)
    story.until(501)
    assert story.changes("renewal") == [
        (0, "in_term"), (276, "upcoming"), (335, "ready"), (365, "past_due"), (396, "lapsed"),
    ]  # fmt: skip
    assert story.sent("customer", since=100) == [
        (500, 10, "licences_expired", "contact"),
        (500, 10, "licences_expired", "account_manager"),
    ]


@pytest.mark.rule("M2", "R3", "2.1")
def test_reminders_of_two_machines_at_one_hour_both_ring(begin: partial[Story]) -> None:
    story = begin()
    story.direct(0)
    story.tell("resend_invitation", 317)  # its reminder comes on day 320, as that of the renewal does
    story.until(321)
    assert story.to("contact", since=318) == [(320, "invitation_reminder")]
    assert story.to("account_manager", since=318) == [(320, "renewal_reminder")]
