"""No deactivation without a warning that got out (docs/rules.md, section 4), told as stories. Authorized on day 0."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from cases.simulation import always_up
from states.catalogue import Catalogue
from states.policy import Policy
from tests.cases.story import Story, refusing

WHY: dict[str, Any] = {"reason": "so it was agreed"}


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
        (day, "deactivation_warning", reader, "address_stopped")
        for day in (47, 54, 60)
        for reader in ("contact", "account_manager")
    ]
    assert story.next_event(200) != ("deactivation", 201)
    story.relay = always_up
    story.tell("lift_address", 201, reader="contact", **WHY)
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
