"""The workflow of one customer: starting it is the invitation (rules, sections 3 and 5)."""

from functools import partial
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import email_validator  # noqa: F401 - it loads parts of itself late

    from cases.carrying import load_customer
    from cases.customer import CustomerCase
    from cases.hearing import hear_authorization
    from states.refusals import Refused
    from workflows.commands import carried, command, journal, question, record, wake
    from workflows.engine import Answer, Engine, refusal
    from workflows.names import CARRIED, CUSTOMER, DETAILS, JOURNAL, PREVIEW, PRODUCTS, RECORD, WAKE
    from workflows.neighbours import Authorizations
    from workflows.of_customer import decide, details, invited, preview, products, provisional, show
    from workflows.running import following, resume


@workflow.defn(name=CUSTOMER)
class Customer:
    """One customer: membership, renewal, and the right to buy."""

    @workflow.init
    def __init__(self, start: Any = None, *_more: Any) -> None:
        self._roll_over = False
        self._turn = 0
        self._beside = Authorizations()
        self._beside.engine = self.engine = Engine(decide, show, partial(provisional, start), self._beside)
        if workflow.info().continued_run_id is not None:
            resume(self.engine, start)
            self._begin(load_customer(start["carried"]))
            self._beside.resume(start.get("untold", ()))

    @workflow.run
    async def run(self, start: Any = None, *_more: Any) -> Answer:
        if not self.engine.begun:
            try:
                case, begins_with = await invited(start)
                resume(self.engine, begins_with)
                self._begin(case)
            except Refused as refused:
                raise refusal(refused) from None
        await self.engine.live(self._leaves)
        await self.engine.wind_down()
        self.engine.roll_over({**following(self.engine), "untold": self._beside.untold()})

    # --- updates

    accept_invitation = command(
        "accept_invitation",
        'Accept the invitation: {"accepted_by": {"name", "identity"?}, "terms_version", "accepted_at"?}.',
    )
    resend_invitation = command(
        "resend_invitation", "Send the invitation again: {}. At most 5 a day; the clocks start again."
    )
    withdraw_invitation = command(
        "withdraw_invitation", 'Withdraw, while nothing was ever authorized or ordered: {"reason": "..."}. Final.'
    )
    hand_over_contact = command(
        "hand_over_contact", 'Another contact takes over: {"name", "email", "language"?, "reason"}.'
    )
    add_offer_types = command("add_offer_types", 'Add offer types: {"offer_types": ["team", "enterprise"]}.')
    assign_account_manager = command(
        "assign_account_manager", 'Another account manager: {"id", "name", "email", "language"?}.'
    )
    lift_address = command(
        "lift_address",
        'Letters go to an address again that took none: {"reader": "contact" or "account_manager", "reason"}.',
    )
    record_bounce = command(
        "record_bounce",
        'A letter came back, or is delayed: {"letter", "reader", "caused_at", "permanent", "sent_to"?, "status"?, '
        '"bounced_at"?}. vip bounce reads it from what mail servers send.',
    )
    authorize_purchase = command(
        "authorize_purchase",
        'Authorize products: {"lines": [{"product", "quantity"}], "requested_by": "account_manager" or '
        '"member", "purchase_order"?, "requested_at"?}. Refused while anything is overdue.',
    )
    record_order = command(
        "record_order", 'Record a direct order: {"order_reference", "lines": [{"product", "quantity"}], "ordered_at"?}.'
    )
    place_renewal_order = command(
        "place_renewal_order",
        'Record a renewal order: {"order_reference", "lines"?, "ordered_at"?}. Without lines: all held.',
    )
    decline_renewal = command("decline_renewal", 'Decline the renewal, all or part of it: {"reason": "...", "lines"?}.')
    write_off_lost = command("write_off_lost", 'Write off a lost authorization: {"authorization_number", "reason"}.')

    # --- queries and signals

    details = question(DETAILS, "The customer with its products and every authorization.", details)
    journal = question(JOURNAL, "What happened, in order: states, letters sent and skipped, facts.", journal)
    preview = question(PREVIEW, 'What authorize_purchase would answer, or {"reasons"}; nothing happens.', preview)
    products = question(PRODUCTS, "Every product, and why this customer may not add it.", products)
    wake = question(WAKE, "When it does something by itself next.", wake)
    record = question(RECORD, "The case as the register is told of it.", record)
    carried = question(CARRIED, "The case as the next run would take it up; for whoever examines it.", carried)

    @workflow.signal(description="News from an authorization: a snapshot; newer wins.")
    async def authorization_changed(self, snapshot: Any = None, *_more: Any) -> None:
        await workflow.wait_condition(lambda: self.engine.begun)
        self.engine.hear(lambda case, now: hear_authorization(case, snapshot, now))

    @workflow.signal(description="Continue as new when you can, for instance after a deployment.")
    def roll_over(self, body: Any = None, *_more: Any) -> None:
        self._roll_over = True

    # --- private

    def _begin(self, case: CustomerCase) -> None:
        self._turn = case.renewal.facts.turn
        self.engine.begin(case)

    def _leaves(self) -> bool:
        next_year = self.engine.case.renewal.facts.turn > self._turn > 0
        return self._roll_over or next_year or workflow.info().is_continue_as_new_suggested()
