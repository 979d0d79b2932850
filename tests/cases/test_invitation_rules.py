"""What is asked at an invitation, and what waits for the acceptance (docs/rules.md, section 3), told as stories."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from cases.customer_commands import COMMANDS
from states.policy import Policy
from states.refusals import Refused
from tests.cases.story import Story, lines

IDA: dict[str, Any] = {"name": "Ida Friis", "email": "ida@example.com", "reason": "Mette has left"}


@pytest.mark.rule("M8")
@pytest.mark.parametrize("day", [1, 40])
def test_an_offer_type_is_added_for_good_and_adding_it_again_changes_nothing(story: Story, day: int) -> None:
    enterprise = [{"product": "photoshop-enterprise", "quantity": 1}]
    story.tell("resend_invitation", 35)
    assert story.refused("authorize_purchase", 36, lines=enterprise, requested_by="member") == ["offer_type_missing"]
    story.tell("add_offer_types", 36 + day, offer_types=["enterprise"])
    written = len(story.world.timeline())
    answer = story.tell("add_offer_types", 36 + day, offer_types=["enterprise", "team"])
    assert answer["offer_types"] == ["enterprise", "team"]
    assert len(story.world.timeline()) == written


@pytest.mark.rule("M9")
def test_all_open_authorizations_follow_to_another_account_manager(story: Story) -> None:
    number = story.authorize(1)
    story.tell("assign_account_manager", 3, id="am-2", name="Piet Smit", email="piet@example.com")
    story.until(8)
    assert story.letter("order_reminder", "account_manager")["account_manager"]["id"] == "am-2"
    assert story.world.authorizations[number].view.account_manager.id == "am-2"
    written = len(story.world.timeline())
    story.tell("assign_account_manager", 8, id="am-2", name="Piet Smit", email="piet@example.com")
    assert len(story.world.timeline()) == written


@pytest.mark.rule("3.1")
@pytest.mark.parametrize(
    ("region", "told", "language"), [("DK", None, "da"), ("NL", None, "nl"), ("SE", None, "en"), ("DK", "en", "en")]
)
def test_the_contacts_language_is_the_regions_unless_it_was_said(
    begin: partial[Story], region: str, told: str | None, language: str
) -> None:
    story = begin(region=region, **({"language": told} if told else {}))
    assert story.letter("invitation")["language"] == language


@pytest.mark.rule("3.1", "invalid_request")
def test_what_was_asked_at_the_invitation_is_checked_and_every_wrong_field_named(begin: partial[Story]) -> None:
    wrong: dict[str, Any] = {
        "organization": " ",
        "region": "XX",
        "market_segment": "secret",
        "offer_types": [],
        "colour": "red",
    }
    with pytest.raises(Refused) as refused:
        begin(**wrong)
    assert {reason["field"] for reason in refused.value.reasons} == set(wrong)
    assert {reason.code for reason in refused.value.reasons} == {"invalid_request"}


@pytest.mark.rule("3.1")
def test_no_command_edits_what_was_asked_at_the_invitation() -> None:
    allowed = {
        "hand_over_contact": {"name", "email", "language"},
        "assign_account_manager": {"id", "name", "email", "language"},
    }
    asked = {"organization", "market_segment", "region", "address", "postal_code", "anniversary_date"}
    for name, command in COMMANDS.items():
        fields = set(command.form.model_fields) - allowed.get(name, set())
        assert not fields & (asked | {"contact", "account_manager", "email", "language"}), name


@pytest.mark.rule("3.2", "anniversary_out_of_range")
@pytest.mark.parametrize(
    ("segment", "chosen", "possible"),
    [
        ("commercial", date(2027, 1, 5), False),
        ("commercial", date(2027, 1, 6), True),
        ("commercial", date(2029, 1, 5), True),
        ("commercial", date(2029, 1, 6), False),
        ("government", date(2030, 1, 5), True),
        ("government", date(2030, 1, 6), False),
        ("education", date(2030, 1, 5), True),
    ],
)
def test_a_custom_date_lies_more_than_12_months_ahead_and_not_too_far(
    begin: partial[Story], segment: str, chosen: date, possible: bool
) -> None:
    if possible:
        begin(market_segment=segment, anniversary_date=chosen.isoformat())
        return
    with pytest.raises(Refused) as refused:
        begin(market_segment=segment, anniversary_date=chosen.isoformat())
    assert refused.value.code == "anniversary_out_of_range"


@pytest.mark.rule("11.9")
def test_a_custom_date_is_shown_before_the_first_order_and_marked_provisional(begin: partial[Story]) -> None:
    story = begin(anniversary_date="2027-07-01")
    answer = story.tell("authorize_purchase", 1, lines=lines(), requested_by="member")
    assert answer["provisional"]
    assert (answer["order_from"], answer["months_to_order"]) == ("2026-02-01", 17)
    assert story.tell("add_offer_types", 1, offer_types=["team"])["anniversary_date"] == "2027-07-01"


@pytest.mark.rule("3.3")
def test_before_the_acceptance_products_can_be_used_but_not_the_console(story: Story) -> None:
    number = story.authorize(1)
    assert story.letter("products_added")["accept_link"]["invitation"] == 1
    assert not story.tell("add_offer_types", 1, offer_types=["team"])["console_access"]
    story.accept(2)
    story.order(3, number)
    assert "accept_link" not in story.letter("order_received")


@pytest.mark.rule("3.3", "3.4", "invitation_expired")
def test_expiry_closes_the_link_and_new_authorizations_and_nothing_else(story: Story) -> None:
    number = story.authorize(20)
    assert story.refused("authorize_purchase", 31, lines=lines(), requested_by="member") == ["invitation_expired"]
    assert story.refused("record_order", 31, lines=lines(), order_reference="D") == ["invitation_expired"]
    by: dict[str, Any] = {"accepted_by": {"name": "Mette"}, "terms_version": "1"}
    assert story.refused("accept_invitation", 31, **by) == ["invitation_expired"]
    story.order(32, number)
    assert "accept_link" not in story.letter("order_received")
    assert story.held() == {"cc-all-apps-team": 5}
    story.tell("resend_invitation", 33)
    story.authorize(33)
    story.tell("accept_invitation", 34, **by, invitation=1)


@pytest.mark.rule("3.4", "invalid_request")
@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_reason_is_required_and_not_empty(story: Story, reason: str | None) -> None:
    body: dict[str, Any] = {} if reason is None else {"reason": reason}
    assert story.refused("withdraw_invitation", 1, **body) == ["invalid_request"]


@pytest.mark.rule("body_too_large")
def test_a_request_of_more_than_64_kb_is_refused(story: Story) -> None:
    assert story.refused("withdraw_invitation", 1, reason="x" * 70_000) == ["body_too_large"]


@pytest.mark.rule("11.5", "2.7")
def test_an_acceptance_told_after_the_expiry_is_an_acceptance_from_now_on(story: Story) -> None:
    story.until(35)
    story.accept(36, accepted_at=story.at(30).isoformat())
    assert story.changes("membership") == [(0, "invited"), (31, "expired"), (36, "accepted")]
    acceptance = story.world.customer.membership.facts.acceptance
    assert acceptance is not None
    assert acceptance.accepted_at == story.at(30)


@pytest.mark.rule("11.1", "2.6", "M5")
@pytest.mark.parametrize("says_when", [True, False])
def test_at_the_instant_of_the_expiry_an_acceptance_that_says_when_wins_and_another_is_late(
    story: Story, says_when: bool
) -> None:
    midnight = story.at(31, 0, 0)
    body: dict[str, Any] = {"accepted_by": {"name": "Mette"}, "terms_version": "1"}
    if says_when:
        story.tell("accept_invitation", 31, at=midnight, **body, accepted_at=midnight.isoformat())
        assert story.changes("membership") == [(0, "invited"), (31, "accepted")]
    else:
        assert story.refused("accept_invitation", 31, at=midnight, **body) == ["invitation_expired"]


@pytest.mark.rule("2.1", "M3")
def test_days_are_those_of_the_policys_zone(policy: Policy, begin: partial[Story]) -> None:
    north = policy.model_copy(update={"time_zone": "Europe/Copenhagen"})
    story = Story(north, begin.args[1], day_0=date(2026, 3, 10))
    story.until(40)
    assert story.changes("membership") == [(0, "invited"), (31, "expired")]
    assert story.sent(since=1)[-1] == (31, 8, "invitation_expired", "account_manager")
    expired = story.world.timeline()[-2][1]
    assert expired.effective_at.isoformat() == "2026-04-09T22:00:00+00:00"
