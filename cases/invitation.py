"""What is asked for at the invitation (rules, section 3)."""

from datetime import datetime

from cases.messages import Invite
from states.calendar import add_months, local_date
from states.policy import Policy
from states.refusals import refuse

ASKED = ("organization", "market_segment", "region", "address", "postal_code", "external_id")
"""Fields of an invitation that are the customer's profile; none of them can be edited later."""


def check_anniversary(invite: Invite, policy: Policy, now: datetime) -> None:
    """Raises `anniversary_out_of_range` for a custom date that can't be chosen."""
    if invite.anniversary_date is None:
        return
    invited_on = local_date(now, policy.time_zone)
    after = add_months(invited_on, policy.anniversary.custom_more_than_months)
    last = add_months(invited_on, policy.anniversary.custom_at_most_months[invite.market_segment])
    if not after < invite.anniversary_date <= last:
        message = f"A custom anniversary date lies after {after} and not after {last}."
        raise refuse("anniversary_out_of_range", message, after=after.isoformat(), last=last.isoformat())
