"""Every figure of the lifecycle, validated (rules, section 9).

Days are local calendar dates, counted as section 2 says. A policy travels inside every case that started under it,
written as what differs from the defaults below. So the defaults are wire format and never change: new figures for new
cases go into `policy.toml`.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from states.calendar import DurationMode
from states.contradictions import Contradiction, contradictions
from states.facts import MarketSegment
from states.figures import Count, Day, DayOrZero, EveryDays, Hour, Language, Months, Name, Region, YesOrNo, Zone
from states.problems import Problem, dotted, problems, without
from states.profiles import PolicyError, no_such_profile, profile_names, profiles

__all__ = [
    "AnniversaryPolicy",
    "AuthorizationPolicy",
    "Contradiction",
    "InvitationPolicy",
    "Policy",
    "PolicyError",
    "RenewalPolicy",
    "ReturnPolicy",
    "contradictions",
    "profile_names",
]


_AT_MOST_MONTHS = {"commercial": 36, "government": 48, "education": 48}


def _every_segment(value: object) -> object:
    return {**_AT_MOST_MONTHS, **value} if isinstance(value, dict) else value


def _only_segments(value: dict[str, int]) -> dict[str, int]:
    unknown = sorted(set(value) - set(MarketSegment))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a market segment, {', '.join(MarketSegment)} are right")
    return value


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InvitationPolicy(_Settings):
    """Section 3: M2, M3, M4. Days after the invitation."""

    reminder_days: tuple[Day, ...] = (3, 7, 14, 21)
    expires_after_days: Day = 30
    resends_a_day: Count = 5


class AuthorizationPolicy(_Settings):
    """Section 4: A4, A8 to A12, and the quantities of the buying rules. Stages begin on days since the creation."""

    order_due_days: Day = 14
    overdue_from_day: Day = 15
    deactivated_from_day: Day = 61
    extension_days: DayOrZero = 14
    """In all (A8); 0: no extension."""
    order_reminder_days: tuple[DayOrZero, ...] = (7, 2, 0)
    """Before the order is due."""
    overdue_reminder_every_days: EveryDays = 7
    """None, in TOML 0: no reminders."""
    warning_days: tuple[DayOrZero, ...] = (14, 7, 1)
    """Before the deactivation."""
    notice_before_deactivation_days: DayOrZero = 1
    """Between the first warning that got out and the deactivation; 0: none required."""
    member_quantity: Count = 250
    """On one line when the member asks."""
    largest_quantity: Count = 100_000


class RenewalPolicy(_Settings):
    """Section 5. A is the anniversary date, the window opens `window_days` before it."""

    window_days: Day = 30
    upcoming_days: Annotated[int, Field(strict=True, ge=2, le=3660)] = 60
    """Upcoming is what has fewer than this many days until the window."""
    upcoming_reminder_days: tuple[DayOrZero, ...] = (45,)
    """Before A (R3)."""
    ready_reminder_days: tuple[DayOrZero, ...] = (14, 7)
    """Before A (R5)."""
    last_chance_days: tuple[Day, ...] = (7, 15, 23, 30)
    """After A (R8)."""
    grace_days: DayOrZero = 30
    contact_hears_of_upcoming: YesOrNo = True


class ReturnPolicy(_Settings):
    """Section 4: A15. Days after an order was placed."""

    window_days: Day = 14


class AnniversaryPolicy(_Settings):
    """Sections 3 and 5: the first term, and how far ahead a custom date may lie, in months after the invitation."""

    months: Months = 12
    custom_more_than_months: Months = 12
    custom_at_most_months: Annotated[
        dict[str, Months], BeforeValidator(_every_segment), AfterValidator(_only_segments)
    ] = _AT_MOST_MONTHS


class Policy(_Settings):
    """One named and numbered set of figures."""

    name: Name
    version: Count
    time_zone: Zone = "UTC"
    letter_hour: Hour = 8
    """Local hour at which letters go out that no person's act caused."""
    language: Language = "en"
    """Of a reader whose language and region say nothing."""
    language_by_region: dict[Region, Language] = {"DK": "da", "FO": "da", "GL": "da", "NL": "nl"}
    invitation: InvitationPolicy = InvitationPolicy()
    authorization: AuthorizationPolicy = AuthorizationPolicy()
    renewal: RenewalPolicy = RenewalPolicy()
    returns: ReturnPolicy = ReturnPolicy()
    anniversary: AnniversaryPolicy = AnniversaryPolicy()
    duration_mode: DurationMode = "next_month"

    def __hash__(self) -> int:
        # Pydantic's own hash fails on tables; equal policies have equal labels.
        return hash((self.name, self.version))

    @property
    def zone(self) -> str:
        """The time zone, as the calendar wants it."""
        return self.time_zone

    @property
    def label(self) -> str:
        """Name and version, as people and search attributes know it: `default 1`."""
        return f"{self.name} {self.version}"

    @classmethod
    def from_toml(cls, text: str, profile: str | None = None) -> "Policy":
        """One profile of a policy file, by default the one that the file itself chooses.

        Raises PolicyError with every problem at once, those of form and those of sense.
        """
        known, chosen = profiles(text)
        name = profile or chosen
        if name not in known:
            raise PolicyError("The policy file cannot be used:", no_such_profile(name, known))
        heading = f"Profile {name!r} of the policy file cannot be used:"
        try:
            policy = cls.model_validate(known[name])
        except ValidationError as error:
            malformed = problems(error, cls)
            raise PolicyError(
                heading, *map(str, malformed), *_contradictions_elsewhere(known[name], malformed)
            ) from None
        if found := contradictions(policy):
            raise PolicyError(heading, *map(str, found))
        return policy


def _contradictions_elsewhere(data: dict[str, Any], malformed: list[Problem]) -> list[str]:
    """What a malformed setting must not hide: the contradictions between the others."""
    try:
        policy = Policy.model_validate({"name": "rest", "version": 1, **without(data, malformed)})
    except ValidationError:
        return []
    broken = tuple(dotted(problem.location[:2]) for problem in malformed)
    return [
        str(found) for found in contradictions(policy) if not any(name.startswith(broken) for name in found.settings)
    ]
