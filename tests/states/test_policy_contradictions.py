"""What contradicts itself in a policy is told with both settings, and with what would be right."""

from typing import Any

import pytest

from states.policy import (
    AnniversaryPolicy,
    AuthorizationPolicy,
    InvitationPolicy,
    Policy,
    RenewalPolicy,
    contradictions,
)


def policy(**sections: Any) -> Policy:
    return Policy(name="tried", version=1, **sections)


def found(**sections: Any) -> list[tuple[str, str]]:
    return [contradiction.settings for contradiction in contradictions(policy(**sections))]


def told(**sections: Any) -> list[str]:
    return [str(contradiction) for contradiction in contradictions(policy(**sections))]


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
