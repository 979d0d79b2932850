"""Cases as their workflows answer: updates and queries by name. What is closed or lost answers through its customer.

All of it raises `Refused` with every reason, `NotFound`, or `Unavailable` when no answer came in time. Bodies are
checked here with the same form as in the case, so a bad one does not travel.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from cases.authorization_commands import COMMANDS as OF_AUTHORIZATION
from cases.commands import Command
from cases.customer_commands import COMMANDS as OF_CUSTOMER
from cases.messages import Authorize, Body, parse
from cases.words import AUTHORIZATION_NUMBER, VIP_NUMBER
from encryption.codec import KeyMissing
from gateway import closed, inviting, keys
from gateway.calling import PATIENCE, Answer, Gone, Handle, in_our_words, not_found, query, reaching, update, within
from gateway.errors import NotFound, Refused
from gateway.vocabulary import Kind
from states.refusals import Refused as RefusedByTheRules
from states.refusals import in_one
from states.standing import LOST
from workflows import names

Said = Mapping[str, Any]
"""A body as it comes in: one JSON object."""
SOON = 3.0
"""Seconds to wait for a case's record: a list that lags by a moment is better than none."""
_VIP_NUMBER, _AUTHORIZATION_NUMBER = re.compile(VIP_NUMBER), re.compile(AUTHORIZATION_NUMBER)


class Living:
    """Customers and authorizations behind one Temporal client."""

    def __init__(self, client: Client, *, task_queue: str, number_secret: str, patience: float = PATIENCE) -> None:
        self._client, self._task_queue, self._secret = client, task_queue, number_secret
        self.patience = patience
        self.customer_of: Callable[[str], Awaitable[str | None]] = _nobody_knows
        """The VIP number of an authorization that the server has forgotten, from whoever remembers."""

    # --- changes

    async def invite(self, said: Said, key: str, vip_number: str | None = None) -> Answer:
        """Start a customer, and answer it whole."""
        number = vip_number or keys.vip_number(keys.check(key), self._secret)
        async with within(self.patience):
            return await inviting.invite(self._client, self._task_queue, number, dict(said), self.patience)

    async def update_customer(self, number: str, name: str, said: Said, key: str) -> Answer:
        """One update on a customer."""
        _check(_VIP_NUMBER, number)
        body, update_id = _ready(OF_CUSTOMER, name, said, key)
        async with within(self.patience):
            try:
                return await update(self._customer(number), name, body, update_id, self.patience)
            except Gone:
                raise not_found(number) from None

    async def update_authorization(self, number: str, name: str, said: Said, key: str) -> Answer:
        """One update on an authorization."""
        _check(_AUTHORIZATION_NUMBER, number)
        body, update_id = _ready(OF_AUTHORIZATION, name, said, key)
        handle = self._authorization(number)
        async with within(self.patience):
            try:
                return await update(handle, name, body, update_id, self.patience)
            except Gone:
                pass
            if (first := await closed.first_answer(handle, update_id, self.patience)) is not None:
                return first
            known = await self._as_its_customer_knows_it(number)
            if name == "record_bounce":
                return await self._of_its_customer(known, name, body, key)
            if known["state"] == LOST and name == "write_off":
                return await self._of_its_customer(known, "write_off_lost", body, key)
            return closed.answer(name, body, known)

    # --- questions

    async def of_customer(self, number: str, name: str, *body: Any) -> Any:
        """A query to a customer."""
        _check(_VIP_NUMBER, number)
        return await self._ask(number, self._customer(number), name, *body)

    async def of_authorization(self, number: str, name: str) -> Any:
        """A query to an authorization; a closed one answers too, as long as the server keeps it."""
        _check(_AUTHORIZATION_NUMBER, number)
        return await self._ask(number, self._authorization(number), name)

    async def authorization(self, number: str) -> Answer:
        """How it stands. One that the server has forgotten its customer still knows."""
        try:
            answer: Answer = await self.of_authorization(number, names.DETAILS)
            return answer
        except NotFound:
            async with within(self.patience):
                return await self._as_its_customer_knows_it(number)

    async def preview(self, number: str, said: Said) -> Answer:
        """What authorizing would answer."""
        body = _checked(Authorize, said)
        answer: Answer = await self.of_customer(number, names.PREVIEW, body)
        if reasons := answer.get("reasons"):
            raise Refused(reasons[0]["code"], in_one(reasons), reasons)
        return answer

    async def journal(self, number: str) -> list[Answer]:
        """What the case with this number still knows of what happened to it, in order."""
        async with within(self.patience):
            for _, handle in self._handles(number):
                try:
                    return list((await query(handle, names.JOURNAL, patience=self.patience))["items"])
                except Gone:
                    continue
        raise not_found(number)

    async def kind(self, number: str) -> Kind:
        """Whose number it is."""
        async with within(self.patience):
            for kind, handle in self._handles(number):
                try:
                    with reaching():
                        await handle.describe()
                    return kind
                except Gone:
                    continue
        raise not_found(number)

    async def record(self, number: str) -> Answer | None:
        """The case's record for the register. None: nobody has this number, or nobody can tell it soon."""
        for _, handle in self._handles(number):
            try:
                async with asyncio.timeout(min(SOON, self.patience)):
                    record: Answer = await handle.query(names.RECORD)
                    return record
            except (RPCError, WorkflowQueryFailedError, KeyMissing, TimeoutError):
                continue  # a worker of an older release knows no such query
        return None

    # --- private

    def _customer(self, number: str) -> Handle:
        return self._client.get_workflow_handle(names.customer_id(number))

    def _authorization(self, number: str) -> Handle:
        return self._client.get_workflow_handle(names.authorization_id(number))

    def _handles(self, number: str) -> Iterator[tuple[Kind, Handle]]:
        """Whose number it may be: every authorization number has the form of a VIP number too."""
        if _AUTHORIZATION_NUMBER.fullmatch(number):
            yield "authorization", self._authorization(number)
        if _VIP_NUMBER.fullmatch(number):
            yield "customer", self._customer(number)

    async def _ask(self, number: str, handle: Handle, name: str, *body: Any) -> Any:
        async with within(self.patience):
            try:
                return await query(handle, name, *body, patience=self.patience)
            except Gone:
                raise not_found(number) from None

    async def _of_its_customer(self, known: Answer, name: str, body: Answer, key: str) -> Answer:
        """What a closed or lost authorization can still be told, its customer is told."""
        asked = {**body, "authorization_number": known["authorization_number"]}
        return await self.update_customer(known["vip_number"], name, asked, key)

    async def _as_its_customer_knows_it(self, number: str) -> Answer:
        """An authorization that no longer runs. Who its customer was, the server tells as long as it keeps the case."""
        try:
            with reaching():
                description = await self._authorization(number).describe()
            vip, ended = description.typed_search_attributes.get(names.VIP_NUMBER), description.status
        except Gone:
            vip, ended = await self.customer_of(number), WorkflowExecutionStatus.COMPLETED
        known = None if vip is None else closed.in_customer(number, await self.of_customer(vip, names.DETAILS))
        if known is None:
            raise not_found(number)
        if known["state"] != LOST and ended is not WorkflowExecutionStatus.COMPLETED:
            raise closed.vanished(number)
        return known


async def _nobody_knows(_number: str) -> None:
    return None


def _check(form: re.Pattern[str], number: str) -> None:
    if not form.fullmatch(number):
        raise not_found(number)


def _ready(commands: Mapping[str, Command], name: str, said: Said, key: str) -> tuple[Answer, str]:
    """The body and the update ID. Raises `Refused` for what the case would refuse whatever its state."""
    update_id = keys.update_id(key, dict(said))
    return _checked(commands[name].form, said), update_id


def _checked(form: type[Body], said: Said) -> Answer:
    body = dict(said)
    try:
        parse(form, body)
    except RefusedByTheRules as refused:
        raise in_our_words(refused) from None
    return body
