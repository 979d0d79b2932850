"""What a customer's workflow needs beside its own file: how it begins, decides, shows itself and answers questions.

It is passed through the sandbox, so that it is loaded once and not for every run.
"""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.answers import customer_answer
    from cases.carrying import shared_policy
    from cases.customer import CustomerCase
    from cases.doors import preview as previewed
    from cases.doors import to_customer
    from cases.messages import Invite, parse
    from cases.shelf import catalogue
    from cases.takeover import take_over
    from cases.words import VIP_NUMBER
    from states.policy import Policy
    from states.refusals import Refused, refuse
    from states.standing import products_for
    from workflows.details import customer_details
    from workflows.engine import Answer, Engine, Trying
    from workflows.names import OPEN_CASE, customer_id
    from workflows.running import Start
    from workflows.surroundings import here
    from workflows.visibility import Attributes, customer_attributes, customer_memo


async def invited(start: Any) -> tuple[CustomerCase, Start]:
    """The customer of this start, and what its first run begins with. Raises `Refused`; then nothing has happened."""
    invitation, now = _invitation(start), workflow.now()
    # The policy comes from the worker's file, which may change: it is recorded, so that a replay sees the same. So is
    # the time: a task that ends while the activity runs (a query came early) is skipped by a replay, and with it its
    # time. When the activity ends is no better: a worker that asks it anew thinks otherwise.
    opening = await workflow.execute_local_activity(
        OPEN_CASE,
        now.isoformat(),
        start_to_close_timeout=timedelta(seconds=10),
        result_type=dict[str, Any],
        summary="read the policy",
    )
    if (asked_at := opening.get("asked_at")) is not None:  # earlier histories have none
        now = datetime.fromisoformat(asked_at)
    begun = _begun(invitation, shared_policy(opening["policy"]), now, _number)
    return begun, opening.get("begins_with", {})


def provisional(start: Any, now: datetime) -> CustomerCase:
    """The customer as it will begin, for validators that come before the policy is recorded. Raises `Refused`."""
    policy = here().policy
    if policy is None:
        raise refuse("unavailable", "The customer has not begun; try again in a moment.")
    numbers = (f"{count:020X}" for count in itertools.count())
    return _begun(_invitation(start), policy, now, lambda: next(numbers))


def decide(case: CustomerCase, name: str, body: Any, now: datetime, trying: Trying) -> Answer:
    # On replay a handler decides again but no validator does, so what the catalogue says is asked in the validator.
    sold = catalogue() if trying is Trying.ON_A_COPY else None
    return to_customer(case, name, body, now, _no_number if trying is Trying.ON_A_COPY else _number, sold)


def show(case: CustomerCase, now: datetime) -> tuple[Attributes, dict[str, Any], str]:
    shown = here().show_organization
    details = customer_details(case, now, workflow.info().namespace, shown)
    return customer_attributes(case, now, shown), customer_memo(case), details


def details(engine: Engine[CustomerCase], _body: Any) -> Answer:
    case, now = engine.case.trial(), workflow.now()
    case.advance(now, now)
    return customer_answer(case, now, whole=True)


def preview(engine: Engine[CustomerCase], body: Any) -> Answer:
    try:
        return previewed(engine.case, body, workflow.now(), catalogue())
    except Refused as refused:
        return {"reasons": [dict(reason) for reason in refused.reasons]}


def products(engine: Engine[CustomerCase], _body: Any) -> Answer:
    case = engine.case
    found = products_for(case.buyer(workflow.now()), case.policy, catalogue())
    return {
        "items": [
            {"product": product.product, "name": product.name, "reasons": [dict(reason) for reason in reasons]}
            for product, reasons in found
        ]
    }


def _invitation(start: Any) -> tuple[str, Invite]:
    """The VIP number and what was asked for."""
    numbered = re.fullmatch(customer_id(f"({VIP_NUMBER})"), workflow.info().workflow_id)
    if numbered is None:
        message = "The workflow ID must be customer: and 20 upper-case letters and digits."
        raise refuse("invalid_request", message, field="workflow_id")
    return numbered[1], parse(Invite, start)


def _begun(invitation: tuple[str, Invite], policy: Policy, now: datetime, number: Callable[[], str]) -> CustomerCase:
    vip_number, invite = invitation
    if invite.history is not None:
        return take_over(vip_number, invite, policy, now, number)
    return CustomerCase.begin(vip_number, invite, policy, now)


def _no_number() -> str:
    return "0" * 20


def _number() -> str:
    return workflow.uuid4().hex[:20].upper()
