"""The workflow of one customer: starting it is the invitation (rules, sections 3 and 5)."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import email_validator  # noqa: F401 - it loads parts of itself late

    from cases.answers import customer_answer
    from cases.carrying import carry, load_customer
    from cases.customer import CustomerCase
    from cases.doors import preview, to_customer
    from cases.hearing import hear_authorization
    from cases.messages import Invite, parse
    from cases.ordering import happens
    from cases.shelf import catalogue
    from cases.takeover import take_over
    from states.policy import Policy
    from states.refusals import Refused, refuse
    from states.standing import products_for
    from workflows.details import customer_details
    from workflows.engine import Answer, Engine, Trying, refusal
    from workflows.names import CUSTOMER, OPEN_CASE
    from workflows.neighbours import Authorizations
    from workflows.surroundings import here
    from workflows.visibility import Attributes, customer_attributes, customer_memo


@workflow.defn(name=CUSTOMER)
class Customer:
    """One customer: membership, renewal, and the right to buy."""

    @workflow.init
    def __init__(self, start: Any = None, *_more: Any) -> None:
        self._start = start
        self._roll_over = False
        self._turn = 0
        self._beside = Authorizations()
        self._beside.engine = self._engine = Engine(_decide, _show, self._provisional, self._beside)
        if workflow.info().continued_run_id is not None:
            self._begin(load_customer(start["carried"]))
            self._beside.resume(start.get("untold", ()))

    @workflow.run
    async def run(self, start: Any = None, *_more: Any) -> Answer:
        if not self._engine.begun:
            try:
                self._begin(await self._invited())
            except Refused as refused:
                raise refusal(refused) from None
        await self._engine.live(self._leaves)
        await self._engine.wind_down()
        self._engine.roll_over({"carried": carry(self._engine.case), "untold": self._beside.untold()})

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
    async def authorization_changed(self, snapshot: Any = None, *_more: Any) -> None:
        await workflow.wait_condition(lambda: self._engine.begun)
        self._engine.hear(lambda case, now: hear_authorization(case, snapshot, now))

    @workflow.signal(description="Continue as new when you can, for instance after a deployment.")
    def roll_over(self, body: Any = None, *_more: Any) -> None:
        self._roll_over = True

    # --- private

    async def _invited(self) -> CustomerCase:
        invite = self._invitation()
        # The policy comes from the worker's file, which may change: it is recorded, so that a replay sees the same.
        opening = await workflow.execute_local_activity(
            OPEN_CASE,
            start_to_close_timeout=timedelta(seconds=10),
            result_type=dict[str, Any],
            summary="read the policy",
        )
        return _opened(invite, Policy.model_validate(opening["policy"]), workflow.now(), _number)

    def _invitation(self) -> tuple[str, Invite]:
        """The VIP number and what was asked for. Raises `Refused`."""
        numbered = re.fullmatch(r"customer:([A-Z0-9]{20})", workflow.info().workflow_id)
        if numbered is None:
            message = "The workflow ID must be customer: and 20 upper-case letters and digits."
            raise refuse("invalid_request", message, field="workflow_id")
        return numbered[1], parse(Invite, self._start)

    def _provisional(self, now: datetime) -> CustomerCase:
        """The customer as it will begin, for validators that come before the policy is recorded. Raises `Refused`."""
        policy = here().policy
        if policy is None:
            raise refuse("unavailable", "The customer has not begun; try again in a moment.")
        numbers = (f"{count:020X}" for count in itertools.count())
        return _opened(self._invitation(), policy, now, lambda: next(numbers))

    def _begin(self, case: CustomerCase) -> None:
        self._turn = case.renewal.facts.turn
        self._engine.begin(case)

    def _leaves(self) -> bool:
        next_year = self._engine.case.renewal.facts.turn > self._turn > 0
        return self._roll_over or next_year or workflow.info().is_continue_as_new_suggested()


def _opened(invitation: tuple[str, Invite], policy: Policy, now: datetime, number: Callable[[], str]) -> CustomerCase:
    vip_number, invite = invitation
    if invite.history is not None:
        return take_over(vip_number, invite, policy, now, number)
    return CustomerCase.begin(vip_number, invite, policy, now)


def _no_number() -> str:
    return "0" * 20


def _number() -> str:
    return workflow.uuid4().hex[:20].upper()


def _decide(case: CustomerCase, name: str, body: Any, now: datetime, trying: Trying) -> Answer:
    # On replay a handler decides again but no validator does, so what the catalogue says is asked in the validator.
    sold = catalogue() if trying is Trying.ON_A_COPY else None
    return to_customer(case, name, body, now, _no_number if trying is Trying.ON_A_COPY else _number, sold)


def _show(case: CustomerCase, now: datetime) -> tuple[Attributes, dict[str, Any], str]:
    shown = here().show_organization
    details = customer_details(case, now, workflow.info().namespace, shown)
    return customer_attributes(case, now, shown), customer_memo(case), details
