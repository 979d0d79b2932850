"""The renewal of a customer: one turn for each contract year (rules, section 5). A is the anniversary date."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from states.calendar import add_months, days_after, next_anniversary, start_of_day
from states.facts import Quantities, RenewalFacts, minus
from states.letters import (
    LicencesExpired,
    RenewalLastChance,
    RenewalPastDue,
    RenewalReady,
    RenewalReceived,
    RenewalReminder,
    RenewalUpcoming,
)
from states.lifecycle import At, Change, Lifecycle, Remind, Row, always, to_both, to_contact, to_manager
from states.policy import Policy


class State(StrEnum):
    NO_TERM = "no_term"
    IN_TERM = "in_term"
    UPCOMING = "upcoming"
    READY = "ready"
    PAST_DUE = "past_due"
    RENEWED = "renewed"
    LAPSED = "lapsed"


class Trigger(StrEnum):
    LICENCES_CHANGED = "licences_changed"
    REMIND = "remind"
    RENEW = "place_renewal_order"
    DECLINE = "decline_renewal"
    RENEWAL_UPCOMING = "renewal_upcoming"
    WINDOW_OPENS = "window_opens"
    ANNIVERSARY = "anniversary"
    NEXT_TERM = "next_term"
    LICENCES_EXPIRE = "licences_expire"


def to_renew(facts: RenewalFacts) -> Quantities:
    """Held before the anniversary, and neither renewed nor declined."""
    return minus(minus(facts.ending, facts.renewed), facts.declined)


def to_remove(facts: RenewalFacts) -> Quantities:
    """What the roll to the next year, or the lapse, takes away."""
    return minus(facts.ending, facts.renewed)


def something_is_held(facts: RenewalFacts, _policy: Policy) -> bool:
    return bool(facts.ending or facts.coming)


def nothing_remains(facts: RenewalFacts, _policy: Policy) -> bool:
    return not (facts.ending or facts.coming or facts.renewed)


def something_is_to_renew(facts: RenewalFacts, _policy: Policy) -> bool:
    return bool(to_renew(facts))


def all_is_said_and_something_renewed(facts: RenewalFacts, _policy: Policy) -> bool:
    return bool(facts.renewed) and not to_renew(facts)


def something_goes_on(facts: RenewalFacts, _policy: Policy) -> bool:
    """Something was renewed, or ordered on the anniversary or later."""
    return bool(facts.renewed or facts.coming)


def something_is_removed(facts: RenewalFacts, _policy: Policy) -> bool:
    return bool(to_remove(facts))


def anniversary(facts: RenewalFacts) -> date:
    if facts.anniversary is None:
        raise ValueError("no term runs, so no anniversary date is fixed")
    return facts.anniversary


def window_opens_on(facts: RenewalFacts, policy: Policy) -> date:
    return anniversary(facts) - timedelta(days=policy.renewal.window_days)


def expires_on(facts: RenewalFacts, policy: Policy) -> date:
    """The day after the days of grace: A + 31."""
    return anniversary(facts) + timedelta(days=policy.renewal.grace_days + 1)


def upcoming_starts(facts: RenewalFacts, policy: Policy) -> datetime:
    """00:00 of W - 59: from then on fewer than 60 days are left until the window (R2)."""
    first = window_opens_on(facts, policy) - timedelta(days=policy.renewal.upcoming_days - 1)
    return start_of_day(first, policy.time_zone)


def window_opens(facts: RenewalFacts, policy: Policy) -> datetime:
    return start_of_day(window_opens_on(facts, policy), policy.time_zone)


def anniversary_comes(facts: RenewalFacts, policy: Policy) -> datetime:
    return start_of_day(anniversary(facts), policy.time_zone)


def anniversary_comes_unsaid(facts: RenewalFacts, policy: Policy) -> datetime | None:
    """00:00 of A, with something neither renewed nor declined (R7)."""
    return anniversary_comes(facts, policy) if to_renew(facts) else None


def grace_ends(facts: RenewalFacts, policy: Policy) -> datetime:
    return start_of_day(expires_on(facts, policy), policy.time_zone)


def _next(offsets: tuple[int, ...], facts: RenewalFacts, policy: Policy, after: datetime) -> datetime | None:
    for days in offsets:
        at = days_after(anniversary(facts), days, policy.letter_hour, policy.time_zone)
        if at > after:
            return at
    return None


def next_upcoming_reminder(facts: RenewalFacts, policy: Policy, after: datetime) -> datetime | None:
    return _next(tuple(-days for days in policy.renewal.upcoming_reminder_days), facts, policy, after)


def next_ready_reminder(facts: RenewalFacts, policy: Policy, after: datetime) -> datetime | None:
    return _next(tuple(-days for days in policy.renewal.ready_reminder_days), facts, policy, after)


def next_last_chance(facts: RenewalFacts, policy: Policy, after: datetime) -> datetime | None:
    return _next(policy.renewal.last_chance_days, facts, policy, after)


def first_anniversary(ordered_on: date, custom: date | None, policy: Policy) -> tuple[date, date]:
    """The anchor and A of a first order on a local day: the custom date while it is ahead, else 12 months (R1)."""
    if custom is not None and custom > ordered_on:
        return custom, custom
    first = add_months(ordered_on, policy.anniversary.months)
    return (ordered_on if policy.anniversary.months % 12 == 0 else first), first


def fix_anniversary(facts: RenewalFacts, policy: Policy, _now: datetime) -> RenewalFacts:
    if facts.term_start is None:
        raise ValueError("a term begins on the day of its first order")
    anchor, first = first_anniversary(facts.term_start, facts.custom_anniversary, policy)
    return facts.model_copy(update={"anchor": anchor, "anniversary": first, "turn": facts.turn + 1})


def begin_next_year(facts: RenewalFacts, _policy: Policy, _now: datetime) -> RenewalFacts:
    ended = anniversary(facts)
    return facts.model_copy(
        update={
            "anniversary": next_anniversary(facts.anchor or ended, ended),
            "term_start": ended,
            "counted_from": ended,
            "term": facts.term + 1,
            "turn": facts.turn + 1,
            "carried": facts.renewed,
            "ending": {},
            "coming": {},
            "renewed": {},
            "declined": {},
        }
    )


def end_term(facts: RenewalFacts, _policy: Policy, _now: datetime) -> RenewalFacts:
    """No anniversary is fixed any more; a custom date stays for the next first order while it is ahead."""
    return RenewalFacts(custom_anniversary=facts.custom_anniversary, term=facts.term + 1, turn=facts.turn)


S, T = State, Trigger
EXPIRED = to_both(LicencesExpired, when=something_is_removed)
ROLL = Change(begin_next_year)
_CLOSED = (
    "renewal_window_closed",
    "Renewal orders are taken from 30 days before the anniversary date to 30 days after it.",
)
_NOTHING = ("nothing_to_renew", "Nothing is held that could be renewed.")
_SAID = ("nothing_to_renew", "Everything held is renewed already.")

# fmt: off
RENEWAL = Lifecycle(
    name="renewal",
    states=State,
    initial=S.NO_TERM,
    rows=(
        #   rule   while       when                if                                 then        and do
        Row("R1",  S.NO_TERM,  T.LICENCES_CHANGED, something_is_held,                 S.IN_TERM,  (Change(fix_anniversary),)),
        Row("R1",  S.LAPSED,   T.LICENCES_CHANGED, something_is_held,                 S.IN_TERM,  (Change(fix_anniversary),)),
        Row("R2",  S.IN_TERM,  T.RENEWAL_UPCOMING, always,                            S.UPCOMING, (to_both(RenewalUpcoming),)),
        Row("R3",  S.UPCOMING, T.REMIND,           always,                            S.UPCOMING, (to_manager(RenewalReminder),)),
        Row("R4",  S.UPCOMING, T.WINDOW_OPENS,     always,                            S.READY,    (to_both(RenewalReady),)),
        Row("R5",  S.READY,    T.REMIND,           always,                            S.READY,    (to_both(RenewalReminder),)),
        Row("R6",  S.READY,    T.RENEW,            all_is_said_and_something_renewed, S.RENEWED,  (to_contact(RenewalReceived),)),
        Row("5.1", S.READY,    T.RENEW,            always,                            S.READY,    (to_contact(RenewalReceived),)),
        Row("R6",  S.READY,    T.DECLINE,          all_is_said_and_something_renewed, S.RENEWED),
        Row("5.5", S.READY,    T.DECLINE,          always,                            S.READY),
        Row("R6",  S.READY,    T.LICENCES_CHANGED, all_is_said_and_something_renewed, S.RENEWED),
        Row("5.1", S.RENEWED,  T.RENEW,            always,                            S.RENEWED,  (to_contact(RenewalReceived),)),
        Row("5.5", S.UPCOMING, T.DECLINE,          always,                            S.UPCOMING),
        Row("R7",  S.READY,    T.ANNIVERSARY,      always,                            S.PAST_DUE, (to_both(RenewalPastDue),)),
        Row("R8",  S.PAST_DUE, T.REMIND,           always,                            S.PAST_DUE, (to_both(RenewalLastChance),)),
        Row("R9",  S.PAST_DUE, T.RENEW,            all_is_said_and_something_renewed, S.IN_TERM,  (to_contact(RenewalReceived), EXPIRED, ROLL)),
        Row("5.1", S.PAST_DUE, T.RENEW,            always,                            S.PAST_DUE, (to_contact(RenewalReceived),)),
        Row("R9",  S.PAST_DUE, T.DECLINE,          all_is_said_and_something_renewed, S.IN_TERM,  (EXPIRED, ROLL)),
        Row("5.5", S.PAST_DUE, T.DECLINE,          always,                            S.PAST_DUE),
        Row("R9",  S.PAST_DUE, T.LICENCES_CHANGED, all_is_said_and_something_renewed, S.IN_TERM,  (EXPIRED, ROLL)),
        Row("R10", S.RENEWED,  T.NEXT_TERM,        always,                            S.IN_TERM,  (EXPIRED, ROLL)),
        Row("R11", S.PAST_DUE, T.LICENCES_EXPIRE,  something_goes_on,                 S.IN_TERM,  (EXPIRED, ROLL)),
        Row("R11", S.READY,    T.LICENCES_EXPIRE,  something_goes_on,                 S.IN_TERM,  (EXPIRED, ROLL)),
        Row("R12", S.PAST_DUE, T.LICENCES_EXPIRE,  always,                            S.LAPSED,   (EXPIRED, Change(end_term))),
        Row("R12", S.READY,    T.LICENCES_EXPIRE,  always,                            S.LAPSED,   (EXPIRED, Change(end_term))),
        Row("R13", S.IN_TERM,  T.LICENCES_CHANGED, nothing_remains,                   S.NO_TERM,  (Change(end_term),)),
        Row("R13", S.UPCOMING, T.LICENCES_CHANGED, nothing_remains,                   S.NO_TERM,  (Change(end_term),)),
        Row("R13", S.READY,    T.LICENCES_CHANGED, nothing_remains,                   S.NO_TERM,  (Change(end_term),)),
        Row("R13", S.PAST_DUE, T.LICENCES_CHANGED, nothing_remains,                   S.NO_TERM,  (Change(end_term),)),
        Row("R14", S.RENEWED,  T.LICENCES_CHANGED, something_is_to_renew,             S.READY),
    ),
    # An order received for the whole of it is still received when the next year has begun without a word (R10).
    continues={S.IN_TERM: S.RENEWED},
    moments={
        S.IN_TERM:  (At(upcoming_starts, T.RENEWAL_UPCOMING),),
        S.UPCOMING: (At(window_opens, T.WINDOW_OPENS), Remind(next_upcoming_reminder, T.REMIND)),
        S.READY:    (At(anniversary_comes_unsaid, T.ANNIVERSARY), At(grace_ends, T.LICENCES_EXPIRE), Remind(next_ready_reminder, T.REMIND)),
        S.RENEWED:  (At(anniversary_comes, T.NEXT_TERM),),
        S.PAST_DUE: (At(grace_ends, T.LICENCES_EXPIRE), Remind(next_last_chance, T.REMIND)),
    },
    refusals={
        T.RENEW:   {S.NO_TERM: _NOTHING, S.IN_TERM: _CLOSED, S.UPCOMING: _CLOSED, S.LAPSED: _CLOSED},
        T.DECLINE: {S.NO_TERM: _NOTHING, S.IN_TERM: _CLOSED, S.RENEWED: _SAID, S.LAPSED: _NOTHING},
    },
)
# fmt: on
