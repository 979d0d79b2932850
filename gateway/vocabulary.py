"""The closed lists of words in bodies and answers, so that a caller's type checker knows them.

`tests/gateway/test_answers.py` holds each against the enumeration that decides.
"""

from typing import Literal

MarketSegment = Literal["commercial", "government", "education"]
OfferType = Literal["team", "enterprise"]
Reader = Literal["contact", "account_manager"]
RequestedBy = Literal["account_manager", "member"]

MembershipState = Literal["invited", "accepted", "expired", "withdrawn"]
RenewalState = Literal["no_term", "in_term", "upcoming", "ready", "past_due", "renewed", "lapsed"]
AuthorizationState = Literal[
    "pending", "ordered", "overdue", "deactivated", "cancelled", "return_requested", "returned", "settled",
    "written_off", "lost",
]  # fmt: skip
"""`lost` is what a customer calls an authorization whose workflow vanished."""
CustomerList = Literal["no_products", "pending_requests", "overdue_requests", "upcoming_renewals", "ready_for_renewal"]
Kind = Literal["customer", "authorization"]
"""Whose number it is."""

Machine = Literal["membership", "renewal", "authorization"]
EntryKind = Literal["transition", "letter", "fact", "refusal"]
Outcome = Literal["sent", "skipped", "undelivered", "bounced", "delayed"]
"""What became of a letter."""
AgendaKind = Literal["happens", "waits"]
AgendaWord = Literal[
    "order_to_place", "order_overdue", "last_warning", "deactivation_held", "order_deactivated",
    "authorization_lost", "return_to_confirm", "invitation_unanswered", "invitation_expired", "no_products",
    "renewal_ready", "renewal_past_due", "contact_unreachable", "manager_unreachable", "invitation_undelivered",
    "letter_undelivered", "invitation_expires", "order_due", "deactivation", "return_window_ends",
    "renewal_upcoming", "window_opens", "anniversary", "licences_expire", "next_term",
]  # fmt: skip
"""What an agenda can say (`gateway.agenda.words`)."""
Deed = Literal[
    "cancel", "extend", "write_off", "deactivate", "request_return", "confirm_return", "decline_return",
    "write_off_lost",
]  # fmt: skip
"""What is told of the past of an authorization besides its orders."""
