"""Addresses that take no mail, and letters that come back (docs/rules.md, section 8), told as stories."""

from functools import partial
from typing import Any

import pytest

from cases.simulation import always_up
from states.mail import blames_the_address
from tests.cases.story import Story, refusing

WHY: dict[str, Any] = {"reason": "the mailbox is there again"}
IDA = {"name": "Ida Friis", "email": "ida@example.com", "reason": "another job"}
PIET = {"id": "am-2", "name": "Piet Smit", "email": "piet@example.com"}


def bounced(story: Story, **more: Any) -> dict[str, Any]:
    """A report about the invitation of day 0."""
    caused_at = story.at(0).isoformat()
    return {"letter": "invitation", "reader": "contact", "caused_at": caused_at, "permanent": True, **more}


def letters(story: Story, number: str = "customer") -> list[tuple[int, str, str, str]]:
    return [one for one in story.not_sent(number) if one[2] == "contact"]


@pytest.mark.rule("8.2")
def test_after_one_refusal_no_letter_of_any_case_of_the_customer_goes_to_that_address(begin: partial[Story]) -> None:
    story = begin(relay=refusing("contact"))
    story.relay = always_up
    number = story.authorize(1)
    story.until(17)
    assert letters(story) == [
        (0, "invitation", "contact", "recipient_refused"),
        *((day, "invitation_reminder", "contact", "address_stopped") for day in (3, 7, 14)),
    ]
    assert letters(story, number) == [
        (1, "products_added", "contact", "address_stopped"),
        (16, "payment_overdue", "contact", "address_stopped"),
    ]
    assert (16, 8, "payment_overdue", "account_manager") in story.sent(number)
    undelivered = [day for day, _, name, _ in story.sent(number) if name == "letter_undeliverable"]
    assert undelivered == [1, 16], "the account manager is told of each"


@pytest.mark.rule("8.2")
def test_what_one_authorization_finds_out_stops_the_letters_of_the_customer_and_of_the_others(
    begin: partial[Story],
) -> None:
    story = begin()
    first, second = story.authorize(1), story.authorize(1)
    story.relay = refusing("contact")
    story.order(2, first)
    story.relay = always_up
    story.order(2, second, "PO-2")
    assert letters(story, second) == [(2, "order_received", "contact", "address_stopped")]
    story.until(3)
    assert letters(story) == [(3, "invitation_reminder", "contact", "address_stopped")]
    assert story.world.customer.is_unreachable()


@pytest.mark.rule("8.2")
def test_lifting_lets_the_next_letters_go_and_clears_the_marks_everywhere(begin: partial[Story]) -> None:
    story = begin(relay=refusing("contact"))
    number = story.authorize(1)
    story.relay = always_up
    assert "letters_stopped" not in story.tell("lift_address", 2, **WHY)
    assert not story.world.customer.is_unreachable()
    assert not story.world.authorizations[number].unreachable
    noted = story.world.customer.journal[-1]
    assert noted.trigger == "lift_address"
    assert noted.reason == "letters go to the contact again: the mailbox is there again"
    story.order(2, number)
    story.until(3)
    assert (2, 10, "order_received", "contact") in story.sent(number)
    assert (3, 8, "invitation_reminder", "contact") in story.sent()


@pytest.mark.rule("8.2")
@pytest.mark.parametrize(
    ("command", "body"), [("hand_over_contact", IDA), ("resend_invitation", {}), ("lift_address", WHY)]
)
def test_the_stop_ends_where_another_takes_over_or_a_person_says_so(
    begin: partial[Story], command: str, body: dict[str, Any]
) -> None:
    story = begin(relay=refusing("contact"))
    assert story.tell("lift_address", 1, reader="account_manager", **WHY)["letters_stopped"] == ["contact"]
    story.relay = always_up
    story.world.tell(command, body, story.at(1))
    assert not story.world.customer.stopped
    number = story.authorize(2)
    assert (2, 10, "products_added", "contact") in story.sent(number)


@pytest.mark.rule("8.2", "M9")
def test_an_account_managers_address_is_stopped_until_another_one_is_assigned(begin: partial[Story]) -> None:
    story = begin(relay=refusing("account_manager"))
    first = story.authorize(1, requested_by="member")
    story.relay = always_up
    second = story.authorize(1, requested_by="member")
    refused = [story.not_sent(number)[0][3] for number in (first, second)]
    assert refused == ["recipient_refused", "address_stopped"]
    story.world.tell("assign_account_manager", PIET, story.at(2))
    third = story.authorize(3, requested_by="member")
    assert (3, 10, "products_added_by_member", "account_manager") in story.sent(third)


@pytest.mark.rule("8.2")
def test_lifting_what_is_not_stopped_changes_nothing(begin: partial[Story]) -> None:
    story = begin()
    before = list(story.world.customer.journal)
    story.tell("lift_address", 1, **WHY)
    assert story.world.customer.journal == before


@pytest.mark.rule("8.3")
def test_a_letter_that_came_back_is_as_one_that_was_refused(begin: partial[Story]) -> None:
    story = begin()
    report = bounced(story, sent_to="METTE@Example.com", status="5.1.1", bounced_at=story.at(1, 3).isoformat())
    story.tell("record_bounce", 1, **report)
    entry = next(one for one in story.world.customer.journal if one.outcome == "bounced")
    assert (entry.letter, entry.reader, entry.reason) == ("invitation", "contact", "5.1.1")
    assert (entry.effective_at, entry.processed_at) == (story.at(1, 3), story.at(1))
    assert story.letter("letter_undeliverable", "account_manager")["reason"] == "bounced"
    assert story.world.customer.stopped == {"contact": "mette@example.com"}
    story.until(3)
    assert letters(story)[1:] == [(3, "invitation_reminder", "contact", "address_stopped")]


@pytest.mark.rule("8.3")
def test_an_authorizations_letter_that_came_back_stops_the_letters_of_the_customer(begin: partial[Story]) -> None:
    story = begin()
    number = story.authorize(1)
    report = bounced(story, letter="products_added", caused_at=story.at(1).isoformat())
    story.tell("record_bounce", 2, number, **report)
    assert story.world.customer.stops("contact")  # type: ignore[arg-type]
    assert story.world.customer.is_unreachable()


@pytest.mark.rule("8.3")
def test_a_delayed_letter_is_noted_and_nothing_else(begin: partial[Story]) -> None:
    story = begin()
    story.tell("record_bounce", 1, **bounced(story, permanent=False, status="4.4.1"))
    assert story.world.customer.journal[-1].outcome == "delayed"
    assert not story.world.customer.is_unreachable()
    story.until(3)
    assert (3, 8, "invitation_reminder", "contact") in story.sent()


@pytest.mark.rule("8.3")
def test_a_report_about_somebody_who_has_left_is_noted_and_nothing_else(begin: partial[Story]) -> None:
    story = begin()
    story.world.tell("hand_over_contact", IDA, story.at(1))
    story.tell("record_bounce", 2, **bounced(story, sent_to="mette@example.com", status="5.1.1"))
    assert story.world.customer.journal[-1].outcome == "bounced"
    assert not story.world.customer.is_unreachable()


@pytest.mark.rule("8.3")
def test_a_message_that_came_back_for_what_it_is_stops_no_other(begin: partial[Story]) -> None:
    story = begin()
    story.tell("record_bounce", 1, **bounced(story, status="5.7.1"))
    assert story.world.customer.is_unreachable()
    story.until(3)
    assert (3, 8, "invitation_reminder", "contact") in story.sent()
    assert not story.world.customer.is_unreachable()


@pytest.mark.parametrize("told", ["1970-01-01T00:00:00Z", "2090-01-01T00:00:00Z"])
def test_a_foreign_clock_that_cannot_be_right_is_not_believed(begin: partial[Story], told: str) -> None:
    story = begin()
    story.tell("record_bounce", 1, **bounced(story, bounced_at=told))
    entry = next(one for one in story.world.customer.journal if one.outcome == "bounced")
    assert entry.effective_at == entry.processed_at == story.at(1)


def test_a_report_names_a_letter_that_there_is(begin: partial[Story]) -> None:
    story = begin()
    assert story.refused("record_bounce", 1, **bounced(story, letter="love_letter")) == ["invalid_request"]
    assert story.refused("record_bounce", 1, **bounced(story, status="550")) == ["invalid_request"]


@pytest.mark.parametrize(
    ("status", "blamed"),
    [(None, True), ("5.0.0", True), ("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.4.4", True),
     ("5.1.7", False), ("5.1.8", False), ("5.2.2", False), ("5.3.4", False), ("5.6.0", False), ("5.7.1", False)],
)  # fmt: skip
def test_an_address_is_blamed_for_what_is_its_own(status: str | None, blamed: bool) -> None:
    assert blames_the_address(status) is blamed
