"""What people and services may ask of a customer's membership, and every command of a customer (rules, section 3).

Each decides, changes the facts and fires one step; raises `Refused` with every reason and then nothing has changed
for whoever tried it on a copy.
"""

from datetime import datetime
from typing import Any

from cases.bounces import record_bounce
from cases.buying import authorize_purchase, record_order, write_off_lost
from cases.commands import Command, happened_at
from cases.customer import CustomerCase
from cases.customer_renewal import decline_renewal, place_renewal_order
from cases.journal import Kind
from cases.messages import (
    Accept,
    AddOfferTypes,
    Assign,
    Authorize,
    DeclineRenewal,
    HandOver,
    LiftAddress,
    Nothing,
    PlaceOrder,
    RecordBounce,
    RecordOrder,
    WithReason,
    WriteOffLost,
)
from states.calendar import local_date
from states.facts import Acceptance, AccountManager, Contact, Reader
from states.membership import MEMBERSHIP, State, Trigger
from states.refusals import refuse


def accept_invitation(case: CustomerCase, body: Accept, now: datetime) -> None:
    """M5. The same identity accepting again gets the first answer."""
    happened_at(body.accepted_at, now, case.first_invited_at, "accepted_at")
    at = case.arrive(body.accepted_at, now)
    facts, who = case.membership.facts, body.accepted_by
    if body.invitation is not None and body.invitation != facts.invitation:
        raise refuse("not_found", "This link has ended; the newest invitation holds the one that works.")
    if case.state is State.ACCEPTED and facts.acceptance is not None:
        before = facts.acceptance
        same = before.identity == who.identity if who.identity or before.identity else before.name == who.name
        if same:
            return
    if case.state is State.EXPIRED and body.accepted_at is None:
        raise MEMBERSHIP.refusal(case.state, Trigger.ACCEPT)  # what does not say when it happened is late
    acceptance = Acceptance(
        name=who.name, identity=who.identity, terms_version=body.terms_version, accepted_at=at, door=body.actor
    )
    accepted = facts.model_copy(update={"acceptance": acceptance})
    case.take_step("membership", Trigger.ACCEPT, at, now, actor=body.actor, facts=accepted)


def resend_invitation(case: CustomerCase, body: Nothing, now: datetime) -> None:
    """M4: at most so many a local day; the clocks start again."""
    at = case.arrive(None, now)
    facts, today = case.membership.facts, local_date(now, case.policy.time_zone)
    times = facts.resent_times if facts.resent_on == today else 0
    if case.state in (State.INVITED, State.EXPIRED) and times >= case.policy.invitation.resends_a_day:
        most = case.policy.invitation.resends_a_day
        raise refuse("resend_limit", f"An invitation can be resent {most} times a day; try again tomorrow.")
    if case.stops(Reader.CONTACT):
        case.lift(Reader.CONTACT)  # whoever asks for it knows that mail arrives there again
    resent = facts.model_copy(update={"invited_at": at, "resent_on": today, "resent_times": times + 1})
    case.take_step("membership", Trigger.RESEND, at, now, actor=body.actor, facts=resent)


def withdraw_invitation(case: CustomerCase, body: WithReason, now: datetime) -> None:
    """M6: only while nothing was ever authorized or ordered; final."""
    at = case.arrive(None, now)
    about = {"reason": body.reason}
    case.take_step("membership", Trigger.WITHDRAW, at, now, actor=body.actor, reason=body.reason, about=about)


def hand_over_contact(case: CustomerCase, body: HandOver, now: datetime) -> None:
    """M7: another person takes over; the links of the one before end, and so does *unreachable*."""
    at = case.arrive(None, now)
    facts, before = case.membership.facts, case.contact
    changed: dict[str, Any] = {"invitation": facts.invitation + 1}
    if case.state is State.EXPIRED:
        changed["invited_at"] = at
    reason = f"{body.reason} (before: {before.name}, {before.email})"
    case.take_step(
        "membership",
        Trigger.HAND_OVER,
        at,
        now,
        actor=body.actor,
        reason=reason,
        about={"handed_over": True},
        facts=facts.model_copy(update=changed),
    )
    case.contact = Contact(name=body.name, email=body.email)
    case.language = body.language or case.language
    case.lift(Reader.CONTACT)


def lift_address(case: CustomerCase, body: LiftAddress, now: datetime) -> None:
    """8.2: letters go to this reader again, those of the authorizations too. Where none is stopped nothing changes."""
    at = case.arrive(None, now)
    if not case.stops(body.reader):
        return
    case.lift(body.reader)
    reason = f"letters go to the {body.reader.replace('_', ' ')} again: {body.reason}"
    case.enter(Kind.FACT, at, now, trigger="lift_address", reason=reason, actor=body.actor)


def add_offer_types(case: CustomerCase, body: AddOfferTypes, now: datetime) -> None:
    """M8: adding one the customer has changes nothing."""
    at = case.arrive(None, now)
    if body.offer_types <= case.offer_types and case.state is not State.WITHDRAWN:
        return
    added = ", ".join(sorted(body.offer_types - case.offer_types))
    case.take_step("membership", Trigger.ADD_OFFER_TYPES, at, now, actor=body.actor, reason=added or None)
    case.offer_types |= body.offer_types


def assign_account_manager(case: CustomerCase, body: Assign, now: datetime) -> None:
    """M9: all open authorizations follow."""
    at = case.arrive(None, now)
    manager = AccountManager(id=body.id, name=body.name, email=body.email, language=body.language)
    if manager == case.account_manager and case.state is not State.WITHDRAWN:
        return
    reason = f"{case.account_manager.id} to {manager.id}"
    case.take_step("membership", Trigger.ASSIGN, at, now, actor=body.actor, reason=reason)
    if manager.email != case.account_manager.email:
        case.lift(Reader.ACCOUNT_MANAGER)
    case.account_manager = manager


COMMANDS = {
    "accept_invitation": Command(Accept, accept_invitation),
    "resend_invitation": Command(Nothing, resend_invitation),
    "withdraw_invitation": Command(WithReason, withdraw_invitation),
    "hand_over_contact": Command(HandOver, hand_over_contact),
    "add_offer_types": Command(AddOfferTypes, add_offer_types),
    "assign_account_manager": Command(Assign, assign_account_manager),
    "lift_address": Command(LiftAddress, lift_address),
    "record_bounce": Command(RecordBounce, record_bounce),
    "authorize_purchase": Command(Authorize, authorize_purchase),
    "record_order": Command(RecordOrder, record_order),
    "place_renewal_order": Command(PlaceOrder, place_renewal_order),
    "decline_renewal": Command(DeclineRenewal, decline_renewal),
    "write_off_lost": Command(WriteOffLost, write_off_lost),
}
