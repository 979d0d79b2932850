"""The membership, all states and triggers (docs/rules.md, section 3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from states.facts import Acceptance, MembershipFacts
from states.membership import MEMBERSHIP, State, invitation_ends, next_reminder
from states.policy import Policy
from tests.states.tables import POLICY, Table, check_deletions, check_table

INVITED_AT = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


def accepted_at(instant: datetime) -> Acceptance:
    return Acceptance(name="Mette", terms_version="2026-1", accepted_at=instant)


FACTS = {
    "fresh": MembershipFacts(invited_at=INVITED_AT),
    "used": MembershipFacts(invited_at=INVITED_AT, something_authorized=True),
    "in_time": MembershipFacts(invited_at=INVITED_AT, acceptance=accepted_at(datetime(2026, 2, 5, tzinfo=UTC))),
    "too_late": MembershipFacts(
        invited_at=INVITED_AT, acceptance=accepted_at(datetime(2026, 2, 5, 0, 0, 0, 1, tzinfo=UTC))
    ),
}
NO = "not_allowed"
GONE = "invitation_withdrawn"

# fmt: off
MEMBERSHIP_TABLE: Table = {
    "invite":                   {"-": "M1 invited", "invited": NO, "accepted": NO, "expired": NO, "withdrawn": NO},
    "remind":                   {"-": NO, "invited": "M2 invited", "accepted": NO, "expired": NO, "withdrawn": NO},
    "invitation_expires":       {"-": NO, "invited": "M3 expired", "accepted": NO, "expired": NO, "withdrawn": NO},
    "resend_invitation":        {"-": NO, "invited": "M4 invited", "accepted": "already_accepted", "expired": "M4 invited", "withdrawn": GONE},
    "accept_invitation":        {"-": NO, "invited": "M5 accepted", "accepted": "already_accepted",
                                 "expired": {"in_time": "M5 accepted", "else": "invitation_expired"}, "withdrawn": GONE},
    "withdraw_invitation":      {"-": NO, "invited": {"used": "something_authorized", "else": "M6 withdrawn"}, "accepted": "already_accepted",
                                 "expired": {"used": "something_authorized", "else": "M6 withdrawn"}, "withdrawn": GONE},
    "hand_over_contact":        {"-": NO, "invited": "M7 invited", "accepted": "M7 accepted", "expired": "M7 invited", "withdrawn": GONE},
    "add_offer_types":          {"-": NO, "invited": "M8 invited", "accepted": "M8 accepted", "expired": "M8 expired", "withdrawn": GONE},
    "assign_account_manager":   {"-": NO, "invited": "M9 invited", "accepted": "M9 accepted", "expired": "M9 expired", "withdrawn": GONE},
}
# fmt: on


def test_every_trigger_in_every_state_of_a_membership_does_what_the_rules_say() -> None:
    assert check_table(MEMBERSHIP, MEMBERSHIP_TABLE, FACTS) == 9 * 5 * len(FACTS)


def test_without_a_row_exactly_its_step_of_the_membership_is_missing() -> None:
    assert check_deletions(MEMBERSHIP, MEMBERSHIP_TABLE, FACTS) == 18


def test_withdrawn_is_the_only_final_state_of_a_membership() -> None:
    assert [state for state in State if MEMBERSHIP.final(state)] == [State.WITHDRAWN]


@pytest.mark.rule("M3")
def test_an_invitation_can_be_accepted_on_its_thirtieth_day_and_ends_at_the_local_midnight_after_it() -> None:
    copenhagen = Policy(name="north", version=1, time_zone="Europe/Copenhagen")
    facts = MembershipFacts(invited_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))  # 2 March there
    assert invitation_ends(facts, POLICY) == datetime(2026, 4, 1, tzinfo=UTC)
    assert invitation_ends(facts, copenhagen) == datetime(2026, 4, 1, 22, tzinfo=UTC)


@pytest.mark.rule("M2")
def test_reminders_of_an_invitation_ring_on_days_3_7_14_and_21_at_the_letter_hour() -> None:
    at, rung = INVITED_AT, []
    while (following := next_reminder(FACTS["fresh"], POLICY, at)) is not None:
        rung.append(following)
        at = following
    assert [(one.date() - date(2026, 1, 5)).days for one in rung] == [3, 7, 14, 21]
    assert {one.timetz().isoformat() for one in rung} == {"08:00:00+00:00"}


def test_an_invitation_next_expires_and_an_answered_one_has_no_next_moment() -> None:
    facts = FACTS["fresh"]
    moment = MEMBERSHIP.deadline(State.INVITED, facts, POLICY)
    assert moment is not None
    assert (moment.trigger, moment.at) == ("invitation_expires", datetime(2026, 2, 5, tzinfo=UTC))
    for state in (State.ACCEPTED, State.EXPIRED, State.WITHDRAWN):
        assert MEMBERSHIP.upcoming(state, facts, POLICY, INVITED_AT - timedelta(days=1)) is None
