"""Where a policy contradicts itself (rules, section 9): all places at once, with both settings and what is right."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from states.calendar import add_months
from states.facts import MarketSegment

if TYPE_CHECKING:
    from states.policy import Policy


class Contradiction(NamedTuple):
    """Two settings, by their names in the file, that cannot both hold."""

    settings: tuple[str, str]
    message: str

    def __str__(self) -> str:
        return f"{self.settings[0]} and {self.settings[1]}: {self.message}"


Found = Iterator[Contradiction]


def contradictions(policy: "Policy") -> tuple[Contradiction, ...]:
    """Every contradiction of a policy whose settings have the right form; none for a policy that can be used."""
    checks = (_order_of_days, _invitation, _stages, _overdue, _quantities, _contract_year, _renewal, _custom_dates)
    return tuple(found for check in checks for found in check(policy))


def _order_of_days(policy: "Policy") -> Found:
    """Days stand as they come: those before a date the largest first, those after one the smallest."""
    invitation, authorization, renewal = policy.invitation, policy.authorization, policy.renewal
    yield from _ascending("invitation.reminder_days", invitation.reminder_days)
    yield from _descending("authorization.order_reminder_days", authorization.order_reminder_days)
    yield from _descending("authorization.warning_days", authorization.warning_days)
    yield from _descending("renewal.upcoming_reminder_days", renewal.upcoming_reminder_days)
    yield from _descending("renewal.ready_reminder_days", renewal.ready_reminder_days)
    yield from _ascending("renewal.last_chance_days", renewal.last_chance_days)


def _ascending(name: str, days: tuple[int, ...], *, sign: int = 1) -> Found:
    for index, (first, second) in enumerate(pairwise(days)):
        both = (f"{name}[{index}]", f"{name}[{index + 1}]")
        if first == second:
            yield Contradiction(both, f"day {first} is named twice, once is right")
        elif sign * first > sign * second:
            right = "ascending" if sign == 1 else "descending"
            yield Contradiction(both, f"{second} comes after {first}, {right} order is right")


def _descending(name: str, days: tuple[int, ...]) -> Found:
    return _ascending(name, days, sign=-1)


def _invitation(policy: "Policy") -> Found:
    expires = policy.invitation.expires_after_days
    both = ("invitation.reminder_days", "invitation.expires_after_days")
    yield from _too_high(both, policy.invitation.reminder_days, expires, "days after it the invitation has expired")


def _stages(policy: "Policy") -> Found:
    """Pending, overdue and deactivated follow each other without a gap, and each lasts at least a day."""
    stage = policy.authorization
    due, overdue, deactivated = stage.order_due_days, stage.overdue_from_day, stage.deactivated_from_day
    if overdue != due + 1:
        from_day, to_day = (due + 1, overdue - 1) if overdue > due else (overdue, due)
        days = f"day {from_day} belongs" if from_day == to_day else f"days {from_day} to {to_day} belong"
        yield Contradiction(
            ("authorization.order_due_days", "authorization.overdue_from_day"),
            f"{days} to {'no stage' if overdue > due else 'two stages'}, "
            f"overdue from day {due + 1} is right when the order is due within {due} days",
        )
    if deactivated <= overdue:
        yield Contradiction(
            ("authorization.overdue_from_day", "authorization.deactivated_from_day"),
            f"overdue (from day {overdue}) cannot be reached, deactivation from day {overdue + 1} or later is right",
        )


def _overdue(policy: "Policy") -> Found:
    """Reminders and warnings come within their stage, and not on the day of a letter that would take their place."""
    stage = policy.authorization
    both = ("authorization.order_reminder_days", "authorization.order_due_days")
    created = "days before the order is due the authorization has not been pending for a day"
    yield from _too_high(both, stage.order_reminder_days, stage.order_due_days - 1, created, lowest=0)
    lasts = stage.deactivated_from_day - stage.overdue_from_day
    if lasts > 0:
        every = stage.overdue_reminder_every_days
        both = ("authorization.overdue_reminder_every_days", "authorization.deactivated_from_day")
        too_late = "days after the payment was due the first reminder finds the licences deactivated"
        yield from _too_high(both, (every,) if every else (), lasts - 1, too_late)
        both = ("authorization.warning_days", "authorization.overdue_from_day")
        too_early = "days before the deactivation it has not been overdue for a day"
        yield from _too_high(both, stage.warning_days, lasts - 1, too_early)
    both = ("authorization.warning_days", "authorization.deactivated_from_day")
    yield from _too_low(both, stage.warning_days, 1, "days before the deactivation it is done, the day begins with it")
    notice = stage.notice_before_deactivation_days
    if notice > max(stage.warning_days, default=0):
        yield Contradiction(
            ("authorization.notice_before_deactivation_days", "authorization.warning_days"),
            f"no warning comes so many days ({notice}) before the deactivation, which needs one that got out; "
            f"a warning day of {notice} or more, or a notice of 0, is right",
        )


def _quantities(policy: "Policy") -> Found:
    member, largest = policy.authorization.member_quantity, policy.authorization.largest_quantity
    both = ("authorization.member_quantity", "authorization.largest_quantity")
    yield from _too_high(both, (member,), largest, "licences for a member are more than anybody may have")


def _contract_year(policy: "Policy") -> Found:
    renewal = policy.renewal
    together = renewal.upcoming_days + renewal.window_days + renewal.grace_days
    term = _shortest_term(policy)
    if together > term:
        yield Contradiction(
            ("renewal.upcoming_days", "anniversary.months"),
            f"{renewal.upcoming_days} days, renewal.window_days ({renewal.window_days}) and renewal.grace_days "
            f"({renewal.grace_days}) are {together} together, at most {term}, the shortest term, is right",
        )


def _shortest_term(policy: "Policy") -> int:
    """Days of the shortest term, the first or a year; four years hold every length of so many months."""
    months = min(policy.anniversary.months, 12)
    firsts = (date(year, month, 1) for year in range(2001, 2005) for month in range(1, 13))
    return min((add_months(first, months) - first).days for first in firsts)


def _renewal(policy: "Policy") -> Found:
    renewal = policy.renewal
    window, days = renewal.window_days, renewal.upcoming_reminder_days
    name = "renewal.upcoming_reminder_days"
    early = "days before the anniversary the renewal has not been upcoming for a day"
    yield from _too_high((name, "renewal.upcoming_days"), days, window + renewal.upcoming_days - 2, early)
    late = "days before the anniversary the window is open"
    yield from _too_low((name, "renewal.window_days"), days, window + 1, late)
    both = ("renewal.ready_reminder_days", "renewal.window_days")
    early = "days before the anniversary the window has not been open for a day"
    yield from _too_high(both, renewal.ready_reminder_days, window - 1, early)
    yield from _too_low(both, renewal.ready_reminder_days, 1, "days before the anniversary the renewal is past due")
    both = ("renewal.last_chance_days", "renewal.grace_days")
    late = "days after the anniversary the licences have expired"
    yield from _too_high(both, renewal.last_chance_days, renewal.grace_days, late)


def _custom_dates(policy: "Policy") -> Found:
    anniversary = policy.anniversary
    more_than = anniversary.custom_more_than_months
    both = ("anniversary.custom_more_than_months", "anniversary.months")
    yield from _too_low(both, (more_than,), anniversary.months, "months are shorter than the ordinary first term")
    for segment in MarketSegment:
        both = (f"anniversary.custom_at_most_months.{segment}", "anniversary.custom_more_than_months")
        at_most = anniversary.custom_at_most_months[segment]
        yield from _too_low(
            both, (at_most,), more_than + 1, f"months at most leave no date after more than {more_than}"
        )


def _too_high(both: tuple[str, str], values: tuple[int, ...], highest: int, why: str, lowest: int = 1) -> Found:
    right = f"at most {highest}" if highest >= lowest else "none"
    return (Contradiction(both, f"{value} {why}, {right} is right") for value in values if value > highest)


def _too_low(both: tuple[str, str], values: tuple[int, ...], lowest: int, why: str) -> Found:
    return (Contradiction(both, f"{value} {why}, at least {lowest} is right") for value in values if value < lowest)
