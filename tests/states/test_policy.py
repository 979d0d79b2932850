"""The policy: shipped profiles, what travels in a case, and every contradiction named with both settings."""

from pathlib import Path
from typing import Any

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


def policy(**sections: Any) -> Policy:
    return Policy(name="tried", version=1, **sections)


def found(**sections: Any) -> list[tuple[str, str]]:
    return [contradiction.settings for contradiction in contradictions(policy(**sections))]


def told(**sections: Any) -> list[str]:
    return [str(contradiction) for contradiction in contradictions(policy(**sections))]


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
        policy().letter_hour = 9  # type: ignore[misc]


CONTRADICTIONS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"invitation": InvitationPolicy(reminder_days=(3, 31))},
        [
            "invitation.reminder_days and invitation.expires_after_days: "
            "31 days after it the invitation has expired, at most 30 is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(order_due_days=12)},
        [
            "authorization.order_due_days and authorization.overdue_from_day: days 13 to 14 belong to no stage, "
            "overdue from day 13 is right when the order is due within 12 days"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(overdue_from_day=16)},
        [
            "authorization.order_due_days and authorization.overdue_from_day: day 15 belongs to no stage, "
            "overdue from day 15 is right when the order is due within 14 days"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(overdue_from_day=14)},
        [
            "authorization.order_due_days and authorization.overdue_from_day: day 14 belongs to two stages, "
            "overdue from day 15 is right when the order is due within 14 days"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(deactivated_from_day=15)},
        [
            "authorization.overdue_from_day and authorization.deactivated_from_day: overdue (from day 15) cannot be "
            "reached, deactivation from day 16 or later is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(order_reminder_days=(14, 0))},
        [
            "authorization.order_reminder_days and authorization.order_due_days: 14 days before the order is due the "
            "authorization has not been pending for a day, at most 13 is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(overdue_reminder_every_days=46)},
        [
            "authorization.overdue_reminder_every_days and authorization.deactivated_from_day: 46 days after the "
            "payment was due the first reminder finds the licences deactivated, at most 45 is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(warning_days=(46, 1))},
        [
            "authorization.warning_days and authorization.overdue_from_day: 46 days before the deactivation it has not "
            "been overdue for a day, at most 45 is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(warning_days=(1, 0))},
        [
            "authorization.warning_days and authorization.deactivated_from_day: 0 days before the deactivation it is "
            "done, the day begins with it, at least 1 is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(warning_days=())},
        [
            "authorization.notice_before_deactivation_days and authorization.warning_days: no warning comes so many "
            "days (1) before the deactivation, which needs one that got out; a warning day of 1 or more, or a notice "
            "of 0, is right"
        ],
    ),
    (
        {"authorization": AuthorizationPolicy(member_quantity=11, largest_quantity=10)},
        [
            "authorization.member_quantity and authorization.largest_quantity: 11 licences for a member are more than "
            "anybody may have, at most 10 is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(upcoming_days=306)},
        [
            "renewal.upcoming_days and anniversary.months: 306 days, renewal.window_days (30) and renewal.grace_days "
            "(30) are 366 together, at most 365, the shortest term, is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(upcoming_reminder_days=(89,))},
        [
            "renewal.upcoming_reminder_days and renewal.upcoming_days: 89 days before the anniversary the renewal has "
            "not been upcoming for a day, at most 88 is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(upcoming_reminder_days=(45, 30))},
        [
            "renewal.upcoming_reminder_days and renewal.window_days: 30 days before the anniversary the window is "
            "open, at least 31 is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(ready_reminder_days=(30, 7))},
        [
            "renewal.ready_reminder_days and renewal.window_days: 30 days before the anniversary the window has not "
            "been open for a day, at most 29 is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(ready_reminder_days=(7, 0))},
        [
            "renewal.ready_reminder_days and renewal.window_days: 0 days before the anniversary the renewal is past "
            "due, at least 1 is right"
        ],
    ),
    (
        {"renewal": RenewalPolicy(last_chance_days=(7, 31))},
        [
            "renewal.last_chance_days and renewal.grace_days: 31 days after the anniversary the licences have expired, "
            "at most 30 is right"
        ],
    ),
    (
        {"anniversary": AnniversaryPolicy(months=13)},
        [
            "anniversary.custom_more_than_months and anniversary.months: 12 months are shorter than the ordinary first "
            "term, at least 13 is right"
        ],
    ),
    (
        {"anniversary": AnniversaryPolicy(custom_at_most_months={"commercial": 12})},
        [
            "anniversary.custom_at_most_months.commercial and anniversary.custom_more_than_months: 12 months at most "
            "leave no date after more than 12, at least 13 is right"
        ],
    ),
    (
        {"invitation": InvitationPolicy(reminder_days=(3, 3, 2))},
        [
            "invitation.reminder_days[0] and invitation.reminder_days[1]: day 3 is named twice, once is right",
            "invitation.reminder_days[1] and invitation.reminder_days[2]: 2 comes after 3, ascending order is right",
        ],
    ),
]


@pytest.mark.parametrize(("sections", "expected"), CONTRADICTIONS)
def test_a_contradiction_names_both_settings_and_what_would_be_right(
    sections: dict[str, Any], expected: list[str]
) -> None:
    assert told(**sections) == expected


@pytest.mark.parametrize(
    "sections",
    [
        {"invitation": InvitationPolicy(reminder_days=(30,))},
        {"invitation": InvitationPolicy(reminder_days=())},
        {"authorization": AuthorizationPolicy(order_reminder_days=(13, 0))},
        {"authorization": AuthorizationPolicy(overdue_reminder_every_days=45)},
        {"authorization": AuthorizationPolicy(warning_days=(45, 1))},
        {"authorization": AuthorizationPolicy(warning_days=(), notice_before_deactivation_days=0)},
        {"authorization": AuthorizationPolicy(warning_days=(3, 1), notice_before_deactivation_days=3)},
        {"authorization": AuthorizationPolicy(member_quantity=10, largest_quantity=10)},
        {"renewal": RenewalPolicy(upcoming_days=305)},
        {"renewal": RenewalPolicy(upcoming_reminder_days=(88, 31))},
        {"renewal": RenewalPolicy(ready_reminder_days=(29, 1))},
        {"renewal": RenewalPolicy(last_chance_days=(), grace_days=0)},
        {"anniversary": AnniversaryPolicy(custom_at_most_months={"commercial": 13})},
    ],
)
def test_the_last_figure_that_still_fits_is_no_contradiction(sections: dict[str, Any]) -> None:
    assert told(**sections) == []


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("authorization.order_reminder_days", {"authorization": AuthorizationPolicy(order_reminder_days=(2, 7))}),
        ("authorization.warning_days", {"authorization": AuthorizationPolicy(warning_days=(1, 7))}),
        ("renewal.upcoming_reminder_days", {"renewal": RenewalPolicy(upcoming_reminder_days=(45, 50))}),
        ("renewal.ready_reminder_days", {"renewal": RenewalPolicy(ready_reminder_days=(7, 14))}),
        ("renewal.last_chance_days", {"renewal": RenewalPolicy(last_chance_days=(15, 7))}),
    ],
)
def test_days_out_of_order_are_named_by_their_places(name: str, section: dict[str, Any]) -> None:
    assert found(**section) == [(f"{name}[0]", f"{name}[1]")]


def test_a_stage_of_one_day_has_room_for_no_reminder_and_no_warning() -> None:
    problems = told(authorization=AuthorizationPolicy(deactivated_from_day=16, warning_days=(1,)))
    assert [problem.rpartition(", ")[2] for problem in problems] == ["none is right", "none is right"]


def test_the_shortest_term_is_that_of_the_shortest_months() -> None:
    monthly = AnniversaryPolicy(months=1)
    assert "at most 28, the shortest term" in " ".join(told(anniversary=monthly))
    assert told(anniversary=AnniversaryPolicy(months=24, custom_more_than_months=24)) == []


def test_all_contradictions_are_found_at_once() -> None:
    assert found(
        invitation=InvitationPolicy(reminder_days=(40,)),
        authorization=AuthorizationPolicy(order_due_days=10, member_quantity=200_000),
        renewal=RenewalPolicy(last_chance_days=(40,)),
    ) == [
        ("invitation.reminder_days", "invitation.expires_after_days"),
        ("authorization.order_due_days", "authorization.overdue_from_day"),
        ("authorization.member_quantity", "authorization.largest_quantity"),
        ("renewal.last_chance_days", "renewal.grace_days"),
    ]


def test_a_broken_file_is_told_every_mistake_of_form_and_of_sense_at_once() -> None:
    text = """
        [profiles.default]
        time_zone = "Mars/Olympus"
        letter_hour = 24
        duration_mode = "daily"
        langauge = "da"
        [profiles.default.language_by_region]
        dk = "danish"
        [profiles.default.authorization]
        order_due_days = "14"
        extension_days = 1.5
        warning_days = 7
        member_quantity = 200000
        [profiles.default.renewal]
        contact_hears_of_upcoming = 1
        last_chance_days = [0, 40]
        [profiles.default.returns]
        window_days = true
        [profiles.default.anniversary.custom_at_most_months]
        military = 36
    """
    with pytest.raises(PolicyError) as refused:
        Policy.from_toml(text)
    assert str(refused.value).splitlines()[0] == "Profile 'default' of the policy file cannot be used:"
    assert sorted(refused.value.problems) == [
        "anniversary.custom_at_most_months: 'military' is not a market segment, "
        "commercial, government, education are right",
        "authorization.extension_days: 1.5 is not a whole number, write one without quotes, as in 14",
        "authorization.member_quantity and authorization.largest_quantity: 200000 licences for a member are more than "
        "anybody may have, at most 100000 is right",
        "authorization.order_due_days: '14' is not a whole number, write one without quotes, as in 14",
        "authorization.warning_days: 7 is not a list, write it in square brackets",
        "duration_mode: 'daily' is unknown, 'next_month' or 'running_month' is right",
        "langauge: there is no such setting, perhaps language is meant",
        "language_by_region.dk: 'danish' is not a language, two or three small letters are right, as in da",
        "language_by_region.dk: 'dk' is not a region, a country's two capital letters are right, as in DK",
        "letter_hour: 24 is too large, at most 23 is right",
        "renewal.contact_hears_of_upcoming: 1 is neither true nor false, write one of them without quotes",
        "renewal.last_chance_days[0]: 0 is too small, at least 1 is right",
        "returns.window_days: True is not a whole number, write one without quotes, as in 14",
        "time_zone: 'Mars/Olympus' is not a known time zone, an IANA name is right, as in Europe/Copenhagen",
        "version: is missing, it has no default",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "profiles: there is none"),
        ("profiles = 3", "profiles: there is none"),
        ("[profiles]\ndefault = 3", "profiles.default: 3 is not a table of settings"),
        ("letter_hour = 8\n[profiles.default]\nversion = 1", "letter_hour: there is no such setting here"),
        ("profile = 'late'\n[profiles.default]\nversion = 1", "there is no profile 'late', known are default"),
        ("profile = 1\n[profiles.default]\nversion = 1", "profile: 1 is not a text"),
        ("[profiles.default]\nversion = one", "it is not TOML: .* line 2"),
        ("[profiles.default]\nversion = 0", "version: 0 is too small, at least 1 is right"),
        ("[profiles.default]\nversion = 1\nname = 'a b'", "name: 'a b' has the wrong form"),
        ("[profiles.default]\nversion = 1\nreturns = 14", "returns: 14 is not a table of settings"),
        ("[profiles.default]\nversion = 1\ninvitation.reminder = 3", "invitation.reminder: .* perhaps reminder_days"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem):
        Policy.from_toml(text)


def test_a_profile_that_is_not_in_the_file_is_refused() -> None:
    with pytest.raises(PolicyError, match="there is no profile 'lenient', known are default, classic, strict"):
        Policy.from_toml(SHIPPED, "lenient")


def test_a_profile_starts_from_the_default_one_of_its_file_and_the_file_chooses() -> None:
    text = """
        profile = "nordic"
        [profiles.default]
        version = 3
        letter_hour = 7
        authorization.order_reminder_days = [5]
        [profiles.nordic]
        time_zone = "Europe/Copenhagen"
        authorization.extension_days = 0
    """
    chosen = Policy.from_toml(text)
    assert (chosen.label, chosen.letter_hour, chosen.zone) == ("nordic 3", 7, "Europe/Copenhagen")
    assert (chosen.authorization.order_reminder_days, chosen.authorization.extension_days) == ((5,), 0)


def test_the_figures_of_one_segment_leave_those_of_the_others() -> None:
    months = AnniversaryPolicy(custom_at_most_months={"commercial": 24}).custom_at_most_months
    assert months == {"commercial": 24, "government": 48, "education": 48}
