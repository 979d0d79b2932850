"""One frozen class a letter: who may get it and what it tells. The words are in `email_templates/`.

A letter is complete in itself: whatever went before, it says everything its reader needs (rules, section 2).
Dates are local dates of the policy's time zone, which every letter names.
"""

from datetime import date, timedelta

from states.facts import LetterLine, RenewalLine, RequestedBy
from states.letter import BOTH as BOTH
from states.letter import CONTACT as CONTACT
from states.letter import LETTERS as LETTERS
from states.letter import MANAGER as MANAGER
from states.letter import InvitationLink as InvitationLink
from states.letter import Letter as Letter
from states.letter import key_of as key_of
from states.letter import mark_of as mark_of


class MembershipLetter(Letter, abstract=True):
    """A letter of the invitation's thread."""

    invited_on: date
    expires_on: date
    """The last day on which the invitation can be accepted."""
    link: InvitationLink | None = None
    """The invitation's link, while the invitation can be accepted."""


class Invitation(MembershipLetter):
    """M1, M4, M7: join the plan; the action is to accept through the link."""

    readers = CONTACT

    def worthless_on(self) -> date | None:
        return self.expires_on + timedelta(days=1)


class InvitationReminder(MembershipLetter):
    """M2: the invitation still waits."""

    readers = CONTACT
    reminder = True

    def worthless_on(self) -> date | None:
        return self.expires_on + timedelta(days=1)


class InvitationExpired(MembershipLetter):
    """M3: nobody answered; the action is to resend or withdraw."""

    readers = MANAGER


class InvitationWithdrawn(MembershipLetter):
    """M6: the invitation is no longer open; nothing to do."""

    readers = CONTACT
    reason: str


class Welcome(MembershipLetter):
    """M5, M7: the membership is accepted (by somebody else, when it was handed over: then accept the terms)."""

    readers = CONTACT
    handed_over: bool = False


class InvitationAccepted(MembershipLetter):
    """M5: the account manager learns who accepted and when; the action is to authorize products."""

    readers = MANAGER
    accepted_by: str
    accepted_on: date


class AuthorizationLetter(Letter, abstract=True):
    """A letter of an authorization's thread; what to order is computed anew for each (section 7)."""

    authorization_number: str
    purchase_order: str | None = None
    requested_by: RequestedBy
    requested_on: date
    lines: tuple[LetterLine, ...]
    order_due_by: date | None = None
    overdue_on: date | None = None
    deactivated_on: date | None = None
    """When what is open is deactivated, at the earliest; None when nothing is open."""
    order_from: date
    months_to_order: int
    provisional: bool
    """No anniversary date is fixed yet, so what to order may change."""
    accept_link: InvitationLink | None = None
    """Set while the contact has not accepted: accept first, then assign licences (section 3)."""


class ProductsAdded(AuthorizationLetter):
    """A1: products can be used at once; before acceptance "accept first", afterwards "assign licences"."""

    readers = CONTACT


class ProductsAddedByMember(AuthorizationLetter):
    """A2: the member added products; the action is to place an order."""

    readers = MANAGER


class OrderReceived(AuthorizationLetter):
    """A3, A5, A6: what an order covers is paid for; names what is still open."""

    readers = CONTACT
    order_reference: str
    order_lines: tuple[LetterLine, ...]
    """What this order covers: `quantity` is the ordered quantity."""


class OrderReminder(AuthorizationLetter):
    """A4: place the order by its date."""

    readers = MANAGER
    reminder = True

    def worthless_on(self) -> date | None:
        return self.overdue_on


class AuthorizationCancelled(AuthorizationLetter):
    """A7, A14: the open quantity is gone."""

    readers = BOTH
    reason: str
    written_off: bool = False
    removed: tuple[LetterLine, ...]


class PaymentOverdue(AuthorizationLetter):
    """A9: no order came in time; nothing new can be bought until one does."""

    readers = BOTH


class OverdueReminder(AuthorizationLetter):
    """A10: still overdue."""

    readers = MANAGER
    reminder = True

    def worthless_on(self) -> date | None:
        return self.deactivated_on


class DeactivationWarning(AuthorizationLetter):
    """A11: what is open is deactivated on the named date, at the earliest."""

    readers = BOTH
    reminder = True

    def worthless_on(self) -> date | None:
        return self.deactivated_on


class LicencesDeactivated(AuthorizationLetter):
    """A12, A19: the open quantity can no longer be used; an order brings it back."""

    readers = BOTH
    outlives_its_state = True


class LicencesReactivated(AuthorizationLetter):
    """A13: an order came, everything works again."""

    readers = BOTH
    order_reference: str


class ReturnRequested(AuthorizationLetter):
    """A15: the account manager settles it with the vendor, then confirms or declines."""

    readers = MANAGER
    order_reference: str
    reason: str
    return_lines: tuple[LetterLine, ...]


class ReturnCompleted(AuthorizationLetter):
    """A16: those licences are removed."""

    readers = BOTH
    order_reference: str
    return_lines: tuple[LetterLine, ...]


class ReturnDeclined(AuthorizationLetter):
    """A17: the licences stay."""

    readers = MANAGER
    order_reference: str
    reason: str
    return_lines: tuple[LetterLine, ...]


class RenewalLetter(Letter, abstract=True):
    """A letter of one renewal's thread; it never speaks of what is already renewed or declined as open."""

    anniversary_date: date
    window_opens_on: date
    expires_on: date
    """The day on which what is not renewed is removed (A + 31)."""
    lines: tuple[RenewalLine, ...]


class RenewalUpcoming(RenewalLetter):
    """R2: the renewal window opens soon."""

    readers = BOTH


class RenewalReminder(RenewalLetter):
    """R3 (window not open yet) and R5 (window open): renew by the anniversary date."""

    readers = BOTH
    reminder = True
    window_is_open: bool

    def worthless_on(self) -> date | None:
        return self.anniversary_date if self.window_is_open else self.window_opens_on


class RenewalReady(RenewalLetter):
    """R4: the window is open; the action is to place the renewal order."""

    readers = BOTH


class RenewalReceived(RenewalLetter):
    """R6, R9 and each further order: what is renewed, and what is still to renew."""

    readers = CONTACT
    order_reference: str
    order_lines: tuple[RenewalLine, ...]
    """What this order says: `renewed` is its quantity."""


class RenewalPastDue(RenewalLetter):
    """R7: the anniversary has come and something is not renewed."""

    readers = BOTH


class RenewalLastChance(RenewalLetter):
    """R8: what is not renewed is removed on the named date."""

    readers = BOTH
    reminder = True

    def worthless_on(self) -> date | None:
        return self.expires_on


class LicencesExpired(RenewalLetter):
    """R11, R12: what was not renewed is removed."""

    readers = BOTH
    outlives_its_state = True
    removed: tuple[RenewalLine, ...]
    """What is taken away: `held` is its quantity."""


class LetterUndeliverable(Letter):
    """Section 8: a letter to the contact could not be delivered; hand over the contact or tell them otherwise."""

    readers = MANAGER
    undelivered_letter: str
    address: str
    reason: str
    authorization_number: str | None = None


REMINDERS = frozenset(name for name, kind in LETTERS.items() if kind.reminder)
OUTLIVE_THEIR_STATE = frozenset(name for name, kind in LETTERS.items() if kind.outlives_its_state)
"""By name, since a letter's class is slow to ask."""
