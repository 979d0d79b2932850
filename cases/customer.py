"""A customer as a case: it begins, hears of its authorizations, tells them of itself, and writes its letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cases.authorization import Snapshot
from cases.customer_letters import write
from cases.customer_record import MembershipTrack, Profile, RenewalTrack
from cases.customer_standing import CustomerStanding
from cases.holding import recounted
from cases.invitation import ASKED, check_anniversary
from cases.journal import Kind
from cases.messages import Invite
from cases.outbox import Item
from states.authorization import AUTHORIZATION, OPEN
from states.calendar import local_date
from states.facts import AccountManager, Contact, CustomerView, MembershipFacts, Order, Reader, RenewalFacts
from states.letters import (
    Letter,
    LetterUndeliverable,
    LicencesExpired,
    RenewalReceived,
    RenewalUpcoming,
)
from states.membership import Trigger
from states.policy import Policy
from states.renewal import RENEWAL, to_renew
from states.renewal import State as RenewalState
from states.renewal import Trigger as Renewing
from states.standing import LOST

_TELL_WHAT_HAPPENED = frozenset({RenewalReceived.name, LicencesExpired.name})
_OF_RENEWAL = ("custom_anniversary", "anchor", "anniversary", "term_start")


@dataclass(slots=True, kw_only=True)
class CustomerCase(CustomerStanding):
    @classmethod
    def begin(
        cls, vip_number: str, invite: Invite, policy: Policy, now: datetime, *, quiet_until: datetime | None = None
    ) -> Self:
        """M1: the invitation. Raises `anniversary_out_of_range` for a custom date that can't be chosen."""
        check_anniversary(invite, policy, now)
        contact = Contact(name=invite.contact.name, email=invite.contact.email)
        custom = invite.anniversary_date
        case = cls(
            policy=policy,
            cursor=now,
            quiet_until=quiet_until,
            profile=Profile(vip_number=vip_number, **{name: getattr(invite, name) for name in ASKED}),
            contact=contact,
            account_manager=AccountManager(**invite.account_manager.model_dump()),
            language=invite.language or policy.language_by_region.get(invite.region, policy.language),
            offer_types=invite.offer_types,
            first_invited_at=now,
            membership=MembershipTrack(None, now, MembershipFacts(invited_at=now)),
            renewal=RenewalTrack(RenewalState.NO_TERM, now, RenewalFacts(custom_anniversary=custom)),
        )
        case.fire("membership", Trigger.INVITE, now, now, actor=invite.actor)
        case.told = case.view()
        return case

    def recount(self) -> None:
        self.renewal.facts = recounted(self.renewal.facts, self.known.values(), self.policy)
        self.news += 1

    # --- news, from and for the authorizations

    def hear(self, snapshot: Snapshot, now: datetime) -> None:
        """News from an authorization; newer wins, and one that is unknown is taken in."""
        number = snapshot.authorization_number
        before = self.known.get(number)
        if before is not None and (
            snapshot.news < before.news or (snapshot.news == before.news and number not in self.lost)
        ):
            return
        if self.lost.pop(number, None) is not None:
            self.enter(Kind.FACT, now, now, reason=f"{number} is back")
        for reader, address in snapshot.stopped.items():
            if before is None or reader not in before.stopped:
                self.stop(reader, address)
        self.take_in(snapshot, now)

    def take_in(self, snapshot: Snapshot, now: datetime) -> None:
        """What an authorization's news means for the renewal: R1, R6, R9, R13, R14."""
        before = self.known.get(snapshot.authorization_number)
        heard = {order.order_reference: order for order in before.facts.orders} if before is not None else {}
        orders = snapshot.facts.orders
        new = [order.ordered_at for order in orders if order.order_reference not in heard]
        at = min([*new, now]) if new else min(snapshot.since, now)
        changed = bool(new) or any(heard[order.order_reference].returned != order.returned for order in orders)
        if changed:
            self.advance(at, now, events_first=True)
        self.known[snapshot.authorization_number] = self._in_their_terms(snapshot, heard)
        self.news += 1
        if not self.membership.facts.something_authorized:
            self.membership.facts = self.membership.facts.model_copy(update={"something_authorized": True})
        if changed:
            self.licences_changed(at, now)
        self.advance(now, now)

    def _in_their_terms(self, snapshot: Snapshot, heard: dict[str, Order]) -> Snapshot:
        """Whatever was told after a term had ended belongs to the next, whenever it was placed."""
        running, orders = self.renewal.facts.term, []
        for order in snapshot.facts.orders:
            known = heard.get(order.order_reference)
            term = running if known is None else known.term
            orders.append(order if order.term == term else order.model_copy(update={"term": term}))
        if tuple(orders) == snapshot.facts.orders:
            return snapshot
        facts = snapshot.facts.model_copy(update={"orders": tuple(orders)})
        return snapshot.model_copy(update={"facts": facts})

    def licences_changed(self, at: datetime, now: datetime) -> None:
        """Count anew what is held, and let the renewal take notice where a row does."""
        facts = recounted(self.renewal.facts, self.known.values(), self.policy)
        if facts == self.renewal.facts:
            return
        if facts.anniversary is None and (facts.ending or facts.coming):
            facts = facts.model_copy(update={"term_start": local_date(at, self.policy.time_zone)})
        self.renewal.facts = facts
        trigger = Renewing.LICENCES_CHANGED
        if RENEWAL.row(self.renewal.state, trigger, facts, self.policy) is not None:
            self.fire("renewal", trigger, self.effective("renewal", at, now), now)

    def mark_lost(self, number: str, now: datetime) -> None:
        """An authorization's workflow vanished: it counts as overdue, and can be written off (section 4)."""
        if number not in self.lost:
            self.lost[number] = now
            self.news += 1
            self.enter(Kind.FACT, now, now, "authorization", None, self.known[number].state, LOST, reason=number)

    def news_for_authorizations(self) -> tuple[CustomerView, tuple[str, ...]] | None:
        """What changed since the authorizations were told last, and who has to know.

        What is ordered no longer asks for the anniversary, so only people and the invitation are told to it.
        """
        if self.news == self.told_of:
            return None
        self.told_of = self.news
        view, before = self.view(), self.told
        if before is None or view == before:
            return None
        people = view != before.model_copy(update={name: getattr(view, name) for name in _OF_RENEWAL})
        self.told = view.model_copy(update={"news": view.news + 1})
        running = (one for one in self.known.values() if people or one.state in OPEN)
        numbers = (one.authorization_number for one in running if not AUTHORIZATION.final(one.state))
        return self.told, tuple(number for number in numbers if number not in self.lost)

    # --- letters

    def readers_of(self, letter: type[Letter], readers: tuple[Reader, ...]) -> tuple[Reader, ...]:
        if letter is RenewalUpcoming and not self.policy.renewal.contact_hears_of_upcoming:
            return tuple(one for one in readers if one is not Reader.CONTACT)
        return readers

    def remember(self, machine: str) -> RenewalFacts | None:
        return self.renewal.facts if machine == "renewal" else None

    def nothing_left_to_say(self, item: Item) -> bool:
        if item.machine != "renewal" or item.letter in _TELL_WHAT_HAPPENED:
            return False
        return not to_renew(self.renewal.facts)

    def address_of(self, reader: Reader) -> str:
        return self.contact.email if reader is Reader.CONTACT else self.account_manager.email

    def thread(self, letter: type[Letter], machine: str) -> str:
        if letter is LetterUndeliverable:
            return f"undeliverable:{self.vip_number}"
        if machine == "renewal":
            return f"renewal:{self.vip_number}:{self.renewal.facts.turn}"
        return f"invitation:{self.vip_number}"

    def write(self, item: Item, now: datetime) -> Letter:
        return write(item, self, now)
