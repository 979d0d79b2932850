"""The policy: the profiles that are shipped, and what travels in a case."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from states.policy import (
    AnniversaryPolicy,
    AuthorizationPolicy,
    InvitationPolicy,
    Policy,
    PolicyError,
    RenewalPolicy,
    contradictions,
    profile_names,
)

SHIPPED = (Path(__file__).parents[2] / "policy.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("profile", "figures"), [("default", (14, 15, 61)), ("classic", (30, 31, 61)), ("strict", (14, 15, 16))]
)
def test_each_shipped_profile_has_its_figures_and_no_contradiction(profile: str, figures: tuple[int, int, int]) -> None:
    shipped = Policy.from_toml(SHIPPED, profile)
    stage = shipped.authorization
    assert (stage.order_due_days, stage.overdue_from_day, stage.deactivated_from_day) == figures
    assert shipped.label == f"{profile} 1"
    assert contradictions(shipped) == ()


def test_the_shipped_file_has_three_profiles_and_chooses_the_default_one() -> None:
    assert profile_names(SHIPPED) == ("default", "classic", "strict")
    assert Policy.from_toml(SHIPPED) == Policy.from_toml(SHIPPED, "default") == Policy(name="default", version=1)


def test_the_strict_profile_has_no_warnings_no_overdue_reminders_and_needs_no_notice() -> None:
    stage = Policy.from_toml(SHIPPED, "strict").authorization
    assert stage.warning_days == ()
    assert stage.overdue_reminder_every_days is None
    assert stage.notice_before_deactivation_days == 0


def test_the_defaults_are_wire_format_and_never_change() -> None:
    assert Policy(name="default", version=1).model_dump(mode="json") == {
        "name": "default",
        "version": 1,
        "time_zone": "UTC",
        "letter_hour": 8,
        "language": "en",
        "language_by_region": {"DK": "da", "FO": "da", "GL": "da", "NL": "nl"},
        "invitation": {"reminder_days": [3, 7, 14, 21], "expires_after_days": 30, "resends_a_day": 5},
        "authorization": {
            "order_due_days": 14,
            "overdue_from_day": 15,
            "deactivated_from_day": 61,
            "extension_days": 14,
            "order_reminder_days": [7, 2, 0],
            "overdue_reminder_every_days": 7,
            "warning_days": [14, 7, 1],
            "notice_before_deactivation_days": 1,
            "member_quantity": 250,
            "largest_quantity": 100000,
        },
        "renewal": {
            "window_days": 30,
            "upcoming_days": 60,
            "upcoming_reminder_days": [45],
            "ready_reminder_days": [14, 7],
            "last_chance_days": [7, 15, 23, 30],
            "grace_days": 30,
            "contact_hears_of_upcoming": True,
        },
        "returns": {"window_days": 14},
        "anniversary": {
            "months": 12,
            "custom_more_than_months": 12,
            "custom_at_most_months": {"commercial": 36, "government": 48, "education": 48},
        },
        "duration_mode": "next_month",
    }


@pytest.mark.parametrize("profile", ["default", "classic", "strict"])
def test_a_policy_travels_as_what_differs_from_the_defaults(profile: str) -> None:
    shipped = Policy.from_toml(SHIPPED, profile)
    carried = shipped.model_dump_json(exclude_defaults=True)
    assert Policy.model_validate_json(carried) == shipped
    assert len(carried) < 250


@given(
    st.builds(
        Policy,
        name=st.just("any"),
        version=st.integers(1, 1000),
        letter_hour=st.integers(0, 23),
        invitation=st.builds(InvitationPolicy, reminder_days=st.lists(st.integers(1, 99)).map(tuple)),
        authorization=st.builds(
            AuthorizationPolicy,
            overdue_reminder_every_days=st.none() | st.integers(1, 60),
            warning_days=st.lists(st.integers(0, 60)).map(tuple),
            extension_days=st.integers(0, 60),
        ),
        renewal=st.builds(RenewalPolicy, grace_days=st.integers(0, 400), contact_hears_of_upcoming=st.booleans()),
        anniversary=st.builds(
            AnniversaryPolicy,
            custom_at_most_months=st.dictionaries(
                st.sampled_from(["commercial", "government", "education"]), st.integers(1, 120)
            ),
        ),
    )
)
def test_any_policy_comes_back_from_what_is_carried(any_policy: Policy) -> None:
    assert Policy.model_validate(any_policy.model_dump(mode="json", exclude_defaults=True)) == any_policy
    assert hash(Policy.model_validate(any_policy.model_dump())) == hash(any_policy)
    contradictions(any_policy)


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Policy(name="tried", version=1).letter_hour = 9  # type: ignore[misc]


def test_a_profile_that_is_not_in_the_file_is_refused() -> None:
    with pytest.raises(PolicyError, match="there is no profile 'lenient', known are default, classic, strict"):
        Policy.from_toml(SHIPPED, "lenient")


def test_the_figures_of_one_segment_leave_those_of_the_others() -> None:
    months = AnniversaryPolicy(custom_at_most_months={"commercial": 24}).custom_at_most_months
    assert months == {"commercial": 24, "government": 48, "education": 48}
