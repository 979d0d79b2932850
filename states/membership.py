"""The membership of a customer: invited, accepted, expired, withdrawn (rules, section 3)."""

from datetime import datetime
from enum import StrEnum

from states.calendar import days_after, local_date
from states.facts import MembershipFacts
from states.letters import (
    Invitation,
    InvitationAccepted,
    InvitationExpired,
    InvitationReminder,
    InvitationWithdrawn,
    Welcome,
)
from states.lifecycle import At, Lifecycle, Remind, Row, always, to_contact, to_manager
from states.policy import Policy


class State(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Trigger(StrEnum):
    INVITE = "invite"
    REMIND = "remind"
    INVITATION_EXPIRES = "invitation_expires"
    RESEND = "resend_invitation"
    ACCEPT = "accept_invitation"
    WITHDRAW = "withdraw_invitation"
    HAND_OVER = "hand_over_contact"
    ADD_OFFER_TYPES = "add_offer_types"
    ASSIGN = "assign_account_manager"


def nothing_was_authorized(facts: MembershipFacts, _policy: Policy) -> bool:
    return not facts.something_authorized


def accepted_in_time(facts: MembershipFacts, policy: Policy) -> bool:
    """Told after the expiry, but it says that it happened before (section 11)."""
    return facts.acceptance is not None and facts.acceptance.accepted_at <= invitation_ends(facts, policy)


def invitation_ends(facts: MembershipFacts, policy: Policy) -> datetime:
    """00:00 of the day after the last day on which the invitation can be accepted (M3)."""
    invited_on = local_date(facts.invited_at, policy.time_zone)
    return days_after(invited_on, policy.invitation.expires_after_days + 1, 0, policy.time_zone)


def next_reminder(facts: MembershipFacts, policy: Policy, after: datetime) -> datetime | None:
    """The letter hour of the next reminder day (M2)."""
    invited_on = local_date(facts.invited_at, policy.time_zone)
    for days in policy.invitation.reminder_days:
        at = days_after(invited_on, days, policy.letter_hour, policy.time_zone)
        if at > after:
            return at
    return None


S, T = State, Trigger
_ACCEPTED = ("already_accepted", "The invitation has been accepted already.")
_EXPIRED = ("invitation_expired", "The invitation has expired; resend it first.")
_WITHDRAWN = ("invitation_withdrawn", "The invitation was withdrawn; invite the organisation anew.")
_AUTHORIZED = ("something_authorized", "Something was authorized or ordered, so the invitation can't be withdrawn.")

# fmt: off
MEMBERSHIP = Lifecycle(
    name="membership",
    states=State,
    rows=(
        #   rule   while        when                  if                      then         and do
        Row("M1", None,        T.INVITE,             always,                 S.INVITED,   (to_contact(Invitation),)),
        Row("M2", S.INVITED,   T.REMIND,             always,                 S.INVITED,   (to_contact(InvitationReminder),)),
        Row("M3", S.INVITED,   T.INVITATION_EXPIRES, always,                 S.EXPIRED,   (to_manager(InvitationExpired),)),
        Row("M4", S.INVITED,   T.RESEND,             always,                 S.INVITED,   (to_contact(Invitation),)),
        Row("M4", S.EXPIRED,   T.RESEND,             always,                 S.INVITED,   (to_contact(Invitation),)),
        Row("M5", S.INVITED,   T.ACCEPT,             always,                 S.ACCEPTED,  (to_contact(Welcome), to_manager(InvitationAccepted))),
        Row("M5", S.EXPIRED,   T.ACCEPT,             accepted_in_time,       S.ACCEPTED,  (to_contact(Welcome), to_manager(InvitationAccepted))),
        Row("M6", S.INVITED,   T.WITHDRAW,           nothing_was_authorized, S.WITHDRAWN, (to_contact(InvitationWithdrawn),)),
        Row("M6", S.EXPIRED,   T.WITHDRAW,           nothing_was_authorized, S.WITHDRAWN, (to_contact(InvitationWithdrawn),)),
        Row("M7", S.INVITED,   T.HAND_OVER,          always,                 S.INVITED,   (to_contact(Invitation),)),
        Row("M7", S.ACCEPTED,  T.HAND_OVER,          always,                 S.ACCEPTED,  (to_contact(Welcome),)),
        Row("M7", S.EXPIRED,   T.HAND_OVER,          always,                 S.INVITED,   (to_contact(Invitation),)),
        Row("M8", S.INVITED,   T.ADD_OFFER_TYPES,    always,                 S.INVITED),
        Row("M8", S.ACCEPTED,  T.ADD_OFFER_TYPES,    always,                 S.ACCEPTED),
        Row("M8", S.EXPIRED,   T.ADD_OFFER_TYPES,    always,                 S.EXPIRED),
        Row("M9", S.INVITED,   T.ASSIGN,             always,                 S.INVITED),
        Row("M9", S.ACCEPTED,  T.ASSIGN,             always,                 S.ACCEPTED),
        Row("M9", S.EXPIRED,   T.ASSIGN,             always,                 S.EXPIRED),
    ),
    moments={
        S.INVITED: (At(invitation_ends, T.INVITATION_EXPIRES), Remind(next_reminder, T.REMIND)),
    },
    refusals={
        T.RESEND:          {S.ACCEPTED: _ACCEPTED, S.WITHDRAWN: _WITHDRAWN},
        T.ACCEPT:          {S.ACCEPTED: _ACCEPTED, S.EXPIRED: _EXPIRED, S.WITHDRAWN: _WITHDRAWN},
        T.WITHDRAW:        {S.INVITED: _AUTHORIZED, S.EXPIRED: _AUTHORIZED, S.ACCEPTED: _ACCEPTED, S.WITHDRAWN: _WITHDRAWN},
        T.HAND_OVER:       {S.WITHDRAWN: _WITHDRAWN},
        T.ADD_OFFER_TYPES: {S.WITHDRAWN: _WITHDRAWN},
        T.ASSIGN:          {S.WITHDRAWN: _WITHDRAWN},
    },
)
# fmt: on
