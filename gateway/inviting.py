"""Inviting: starting a customer, and finding the one that the same invitation started before."""

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from cases.messages import Invite, parse
from gateway.calling import Answer, Gone, in_our_words, query, reaching, refusal_in
from gateway.errors import Refused
from gateway.keys import digest
from states.refusals import Refused as RefusedByTheRules
from workflows import names

INVITATION = "invitation_body"
"""In the memo: the digest of the body that the customer was invited with, so that another one is noticed."""


async def invite(client: Client, task_queue: str, number: str, body: Answer, patience: float) -> Answer:
    """Start the customer with this VIP number, or find it started with the same body. Answers its details.

    Raises `Refused`, `idempotency_key_reused` among them, and `Unavailable`.
    """
    said = digest(body)
    try:
        parse(Invite, body)
    except RefusedByTheRules as refused:
        raise in_our_words(refused) from None
    handle = client.get_workflow_handle(names.customer_id(number))
    try:
        with reaching():
            await client.start_workflow(
                names.CUSTOMER,
                body,
                id=handle.id,
                task_queue=task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,  # a refused start may come again
                memo={INVITATION: said},
                static_summary=f"customer {number}",
            )
    except WorkflowAlreadyStartedError:
        with reaching():
            known = await (await handle.describe()).memo()
        if known.get(INVITATION) != said:
            message = f"{number} was invited before, with another body."
            reason = {"code": "idempotency_key_reused", "message": message}
            raise Refused("idempotency_key_reused", message, [reason]) from None
    try:
        answer: Answer = await query(handle, names.DETAILS, patience=patience)
    except Gone as gone:
        # A start that is refused fails, with the refusal.
        try:
            await handle.result()
        except WorkflowFailureError as failure:
            raise refusal_in(failure.cause) from None
        raise Refused("not_found", str(gone)) from None
    return answer
