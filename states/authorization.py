"""A purchase authorization: from the request to its order, or to its end (rules, section 4).

Everything time does to an authorization concerns its open quantity; what is ordered is paid for and stays.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from states.calendar import at_hour, days_after, local_date, start_of_day
from states.facts import AuthorizationFacts, Order, RequestedBy, held, open_quantity
from states.letters import (
    AuthorizationCancelled,
    DeactivationWarning,
    LicencesDeactivated,
    LicencesReactivated,
    OrderReceived,
    OrderReminder,
    OverdueReminder,
    PaymentOverdue,
    ProductsAdded,
    ProductsAddedByMember,
    ReturnCompleted,
    ReturnDeclined,
    ReturnRequested,
)
from states.lifecycle import At, Lifecycle, Remind, Row, always, to_both, to_contact, to_manager
from states.policy import Policy


class State(StrEnum):
    PENDING = "pending"
    ORDERED = "ordered"
    OVERDUE = "overdue"
    DEACTIVATED = "deactivated"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return_requested"
    RETURNED = "returned"
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"


class Trigger(StrEnum):
    AUTHORIZE = "authorize_purchase"
    RECORD_ORDER = "record_order"
    REMIND = "remind"
    ORDER = "place_order"
    CANCEL = "cancel"
    EXTEND = "extend"
    ORDER_DUE = "order_due"
    WARN = "warn"
    DEACTIVATION = "deactivation"
    WRITE_OFF = "write_off"
    DEACTIVATE = "deactivate"
    REQUEST_RETURN = "request_return"
    CONFIRM_RETURN = "confirm_return"
    DECLINE_RETURN = "decline_return"
    RETURN_WINDOW_ENDS = "return_window_ends"


def the_member_asks(facts: AuthorizationFacts, _policy: Policy) -> bool:
    return facts.requested_by is RequestedBy.MEMBER


def nothing_is_open(facts: AuthorizationFacts, _policy: Policy) -> bool:
    return not open_quantity(facts)


def something_was_ordered(facts: AuthorizationFacts, _policy: Policy) -> bool:
    return bool(facts.orders)


def nothing_is_held(facts: AuthorizationFacts, _policy: Policy) -> bool:
    return not held(facts)


def day(facts: AuthorizationFacts, policy: Policy, number: int) -> date:
    """Day `number` of the authorization (day 0 is the local date of the request), extension included."""
    return local_date(facts.requested_at, policy.time_zone) + timedelta(days=number + facts.extension_days)


@lru_cache(maxsize=32768)
def _at(requested_at: datetime, days: int, hour: int, zone: str) -> datetime:
    """That local hour of the day so many days after the request."""
    return days_after(local_date(requested_at, zone), days, hour, zone)


def overdue_starts(facts: AuthorizationFacts, policy: Policy) -> datetime:
    """00:00 of the first day on which the order is late (A9)."""
    return _at(facts.requested_at, policy.authorization.overdue_from_day + facts.extension_days, 0, policy.time_zone)


def deactivation_day(facts: AuthorizationFacts, policy: Policy) -> date:
    """The day of A12 as it is known now; told as "at the earliest" until a warning got out."""
    planned = day(facts, policy, policy.authorization.deactivated_from_day)
    notice = policy.authorization.notice_before_deactivation_days
    if notice and facts.warned_at is not None:
        return max(planned, local_date(facts.warned_at, policy.time_zone) + timedelta(days=notice))
    return planned


def deactivation_comes(facts: AuthorizationFacts, policy: Policy) -> datetime | None:
    """00:00 of that day; None while no warning got out and the policy asks for one (A12)."""
    if policy.authorization.notice_before_deactivation_days and facts.warned_at is None:
        return None
    return start_of_day(deactivation_day(facts, policy), policy.time_zone)


def return_closes(order: Order, policy: Policy) -> datetime:
    """00:00 of the day after the last one on which a return of this order can be asked for (A15)."""
    placed_on = local_date(order.ordered_at, policy.time_zone)
    return start_of_day(placed_on + timedelta(days=policy.returns.window_days + 1), policy.time_zone)


def returns_close(facts: AuthorizationFacts, policy: Policy) -> datetime:
    """When the return windows of all its orders have ended (A18)."""
    return max(return_closes(order, policy) for order in facts.orders)


def next_order_reminder(facts: AuthorizationFacts, policy: Policy, after: datetime) -> datetime | None:
    """The letter hour, 7, 2 and 0 days before the order is due (A4)."""
    due = policy.authorization.order_due_days + facts.extension_days
    for before in policy.authorization.order_reminder_days:
        at = _at(facts.requested_at, due - before, policy.letter_hour, policy.time_zone)
        if at > after:
            return at
    return None


def next_overdue_reminder(facts: AuthorizationFacts, policy: Policy, after: datetime) -> datetime | None:
    """The letter hour, every 7 days from the first day overdue (A10)."""
    every = policy.authorization.overdue_reminder_every_days
    if every is None:
        return None
    zone, hour = policy.time_zone, policy.letter_hour
    first = policy.authorization.overdue_from_day + facts.extension_days
    passed = (local_date(after, zone) - local_date(facts.requested_at, zone)).days - first
    turn = max(1, passed // every)
    at = _at(facts.requested_at, first + turn * every, hour, zone)
    return at if at > after else _at(facts.requested_at, first + (turn + 1) * every, hour, zone)


def next_warning(facts: AuthorizationFacts, policy: Policy, after: datetime) -> datetime | None:
    """The letter hour, 14, 7 and 1 days before the deactivation (A11).

    From that day on, a fresh warning each day until one gets out, so that none names a day gone by.
    """
    last = policy.authorization.deactivated_from_day + facts.extension_days
    for before in policy.authorization.warning_days:
        at = _at(facts.requested_at, last - before, policy.letter_hour, policy.time_zone)
        if at > after:
            return at
    if facts.warned_at is not None or not policy.authorization.notice_before_deactivation_days:
        return None
    if len(facts.warnings_refused) == len(DeactivationWarning.readers):
        return None
    planned = day(facts, policy, policy.authorization.deactivated_from_day)
    today = max(planned, local_date(after, policy.time_zone))
    at = at_hour(today, policy.letter_hour, policy.time_zone)
    return at if at > after else at_hour(today + timedelta(days=1), policy.letter_hour, policy.time_zone)


S, T = State, Trigger
_PENDING_ONLY = "Only a pending authorization can be cancelled or extended; "
_NOT_PENDING = {
    S.ORDERED: ("not_pending", _PENDING_ONLY + "an order was placed: ask for a return."),
    S.OVERDUE: ("not_pending", _PENDING_ONLY + "it is overdue: place the order, or write it off."),
    S.DEACTIVATED: ("not_pending", _PENDING_ONLY + "it is deactivated: place the order, or write it off."),
    S.CANCELLED: ("not_pending", _PENDING_ONLY + "it was cancelled already."),
    S.RETURN_REQUESTED: ("not_pending", _PENDING_ONLY + "a return was asked for: confirm or decline it."),
    S.RETURNED: ("not_pending", _PENDING_ONLY + "all of it was returned."),
    S.SETTLED: ("not_pending", _PENDING_ONLY + "it was ordered and is settled."),
    S.WRITTEN_OFF: ("not_pending", _PENDING_ONLY + "it was written off."),
}
_NOTHING_OPEN = {
    S.ORDERED: ("nothing_open", "All of it is ordered already."),
    S.CANCELLED: ("nothing_open", "It was cancelled; authorize the products anew or record a direct order."),
    S.RETURN_REQUESTED: ("nothing_open", "All of it is ordered already; a return is open."),
    S.RETURNED: ("nothing_open", "All of it was ordered and returned."),
    S.SETTLED: ("nothing_open", "All of it is ordered and settled."),
    S.WRITTEN_OFF: ("nothing_open", "It was written off; authorize the products anew or record a direct order."),
}
_NOT_OVERDUE = dict.fromkeys(
    set(S) - {S.OVERDUE, S.DEACTIVATED}, ("not_overdue", "Only what is overdue or deactivated can be written off.")
)
_NOT_LATE = dict.fromkeys(
    set(S) - {S.OVERDUE}, ("not_overdue", "Only an overdue authorization past its last day can be deactivated.")
)
_NO_RETURN = dict.fromkeys(set(S) - {S.RETURN_REQUESTED}, ("no_return_open", "No return was asked for."))
_NOT_ORDERED = dict.fromkeys(
    {S.PENDING, S.OVERDUE, S.DEACTIVATED, S.CANCELLED, S.WRITTEN_OFF},
    ("not_ordered", "A return can be asked for once everything is ordered."),
)
_RETURN_ENDED = {
    S.RETURN_REQUESTED: ("return_already_open", "A return is open; confirm or decline it first."),
    S.RETURNED: ("exceeds_held", "All of it was returned."),
    S.SETTLED: ("return_window_closed", "The return windows of all its orders have ended."),
}

# fmt: off
AUTHORIZATION = Lifecycle(
    name="purchase authorization",
    states=State,
    rows=(
        #   rule   while               when                  if                     then                and do
        Row("A2",  None,               T.AUTHORIZE,          the_member_asks,       S.PENDING,          (to_manager(ProductsAddedByMember),)),
        Row("A1",  None,               T.AUTHORIZE,          always,                S.PENDING,          (to_contact(ProductsAdded),)),
        Row("A3",  None,               T.RECORD_ORDER,       always,                S.ORDERED,          (to_contact(OrderReceived),)),
        Row("A4",  S.PENDING,          T.REMIND,             always,                S.PENDING,          (to_manager(OrderReminder),)),
        Row("A6",  S.PENDING,          T.ORDER,              nothing_is_open,       S.ORDERED,          (to_contact(OrderReceived),)),
        Row("A5",  S.PENDING,          T.ORDER,              always,                S.PENDING,          (to_contact(OrderReceived),)),
        Row("A7",  S.PENDING,          T.CANCEL,             something_was_ordered, S.ORDERED,          (to_both(AuthorizationCancelled),)),
        Row("A7",  S.PENDING,          T.CANCEL,             always,                S.CANCELLED,        (to_both(AuthorizationCancelled),)),
        Row("A8",  S.PENDING,          T.EXTEND,             always,                S.PENDING),
        Row("A9",  S.PENDING,          T.ORDER_DUE,          always,                S.OVERDUE,          (to_both(PaymentOverdue),)),
        Row("A6",  S.OVERDUE,          T.ORDER,              nothing_is_open,       S.ORDERED,          (to_contact(OrderReceived),)),
        Row("A5",  S.OVERDUE,          T.ORDER,              always,                S.OVERDUE,          (to_contact(OrderReceived),)),
        Row("A10", S.OVERDUE,          T.REMIND,             always,                S.OVERDUE,          (to_manager(OverdueReminder),)),
        Row("A11", S.OVERDUE,          T.WARN,               always,                S.OVERDUE,          (to_both(DeactivationWarning),)),
        Row("A12", S.OVERDUE,          T.DEACTIVATION,       always,                S.DEACTIVATED,      (to_both(LicencesDeactivated),)),
        Row("A19", S.OVERDUE,          T.DEACTIVATE,         always,                S.DEACTIVATED,      (to_both(LicencesDeactivated),)),
        Row("A14", S.OVERDUE,          T.WRITE_OFF,          something_was_ordered, S.ORDERED,          (to_both(AuthorizationCancelled),)),
        Row("A14", S.OVERDUE,          T.WRITE_OFF,          always,                S.WRITTEN_OFF,      (to_both(AuthorizationCancelled),)),
        Row("A13", S.DEACTIVATED,      T.ORDER,              nothing_is_open,       S.ORDERED,          (to_both(LicencesReactivated),)),
        Row("A5",  S.DEACTIVATED,      T.ORDER,              always,                S.DEACTIVATED,      (to_contact(OrderReceived),)),
        Row("A14", S.DEACTIVATED,      T.WRITE_OFF,          something_was_ordered, S.ORDERED,          (to_both(AuthorizationCancelled),)),
        Row("A14", S.DEACTIVATED,      T.WRITE_OFF,          always,                S.WRITTEN_OFF,      (to_both(AuthorizationCancelled),)),
        Row("A15", S.ORDERED,          T.REQUEST_RETURN,     always,                S.RETURN_REQUESTED, (to_manager(ReturnRequested),)),
        Row("A16", S.RETURN_REQUESTED, T.CONFIRM_RETURN,     nothing_is_held,       S.RETURNED,         (to_both(ReturnCompleted),)),
        Row("A16", S.RETURN_REQUESTED, T.CONFIRM_RETURN,     always,                S.ORDERED,          (to_both(ReturnCompleted),)),
        Row("A17", S.RETURN_REQUESTED, T.DECLINE_RETURN,     always,                S.ORDERED,          (to_manager(ReturnDeclined),)),
        Row("A18", S.ORDERED,          T.RETURN_WINDOW_ENDS, always,                S.SETTLED),
    ),
    # What was received, returned or cancelled is so all the same once the return windows are over (A18).
    continues={S.SETTLED: S.ORDERED},
    moments={
        S.PENDING: (At(overdue_starts, T.ORDER_DUE), Remind(next_order_reminder, T.REMIND)),
        S.OVERDUE: (
            At(deactivation_comes, T.DEACTIVATION),
            Remind(next_overdue_reminder, T.REMIND),
            Remind(next_warning, T.WARN),
        ),
        S.ORDERED: (At(returns_close, T.RETURN_WINDOW_ENDS),),
    },
    refusals={
        T.CANCEL:         _NOT_PENDING,
        T.EXTEND:         _NOT_PENDING,
        T.ORDER:          _NOTHING_OPEN,
        T.WRITE_OFF:      _NOT_OVERDUE,
        T.DEACTIVATE:     _NOT_LATE,
        T.REQUEST_RETURN: {**_NOT_ORDERED, **_RETURN_ENDED},
        T.CONFIRM_RETURN: _NO_RETURN,
        T.DECLINE_RETURN: _NO_RETURN,
    },
)
# fmt: on

LATE = frozenset({State.OVERDUE, State.DEACTIVATED})
"""While any authorization is in one of these, the customer can buy nothing new (section 4)."""
OPEN = frozenset({State.PENDING, State.OVERDUE, State.DEACTIVATED})
"""Something is still to be ordered."""
