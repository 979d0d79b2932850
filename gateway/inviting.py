"""Inviting: starting a customer, and finding the one that the same invitation started before."""

import asyncio

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from cases.messages import Invite, parse
from gateway.calling import Answer, Gone, Handle, answered, in_our_words, query, reaching, refusal_in
from gateway.errors import Refused, Unavailable
from gateway.keys import digest
from states.authorization import AUTHORIZATION, State
from states.refusals import Refused as RefusedByTheRules
from workflows import names

INVITATION = "invitation_body"
"""In the memo: the digest of the body that the customer was invited with, so that another one is noticed."""
_LOOK_EVERY = 0.02


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

    async def start() -> None:
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

    try:
        await answered(start, patience)  # what an attempt in the dark has started is found, by its body's digest
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
            with reaching():
                await handle.result()
        except WorkflowFailureError as failure:
            raise refusal_in(failure.cause) from None
        raise Refused("not_found", str(gone)) from None
    if body.get("history"):
        await _all_begun(client, answer, patience)
    return answer


async def _all_begun(client: Client, customer: Answer, patience: float) -> None:
    """Authorizations that were taken over begin right after their customer; who invited may speak to them at once."""
    living = [one for one in customer["authorizations"] if one["state"] in set(State)]
    living = [one for one in living if not AUTHORIZATION.final(State(one["state"]))]
    try:
        async with asyncio.timeout(patience):
            for one in living:
                handle = client.get_workflow_handle(names.authorization_id(one["authorization_number"]))
                while not await _begun(handle):  # noqa: ASYNC110 - it begins on the server
                    await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise Unavailable(f"{customer['vip_number']} is taken over, and its authorizations begin later") from None


async def _begun(handle: Handle) -> bool:
    try:
        with reaching():
            await handle.describe()
    except Gone:
        return False
    return True
