"""The workflow of one customer: starting it is the invitation (rules, sections 3 and 5)."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ChildWorkflowError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    import email_validator  # noqa: F401 - it loads parts of itself late

    from cases.answers import customer_answer
    from cases.authorization import LETTERS_OF_A_LIFE, Snapshot, next_event
    from cases.carrying import carry, load_customer
    from cases.customer import CustomerCase
    from cases.doors import preview, to_customer
    from cases.messages import Invite, parse
    from cases.ordering import happens
    from cases.shelf import catalogue
    from cases.takeover import take_over
    from states.authorization import AUTHORIZATION as LIFECYCLE
    from states.facts import CustomerView
    from states.policy import Policy
    from states.refusals import Refused, refuse
    from states.standing import products_for
    from workflows.engine import Answer, Engine, Trying, Wake, refusal
    from workflows.names import AUTHORIZATION, CUSTOMER, CUSTOMER_CHANGED, OPEN_CASE, authorization_id
    from workflows.surroundings import here
    from workflows.visibility import (
        Attributes,
        authorization_attributes,
        authorization_memo,
        customer_attributes,
        customer_details,
        customer_memo,
    )

MISSED = timedelta(hours=12)
"""How long after an authorization's deadline its news is missed; then the customer asks whether it still lives."""


@workflow.defn(name=CUSTOMER)
class Customer:
    """One customer: membership, renewal, and the right to buy."""

    @workflow.init
    def __init__(self, start: Any = None) -> None:
        self._watched: set[str] = set()
        self._asked: dict[str, datetime] = {}
        self._news: dict[str, CustomerView] = {}
        self._telling: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._roll_over = False
        self._turn = 0
        self._engine: Engine[CustomerCase] = Engine(
            _decide, _show, self._follow, self._all_started, self._all_told, self._look_for_lost
        )
        if isinstance(start, dict) and "carried" in start:
            self._begin(load_customer(start["carried"]))

    @workflow.run
    async def run(self, start: Any = None) -> Answer:
        if not self._engine.begun:
            try:
                self._begin(await self._invited(start))
            except Refused as refused:
                raise refusal(refused) from None
        await self._engine.live(self._leaves)
        await self._engine.wind_down()
        self._engine.roll_over({"carried": carry(self._engine.case)})

    # --- updates

    @workflow.update(
        description='Accept the invitation: {"accepted_by": {"name", "identity"?}, "terms_version", "accepted_at"?}.'
    )
    async def accept_invitation(self, body: Any = None) -> Answer:
        return await self._engine.handle("accept_invitation", body)

    @accept_invitation.validator
    def _check_accept_invitation(self, body: Any = None) -> None:
        self._engine.check("accept_invitation", body)

    @workflow.update(description="Send the invitation again: {}. At most 5 a day; the clocks start again.")
    async def resend_invitation(self, body: Any = None) -> Answer:
        return await self._engine.handle("resend_invitation", body)

    @resend_invitation.validator
    def _check_resend_invitation(self, body: Any = None) -> None:
        self._engine.check("resend_invitation", body)

    @workflow.update(description='Withdraw, while nothing was ever authorized or ordered: {"reason": "..."}. Final.')
    async def withdraw_invitation(self, body: Any = None) -> Answer:
        return await self._engine.handle("withdraw_invitation", body)

    @withdraw_invitation.validator
    def _check_withdraw_invitation(self, body: Any = None) -> None:
        self._engine.check("withdraw_invitation", body)

    @workflow.update(description='Another contact takes over: {"name", "email", "language"?, "reason"}.')
    async def hand_over_contact(self, body: Any = None) -> Answer:
        return await self._engine.handle("hand_over_contact", body)

    @hand_over_contact.validator
    def _check_hand_over_contact(self, body: Any = None) -> None:
        self._engine.check("hand_over_contact", body)

    @workflow.update(description='Add offer types: {"offer_types": ["team", "enterprise"]}.')
    async def add_offer_types(self, body: Any = None) -> Answer:
        return await self._engine.handle("add_offer_types", body)

    @add_offer_types.validator
    def _check_add_offer_types(self, body: Any = None) -> None:
        self._engine.check("add_offer_types", body)

    @workflow.update(description='Another account manager: {"id", "name", "email", "language"?}.')
    async def assign_account_manager(self, body: Any = None) -> Answer:
        return await self._engine.handle("assign_account_manager", body)

    @assign_account_manager.validator
    def _check_assign_account_manager(self, body: Any = None) -> None:
        self._engine.check("assign_account_manager", body)

    @workflow.update(
        description='Authorize products: {"lines": [{"product", "quantity"}], "requested_by": "account_manager" or '
        '"member", "purchase_order"?, "requested_at"?}. Refused while anything is overdue.'
    )
    async def authorize_purchase(self, body: Any = None) -> Answer:
        return await self._engine.handle("authorize_purchase", body)

    @authorize_purchase.validator
    def _check_authorize_purchase(self, body: Any = None) -> None:
        self._engine.check("authorize_purchase", body)

    @workflow.update(
        description='Record a direct order: {"order_reference", "lines": [{"product", "quantity"}], "ordered_at"?}.'
    )
    async def record_order(self, body: Any = None) -> Answer:
        return await self._engine.handle("record_order", body)

    @record_order.validator
    def _check_record_order(self, body: Any = None) -> None:
        self._engine.check("record_order", body)

    @workflow.update(
        description='Record a renewal order: {"order_reference", "lines"?, "ordered_at"?}. Without lines: all held.'
    )
    async def place_renewal_order(self, body: Any = None) -> Answer:
        return await self._engine.handle("place_renewal_order", body)

    @place_renewal_order.validator
    def _check_place_renewal_order(self, body: Any = None) -> None:
        self._engine.check("place_renewal_order", body)

    @workflow.update(description='Decline the renewal, all or part of it: {"reason": "...", "lines"?}.')
    async def decline_renewal(self, body: Any = None) -> Answer:
        return await self._engine.handle("decline_renewal", body)

    @decline_renewal.validator
    def _check_decline_renewal(self, body: Any = None) -> None:
        self._engine.check("decline_renewal", body)

    @workflow.update(description='Write off a lost authorization: {"authorization_number", "reason"}.')
    async def write_off_lost(self, body: Any = None) -> Answer:
        return await self._engine.handle("write_off_lost", body)

    @write_off_lost.validator
    def _check_write_off_lost(self, body: Any = None) -> None:
        self._engine.check("write_off_lost", body)

    # --- queries and signals

    @workflow.query(description="The customer with its products and every authorization.")
    def details(self, body: Any = None) -> Answer:
        case, now = self._engine.case.trial(), workflow.now()
        case.advance(now, now)
        return customer_answer(case, now, whole=True)

    @workflow.query(description="What happened, in order: states, letters sent and skipped, facts.")
    def journal(self, body: Any = None) -> Answer:
        return {"items": [entry.answer() for entry in self._engine.case.journal]}

    @workflow.query(description='What authorize_purchase would answer, or {"reasons": [...]}; nothing happens.')
    def preview(self, body: Any = None) -> Answer:
        try:
            return preview(self._engine.case, body, workflow.now(), catalogue())
        except Refused as refused:
            return {"reasons": [dict(reason) for reason in refused.reasons]}

    @workflow.query(description="Every product, and why this customer may not add it.")
    def products(self, body: Any = None) -> Answer:
        case = self._engine.case
        found = products_for(case.buyer(workflow.now()), case.policy, catalogue())
        return {
            "items": [
                {"product": product.product, "name": product.name, "reasons": [dict(reason) for reason in reasons]}
                for product, reasons in found
            ]
        }

    @workflow.query(description="When it does something by itself next.")
    def wake(self, body: Any = None) -> Answer:
        return {"at": happens(self._engine.next_wake())}

    @workflow.signal(description="News from an authorization: a snapshot; newer wins.")
    async def authorization_changed(self, snapshot: Any = None) -> None:
        await workflow.wait_condition(lambda: self._engine.begun)
        try:
            news = Snapshot.model_validate(snapshot)
        except ValueError:
            workflow.logger.warning("ignored an authorization_changed signal that is no authorization's snapshot")
            return
        self._engine.case.hear(news, workflow.now())
        self._engine.tick()

    @workflow.signal(description="Continue as new when you can, for instance after a deployment.")
    def roll_over(self, body: Any = None) -> None:
        self._roll_over = True

    # --- private

    async def _invited(self, start: Any) -> CustomerCase:
        vip_number = workflow.info().workflow_id.removeprefix("customer:")
        if not re.fullmatch(r"[A-Z0-9]{20}", vip_number):
            message = "The workflow ID must be customer: and 20 upper-case letters and digits."
            raise refuse("invalid_request", message, field="workflow_id")
        invite = parse(Invite, start)
        # The policy comes from the worker's file, which may change: it is recorded, so that a replay sees the same.
        opening = await workflow.execute_local_activity(
            OPEN_CASE,
            start_to_close_timeout=timedelta(seconds=10),
            result_type=dict[str, Any],
            summary="read the policy",
        )
        policy, now = Policy.model_validate(opening["policy"]), workflow.now()
        if invite.history is not None:
            return take_over(vip_number, invite, policy, now, _number)
        return CustomerCase.begin(vip_number, invite, policy, now)

    def _begin(self, case: CustomerCase) -> None:
        self._turn = case.renewal.facts.turn
        self._engine.begin(case)

    def _leaves(self) -> bool:
        next_year = self._engine.case.renewal.facts.turn > self._turn > 0
        return self._roll_over or next_year or workflow.info().is_continue_as_new_suggested()

    def _all_started(self) -> bool:
        return not self._engine.case.to_start

    def _all_told(self) -> bool:
        return self._all_started() and not self._news

    def _follow(self, case: CustomerCase, _now: datetime) -> None:
        if case.to_start and (self._starting is None or self._starting.done()):
            self._starting = asyncio.ensure_future(self._start_authorizations())
        if (news := case.news_for_authorizations()) is not None:
            self._news.update(dict.fromkeys(news[1], news[0]))
        if self._news and (self._telling is None or self._telling.done()):
            self._telling = asyncio.ensure_future(self._tell_authorizations())

    async def _start_authorizations(self) -> None:
        while self._engine.case.to_start:
            begun = self._engine.case.to_start[0]
            number, now = begun.authorization_number, workflow.now()
            shown = authorization_attributes(begun, now, here().show_organization)
            rebuilt = begun.letters >= LETTERS_OF_A_LIFE
            handle = await workflow.start_child_workflow(
                AUTHORIZATION,
                {"carried": carry(begun)},
                id=authorization_id(number),
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE
                if rebuilt
                else WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(key, value) for key, value in shown.items() if value is not None]
                ),
                memo=authorization_memo(begun),
                static_summary=f"authorization {number}",
            )
            self._watched.add(number)
            asyncio.ensure_future(self._watch(number, handle))  # noqa: RUF006
            self._engine.case.to_start = [one for one in self._engine.case.to_start if one is not begun]

    async def _watch(self, number: str, handle: Any) -> None:
        """An authorization that ends otherwise than by itself is lost at once."""
        try:
            await handle
        except ChildWorkflowError:
            self._lose(number)
        self._watched.discard(number)

    async def _tell_authorizations(self) -> None:
        while self._news:
            number, view = next(iter(self._news.items()))
            authorization = workflow.get_external_workflow_handle(authorization_id(number))
            try:
                await authorization.signal(CUSTOMER_CHANGED, view.model_dump(mode="json"))
            except ApplicationError:
                self._lose(number)
            if self._news.get(number) is view:
                del self._news[number]

    def _lose(self, number: str) -> None:
        case = self._engine.case
        if number in case.known and not LIFECYCLE.final(case.known[number].state):
            case.mark_lost(number, workflow.now())
            self._engine.tick()

    def _look_for_lost(self, case: CustomerCase, now: datetime) -> Wake | None:
        """Authorizations of earlier runs are not watched: ask when their news is missed for half a day."""
        wakes = []
        for number, known in case.known.items():
            if number in self._watched or number in case.lost or LIFECYCLE.final(known.state):
                continue
            event = next_event(known.state, known.facts, case.policy, known.since)
            if event is None:
                continue
            due = max(event[1] + MISSED, self._asked.get(number, event[1]) + 2 * MISSED)
            if due <= now:
                self._asked[number] = now
                self._news.setdefault(number, case.view())
                due = now + 2 * MISSED
            wakes.append(Wake(due, f"is authorization {number} still there?"))
        if self._news and (self._telling is None or self._telling.done()):
            self._telling = asyncio.ensure_future(self._tell_authorizations())
        return min(wakes, default=None)


def _no_number() -> str:
    return "0" * 20


def _number() -> str:
    return workflow.uuid4().hex[:20].upper()


def _decide(case: CustomerCase, name: str, body: Any, now: datetime, trying: Trying) -> Answer:
    # On replay a handler decides again but no validator does, so what the catalogue says is asked in the validator.
    sold = None if trying is Trying.TRIED else catalogue()
    return to_customer(case, name, body, now, _no_number if trying is Trying.ON_A_COPY else _number, sold)


def _show(case: CustomerCase, now: datetime) -> tuple[Attributes, dict[str, Any], str]:
    shown = here().show_organization
    details = customer_details(case, now, workflow.info().namespace, shown)
    return customer_attributes(case, now, shown), customer_memo(case), details
