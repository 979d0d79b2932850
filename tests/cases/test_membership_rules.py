"""The rows of the membership (docs/rules.md, section 3), each told as a story."""

from functools import partial
from typing import Any

import pytest

from tests.cases.story import Story, lines, refusing

IDA: dict[str, Any] = {"name": "Ida Friis", "email": "ida@example.com", "reason": "Mette has left"}


@pytest.mark.rule("M1")
def test_an_invitation_issues_the_number_and_goes_to_the_contact_at_once_with_its_link(story: Story) -> None:
    assert story.changes("membership") == [(0, "invited")]
    assert story.sent() == [(0, 10, "invitation", "contact")]
    letter = story.letter("invitation")
    assert letter["vip_number"] == "A" * 20
    assert letter["link"] == {"vip_number": "A" * 20, "invitation": 1, "expires_at": "2026-02-05T00:00:00Z"}


@pytest.mark.rule("M2")
def test_an_unanswered_invitation_is_reminded_of_on_days_3_7_14_and_21_with_the_link(story: Story) -> None:
    story.until(30)
    assert story.sent(since=1) == [(day, 8, "invitation_reminder", "contact") for day in (3, 7, 14, 21)]
    assert story.letter("invitation_reminder")["link"]["invitation"] == 1


@pytest.mark.rule("M2", "M5")
def test_an_accepted_invitation_is_not_reminded_of(story: Story) -> None:
    story.accept(5)
    story.until(100)
    assert story.to("contact", since=1) == [(3, "invitation_reminder"), (5, "welcome")]


@pytest.mark.rule("M3")
def test_an_invitation_without_an_answer_expires_at_midnight_of_day_31_and_the_manager_is_told(story: Story) -> None:
    story.until(30)
    assert story.membership == "invited"
    story.until(40)
    assert story.changes("membership") == [(0, "invited"), (31, "expired")]
    assert story.sent(since=22) == [(31, 8, "invitation_expired", "account_manager")]
    assert story.world.customer.vip_number == "A" * 20


@pytest.mark.rule("M4")
def test_a_resend_is_a_new_letter_and_starts_the_clocks_again(story: Story) -> None:
    story.tell("resend_invitation", 10)
    story.until(60)
    assert story.to("contact", since=10) == [
        (10, "invitation"), (13, "invitation_reminder"), (17, "invitation_reminder"), (24, "invitation_reminder"),
        (31, "invitation_reminder"),
    ]  # fmt: skip
    assert story.changes("membership")[-1] == (41, "expired")
    assert len([key for key, letter in story.written.items() if letter["letter"] == "invitation"]) == 2


@pytest.mark.rule("M4")
def test_an_expired_invitation_lives_again_once_it_is_resent(story: Story) -> None:
    story.tell("resend_invitation", 40)
    assert story.changes("membership") == [(0, "invited"), (31, "expired"), (40, "invited")]
    story.accept(41)
    assert story.membership == "accepted"


@pytest.mark.rule("M4", "resend_limit")
def test_five_resends_fit_in_a_local_day_and_the_first_invitation_is_not_among_them(story: Story) -> None:
    for hour in range(11, 16):
        story.tell("resend_invitation", 0, at=story.at(0, hour))
    assert story.refused("resend_invitation", 0, at=story.at(0, 23, 59)) == ["resend_limit"]
    story.tell("resend_invitation", 1, at=story.at(1, 0, 0))


@pytest.mark.rule("M5", "3.5")
def test_an_acceptance_tells_both_at_once_and_records_who_when_through_which_door_and_which_terms(story: Story) -> None:
    by = {"name": "Mette Holm", "identity": "idp|7"}
    answer = story.tell("accept_invitation", 2, accepted_by=by, terms_version="2026-1", actor="page")
    assert answer["console_access"]
    assert story.sent(since=1) == [
        (2, 10, "welcome", "contact"),
        (2, 10, "invitation_accepted", "account_manager"),
    ]
    acceptance = story.world.customer.membership.facts.acceptance
    assert acceptance is not None
    assert (acceptance.name, acceptance.identity, acceptance.door) == ("Mette Holm", "idp|7", "page")
    assert (acceptance.accepted_at, acceptance.terms_version) == (story.at(2), "2026-1")


@pytest.mark.rule("M5", "already_accepted", "11.8")
def test_the_same_identity_accepts_again_and_gets_the_same_answer_but_nobody_else_does(story: Story) -> None:
    first = story.tell("accept_invitation", 2, accepted_by={"name": "Mette", "identity": "idp|7"}, terms_version="1")
    again = story.tell("accept_invitation", 2, accepted_by={"name": "M. Holm", "identity": "idp|7"}, terms_version="1")
    assert again == first
    someone = {"name": "Mette", "identity": "idp|8"}
    assert story.refused("accept_invitation", 3, accepted_by=someone, terms_version="1") == ["already_accepted"]
    assert story.refused("accept_invitation", 3, accepted_by={"name": "Mette"}, terms_version="1") == [
        "already_accepted"
    ]
    assert len(story.sent(since=1)) == 2


@pytest.mark.rule("11.8")
def test_without_an_identity_the_same_name_is_the_same(story: Story) -> None:
    first = story.accept(2)
    assert story.accept(2) == first
    assert story.refused("accept_invitation", 3, accepted_by={"name": "Ida"}, terms_version="1") == ["already_accepted"]


@pytest.mark.rule("M6", "invitation_withdrawn", "already_accepted")
def test_an_invitation_that_led_to_nothing_can_be_withdrawn_for_good(story: Story) -> None:
    story.tell("withdraw_invitation", 4, reason="wrong address")
    assert story.changes("membership") == [(0, "invited"), (4, "withdrawn")]
    assert story.sent(since=4) == [(4, 10, "invitation_withdrawn", "contact")]
    assert story.letter("invitation_withdrawn")["reason"] == "wrong address"
    every: dict[str, dict[str, Any]] = {
        "accept_invitation": {"accepted_by": {"name": "Mette"}, "terms_version": "1"},
        "resend_invitation": {},
        "withdraw_invitation": {"reason": "again"},
        "hand_over_contact": IDA,
        "add_offer_types": {"offer_types": ["team"]},
        "assign_account_manager": {"id": "am-2", "name": "Piet", "email": "piet@example.com"},
        "authorize_purchase": {"lines": lines(), "requested_by": "member"},
        "record_order": {"lines": lines(), "order_reference": "D-1"},
    }
    for name, body in every.items():
        assert story.refused(name, 5, **body) == ["invitation_withdrawn"], name
    story.until(100)
    assert story.sent(since=5) == []


@pytest.mark.rule("M6", "something_authorized")
def test_an_invitation_cannot_be_withdrawn_once_something_was_ever_authorized_even_if_it_was_cancelled(
    story: Story,
) -> None:
    number = story.authorize(1)
    assert story.refused("withdraw_invitation", 2, reason="wrong") == ["something_authorized"]
    story.tell("cancel", 2, number, reason="a mistake")
    assert story.refused("withdraw_invitation", 3, reason="wrong") == ["something_authorized"]
    assert story.refused("withdraw_invitation", 40, reason="wrong") == ["something_authorized"]


@pytest.mark.rule("M6", "something_authorized")
def test_a_direct_order_too_keeps_an_invitation_from_being_withdrawn(story: Story) -> None:
    story.direct(1)
    assert story.refused("withdraw_invitation", 2, reason="wrong") == ["something_authorized"]


@pytest.mark.rule("M6", "already_accepted")
def test_an_accepted_invitation_cannot_be_withdrawn_or_resent(story: Story) -> None:
    story.accept(1)
    assert story.refused("withdraw_invitation", 2, reason="wrong") == ["already_accepted"]
    assert story.refused("resend_invitation", 2) == ["already_accepted"]


@pytest.mark.rule("M6")
def test_an_expired_invitation_can_be_withdrawn(story: Story) -> None:
    story.tell("withdraw_invitation", 35, reason="no interest")
    assert story.changes("membership")[-1] == (35, "withdrawn")


@pytest.mark.rule("M7", "3.4", "not_found")
def test_handing_over_before_the_acceptance_invites_the_new_contact_and_ends_the_old_link(story: Story) -> None:
    story.tell("hand_over_contact", 5, **IDA)
    assert story.sent(since=5) == [(5, 10, "invitation", "contact")]
    letter = story.letter("invitation")
    assert (letter["contact"]["email"], letter["link"]["invitation"]) == ("ida@example.com", 2)
    assert any("mette@example.com" in (entry.reason or "") for _, entry in story.world.timeline())
    by: dict[str, Any] = {"accepted_by": {"name": "Mette"}, "terms_version": "1"}
    assert story.refused("accept_invitation", 6, **by, invitation=1) == ["not_found"]
    story.tell("accept_invitation", 6, **by, invitation=2)
    assert story.membership == "accepted"


@pytest.mark.rule("M7")
def test_handing_over_while_invited_does_not_start_the_clocks_again(story: Story) -> None:
    story.tell("hand_over_contact", 5, **IDA)
    story.until(40)
    assert story.changes("membership") == [(0, "invited"), (31, "expired")]


@pytest.mark.rule("M7", "11.7")
def test_handing_over_an_accepted_membership_welcomes_the_new_contact_and_changes_nothing_else(story: Story) -> None:
    story.accept(1)
    number = story.authorize(2)
    story.tell("hand_over_contact", 5, **IDA, language="en")
    assert story.membership == "accepted"
    assert story.sent(since=5) == [(5, 10, "welcome", "contact")]
    letter = story.letter("welcome")
    assert (letter["handed_over"], letter["contact"]["name"], letter["language"]) == (True, "Ida Friis", "en")
    story.order(6, number)
    assert story.letter("order_received")["contact"]["email"] == "ida@example.com"


@pytest.mark.rule("11.6")
def test_handing_over_an_expired_membership_is_also_a_resend_that_is_not_counted(story: Story) -> None:
    story.tell("hand_over_contact", 40, **IDA)
    for _ in range(5):
        story.tell("resend_invitation", 40)
    story.until(80)
    assert story.changes("membership") == [(0, "invited"), (31, "expired"), (40, "invited"), (71, "expired")]


@pytest.mark.rule("M7", "8.1")
@pytest.mark.parametrize("email", ["ida@example.com", "mette@example.com"])
def test_handing_over_clears_unreachable_everywhere(begin: partial[Story], email: str) -> None:
    story = begin(relay=refusing("contact"))
    number = story.authorize(1)
    assert story.world.customer.unreachable
    assert story.world.authorizations[number].unreachable
    story.relay = refusing()
    story.tell("hand_over_contact", 2, name="Mette Holm", email=email, reason="found again")
    assert not story.world.customer.is_unreachable()
    assert not story.world.authorizations[number].unreachable


@pytest.mark.rule("8.1")
def test_a_letter_that_is_refused_marks_the_case_and_the_account_manager_is_told(
    begin: partial[Story],
) -> None:
    story = begin(relay=refusing("contact"))
    assert story.sent() == [(0, 10, "letter_undeliverable", "account_manager")]
    told = story.letter("letter_undeliverable", "account_manager")
    assert (told["undelivered_letter"], told["address"]) == ("invitation", "mette@example.com")
    assert story.world.customer.is_unreachable()
