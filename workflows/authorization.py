"""The workflow of one purchase authorization: it translates; the engine waits, the case decides (rules, section 4)."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.carrying import load_authorization
    from cases.doors import answer_of
    from cases.hearing import hear_customer
    from workflows.commands import carried, command, journal, question, record, wake
    from workflows.engine import Answer, Engine, refusal
    from workflows.names import AUTHORIZATION, CARRIED, DETAILS, JOURNAL, RECORD, WAKE
    from workflows.neighbours import ItsCustomer
    from workflows.of_authorization import by_hand, decide, details, is_genuine, provisional, show
    from workflows.running import following, resume


@workflow.defn(name=AUTHORIZATION)
class PurchaseAuthorization:
    """From the request to its order, or to its end. Its customer starts it and is told of every change."""

    @workflow.init
    def __init__(self, start: Any = None, *_more: Any) -> None:
        self._roll_over = False
        self._beside = ItsCustomer()
        self._beside.engine = self.engine = Engine(decide, show, provisional, self._beside)
        if is_genuine():
            case = load_authorization(start["carried"])
            self._beside.told = start.get("told", case.news)
            resume(self.engine, start)
            self.engine.begin(case)

    @workflow.run
    async def run(self, start: Any = None, *_more: Any) -> Answer:
        if not self.engine.begun:
            raise refusal(by_hand())
        await self.engine.live(self._leaves)
        await self.engine.wind_down()
        case = self.engine.case
        if case.final and self.engine.quiet:
            return answer_of(case, workflow.now())
        self.engine.roll_over({**following(self.engine), "told": self._beside.told})

    # --- updates

    place_order = command(
        "place_order",
        'Record an order: {"order_reference": "PO-1", "lines"?: [{"product", "quantity"}], "ordered_at"?}. '
        "Without lines: all that is open.",
    )
    cancel = command("cancel", 'Cancel while pending: {"reason": "..."}. The customer loses the open quantity.')
    extend = command("extend", 'The order is due later: {"days": 7, "reason": "..."}; only while pending.')
    request_return = command(
        "request_return", 'Ask for a return within 14 days of an order: {"order_reference", "reason", "lines"?}.'
    )
    confirm_return = command("confirm_return", 'Confirm the open return, all or part of it: {"lines"?: [...]}.')
    decline_return = command("decline_return", 'Decline the open return: {"reason": "..."}.')
    write_off = command(
        "write_off", 'Write off what is overdue or deactivated: {"reason": "..."}. The block is lifted.'
    )
    deactivate = command("deactivate", 'Deactivate past its last day, when no warning gets out: {"reason": "..."}.')
    record_bounce = command(
        "record_bounce",
        'A letter came back, or is delayed: {"letter", "reader", "caused_at", "permanent", "sent_to"?, "status"?, '
        '"bounced_at"?}. vip bounce reads it from what mail servers send.',
    )

    # --- queries and signals

    details = question(DETAILS, "The authorization as it stands, with every date.", details)
    journal = question(JOURNAL, "What happened, in order: states, letters sent and skipped, facts.", journal)
    wake = question(WAKE, "When it does something by itself next.", wake)
    record = question(RECORD, "The case as the register is told of it.", record)
    carried = question(CARRIED, "The case as the next run would take it up; for whoever examines it.", carried)

    @workflow.signal(description="News from the customer: contact, account manager, anniversary; newer wins.")
    def customer_changed(self, view: Any = None, *_more: Any) -> None:
        if self.engine.begun:
            self.engine.hear(lambda case, now: hear_customer(case, view, now))

    @workflow.signal(description="Continue as new when you can, for instance after a deployment.")
    def roll_over(self, body: Any = None, *_more: Any) -> None:
        self._roll_over = True

    # --- private

    def _leaves(self) -> bool:
        over = self.engine.case.final and self.engine.quiet
        return over or self._roll_over or workflow.info().is_continue_as_new_suggested()
