"""The workflow of one purchase authorization: it translates; the engine waits, the case decides (rules, section 4)."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.authorization import AuthorizationCase
    from cases.carrying import carry, load_authorization
    from cases.doors import answer_of, to_authorization
    from cases.hearing import hear_customer
    from cases.ordering import happens
    from states.refusals import Refused, refuse
    from workflows.details import authorization_details
    from workflows.engine import Answer, Engine, Trying, refusal
    from workflows.names import AUTHORIZATION, customer_id
    from workflows.neighbours import ItsCustomer
    from workflows.surroundings import here
    from workflows.visibility import Attributes, authorization_attributes, authorization_memo

OURS = customer_id("")
"""How the ID of every customer begins."""


@workflow.defn(name=AUTHORIZATION)
class PurchaseAuthorization:
    """From the request to its order, or to its end. Its customer starts it and is told of every change."""

    @workflow.init
    def __init__(self, start: Any = None, *_more: Any) -> None:
        self._roll_over = False
        self._beside = ItsCustomer()
        self._beside.engine = self._engine = Engine(_decide, _show, _never_alone, self._beside)
        if _is_genuine():
            case = load_authorization(start["carried"])
            self._beside.told = start.get("told", case.news)
            self._engine.begin(case)

    @workflow.run
    async def run(self, start: Any = None, *_more: Any) -> Answer:
        if not self._engine.begun:
            raise refusal(_by_hand())
        await self._engine.live(self._leaves)
        await self._engine.wind_down()
        case = self._engine.case
        if case.final and self._engine.quiet:
            return answer_of(case, workflow.now())
        self._engine.roll_over({"carried": carry(case), "told": self._beside.told})

    # --- updates

    @workflow.update(
        description='Record an order: {"order_reference": "PO-1", "lines"?: [{"product", "quantity"}], "ordered_at"?}. '
        "Without lines: all that is open."
    )
    async def place_order(self, body: Any = None) -> Answer:
        return await self._engine.handle("place_order", body)

    @place_order.validator
    def _check_place_order(self, body: Any = None) -> None:
        self._engine.check("place_order", body)

    @workflow.update(description='Cancel while pending: {"reason": "..."}. The customer loses the open quantity.')
    async def cancel(self, body: Any = None) -> Answer:
        return await self._engine.handle("cancel", body)

    @cancel.validator
    def _check_cancel(self, body: Any = None) -> None:
        self._engine.check("cancel", body)

    @workflow.update(description='The order is due later: {"days": 7, "reason": "..."}; only while pending.')
    async def extend(self, body: Any = None) -> Answer:
        return await self._engine.handle("extend", body)

    @extend.validator
    def _check_extend(self, body: Any = None) -> None:
        self._engine.check("extend", body)

    @workflow.update(
        description='Ask for a return within 14 days of an order: {"order_reference", "reason", "lines"?}.'
    )
    async def request_return(self, body: Any = None) -> Answer:
        return await self._engine.handle("request_return", body)

    @request_return.validator
    def _check_request_return(self, body: Any = None) -> None:
        self._engine.check("request_return", body)

    @workflow.update(description='Confirm the open return, all or part of it: {"lines"?: [...]}.')
    async def confirm_return(self, body: Any = None) -> Answer:
        return await self._engine.handle("confirm_return", body)

    @confirm_return.validator
    def _check_confirm_return(self, body: Any = None) -> None:
        self._engine.check("confirm_return", body)

    @workflow.update(description='Decline the open return: {"reason": "..."}.')
    async def decline_return(self, body: Any = None) -> Answer:
        return await self._engine.handle("decline_return", body)

    @decline_return.validator
    def _check_decline_return(self, body: Any = None) -> None:
        self._engine.check("decline_return", body)

    @workflow.update(description='Write off what is overdue or deactivated: {"reason": "..."}. The block is lifted.')
    async def write_off(self, body: Any = None) -> Answer:
        return await self._engine.handle("write_off", body)

    @write_off.validator
    def _check_write_off(self, body: Any = None) -> None:
        self._engine.check("write_off", body)

    @workflow.update(description='Deactivate past its last day, when no warning gets out: {"reason": "..."}.')
    async def deactivate(self, body: Any = None) -> Answer:
        return await self._engine.handle("deactivate", body)

    @deactivate.validator
    def _check_deactivate(self, body: Any = None) -> None:
        self._engine.check("deactivate", body)

    # --- queries and signals

    @workflow.query(description="The authorization as it stands, with every date.")
    def details(self, body: Any = None) -> Answer:
        case, now = self._engine.case.trial(), workflow.now()
        case.advance(now, now)
        return answer_of(case, now)

    @workflow.query(description="What happened, in order: states, letters sent and skipped, facts.")
    def journal(self, body: Any = None) -> Answer:
        return {"items": [entry.answer() for entry in self._engine.case.journal]}

    @workflow.query(description="When it does something by itself next.")
    def wake(self, body: Any = None) -> Answer:
        return {"at": happens(self._engine.next_wake())}

    @workflow.signal(description="News from the customer: contact, account manager, anniversary; newer wins.")
    def customer_changed(self, view: Any = None, *_more: Any) -> None:
        if self._engine.begun:
            self._engine.hear(lambda case, now: hear_customer(case, view, now))

    @workflow.signal(description="Continue as new when you can, for instance after a deployment.")
    def roll_over(self, body: Any = None, *_more: Any) -> None:
        self._roll_over = True

    # --- private

    def _leaves(self) -> bool:
        over = self._engine.case.final and self._engine.quiet
        return over or self._roll_over or workflow.info().is_continue_as_new_suggested()


def _is_genuine() -> bool:
    """A customer started it, or an earlier run. What those carry is never refused: a worker that can't read it fails
    the task, until one comes that can."""
    info = workflow.info()
    return info.continued_run_id is not None or (info.parent is not None and info.parent.workflow_id.startswith(OURS))


def _by_hand() -> Refused:
    return refuse("invalid_request", "Only a customer starts an authorization; use authorize_purchase.")


def _never_alone(_now: datetime) -> AuthorizationCase:
    raise _by_hand()


def _decide(case: AuthorizationCase, name: str, body: Any, now: datetime, _trying: Trying) -> Answer:
    return to_authorization(case, name, body, now)


def _show(case: AuthorizationCase, now: datetime) -> tuple[Attributes, dict[str, Any], str]:
    shown = here().show_organization
    details = authorization_details(case, now, workflow.info().namespace, shown)
    return authorization_attributes(case, now, shown), authorization_memo(case), details
