"""The one way in: every door speaks to the cases through a `Gateway`, so all doors say the same.

Bodies and answers are the contract's. Every call raises `Refused` with every reason, `NotFound`, or `Unavailable` when
no answer came in time: then the outcome is unknown, and the same key with the same body finds it out.
"""

import re
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus

from cases.messages import WithReason, parse
from cases.words import AUTHORIZATION_NUMBER, VIP_NUMBER
from gateway import closed, inviting, keys, portfolio
from gateway.calling import PATIENCE, Answer, Gone, Handle, in_our_words, not_found, query, reaching, update
from gateway.errors import NotFound, Refused, Unavailable
from gateway.portfolio import Wanted
from states.refusals import Refused as RefusedByTheRules
from states.standing import LOST
from workflows import names

_VIP_NUMBER, _AUTHORIZATION_NUMBER = re.compile(VIP_NUMBER), re.compile(AUTHORIZATION_NUMBER)


class Gateway:
    """Customers and authorizations behind one Temporal client."""

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = names.TASK_QUEUE,
        number_secret: str = "",
        patience: float = PATIENCE,
    ) -> None:
        """`number_secret` keys the VIP numbers of invitations: all doors need the same. `patience` is in seconds."""
        self.client = client
        self._task_queue, self._secret, self._patience = task_queue, number_secret, patience

    # --- customers

    async def invite(self, body: Answer, key: str, vip_number: str | None = None) -> Answer:
        """Start a customer, and answer it. The VIP number follows from the key, unless it is brought along."""
        number = vip_number or keys.vip_number(key, self._secret)
        return await inviting.invite(self.client, self._task_queue, number, body, self._patience)

    async def update_customer(self, number: str, name: str, body: Answer, key: str) -> Answer:
        """One update on a customer."""
        self._check(_VIP_NUMBER, number)
        try:
            return await update(self._customer(number), name, body, keys.update_id(key, body), self._patience)
        except Gone:
            raise not_found(number) from None

    async def customer(self, number: str) -> Answer:
        """The customer with its products and every authorization."""
        answer: Answer = await self._of_customer(number, names.DETAILS)
        return answer

    async def products(self, number: str) -> list[Answer]:
        """Every product, and why this customer may not add it (no reasons: it may)."""
        return list((await self._of_customer(number, names.PRODUCTS))["items"])

    async def preview(self, number: str, body: Answer) -> Answer:
        """What authorizing would answer; nothing happens."""
        answer: Answer = await self._of_customer(number, names.PREVIEW, body)
        if reasons := answer.get("reasons"):
            raise Refused(reasons[0]["code"], "; ".join(str(one["message"]) for one in reasons), reasons)
        return answer

    async def customers(self, wanted: Wanted = Wanted()) -> list[Answer]:  # noqa: B008 - frozen
        """Rows of a list, by name."""
        with reaching():
            found = [row async for row in portfolio.rows(self.client, wanted)]
        return sorted(found, key=lambda row: (str(row.get("organization")).casefold(), row["vip_number"]))

    async def count(self, wanted: Wanted = Wanted()) -> int:  # noqa: B008 - frozen
        """How many customers a list has."""
        with reaching():
            return await portfolio.count(self.client, wanted)

    # --- authorizations

    async def update_authorization(self, number: str, name: str, body: Answer, key: str) -> Answer:
        """One update on an authorization. One that is closed answers through its customer; so does a lost one."""
        self._check(_AUTHORIZATION_NUMBER, number)
        handle, update_id = self._authorization(number), keys.update_id(key, body)
        try:
            return await update(handle, name, body, update_id, self._patience)
        except Gone:
            pass
        known = await self._as_its_customer_knows_it(number)
        if known["state"] == LOST and name == "write_off":
            return await self._write_off_lost(known, body, key)
        try:
            return closed.answer(name, body, known)
        except Refused:
            if (first := await closed.first_answer(handle, update_id, self._patience)) is None:
                raise
            return first

    async def authorization(self, number: str) -> Answer:
        """The authorization with every date."""
        self._check(_AUTHORIZATION_NUMBER, number)
        try:
            answer: Answer = await self._ask(self._authorization(number), names.DETAILS)
        except Gone:
            raise not_found(number) from None
        return answer

    async def record_bounce(self, number: str, body: Answer, key: str) -> Answer:
        """A letter of this customer or authorization came back. For one that is closed its customer is told."""
        if await self.kind(number) == "customer":
            return await self.update_customer(number, "record_bounce", body, key)
        handle, update_id = self._authorization(number), keys.update_id(key, body)
        try:
            return await update(handle, "record_bounce", body, update_id, self._patience)
        except Gone:
            if (first := await closed.first_answer(handle, update_id, self._patience)) is not None:
                return first
        known = await self._as_its_customer_knows_it(number)
        return await self.update_customer(
            known["vip_number"], "record_bounce", {**body, "authorization_number": number}, key
        )

    # --- both

    async def kind(self, number: str) -> str:
        """Whose number it is: `customer` or `authorization`. Raises `NotFound`."""
        kinds = (
            ("authorization", _AUTHORIZATION_NUMBER, self._authorization),
            ("customer", _VIP_NUMBER, self._customer),
        )
        for kind, form, handle in kinds:
            if form.fullmatch(number):
                try:
                    with reaching():
                        await handle(number).describe()
                    return kind
                except Gone:
                    continue
        raise not_found(number)

    async def details(self, number: str) -> Answer:
        """A customer or an authorization, whichever has this number."""
        return await (self.customer(number) if await self.kind(number) == "customer" else self.authorization(number))

    async def journal(self, number: str) -> list[Answer]:
        """What happened to the customer or the authorization with this number, in order."""
        of_customer = await self.kind(number) == "customer"
        handle = self._customer(number) if of_customer else self._authorization(number)
        try:
            return list((await self._ask(handle, names.JOURNAL))["items"])
        except Gone:
            raise not_found(number) from None

    # --- the invitation page

    async def invitation(self, vip_number: str) -> Answer:
        """The customer behind a link."""
        return await self.customer(vip_number)

    async def accept(self, vip_number: str, body: Answer, idempotency_key: str) -> Answer:
        """Accept the invitation."""
        return await self.update_customer(vip_number, "accept_invitation", body, idempotency_key)

    # --- private

    def _customer(self, number: str) -> Handle:
        return self.client.get_workflow_handle(names.customer_id(number))

    def _authorization(self, number: str) -> Handle:
        return self.client.get_workflow_handle(names.authorization_id(number))

    def _check(self, form: re.Pattern[str], number: str) -> None:
        if not form.fullmatch(number):
            raise not_found(number)

    async def _ask(self, handle: Handle, name: str, *body: Any) -> Any:
        return await query(handle, name, *body, patience=self._patience)

    async def _of_customer(self, number: str, name: str, *body: Any) -> Any:
        self._check(_VIP_NUMBER, number)
        try:
            return await self._ask(self._customer(number), name, *body)
        except Gone:
            raise not_found(number) from None

    async def _as_its_customer_knows_it(self, number: str) -> Answer:
        """An authorization that no longer runs. The server keeps who its customer was as long as it keeps the case."""
        try:
            with reaching():
                description = await self._authorization(number).describe()
        except Gone:
            raise NotFound(
                f"{number} is not known here, or was closed so long ago that only its customer still knows it."
            ) from None
        vip = description.typed_search_attributes.get(names.VIP_NUMBER)
        known = None if vip is None else closed.in_customer(number, await self.customer(vip))
        if known is None:
            raise not_found(number)
        if known["state"] != LOST and description.status is not WorkflowExecutionStatus.COMPLETED:
            raise closed.vanished(number)
        return known

    async def _write_off_lost(self, known: Answer, body: Answer, key: str) -> Answer:
        try:
            parse(WithReason, body)
        except RefusedByTheRules as refused:
            raise in_our_words(refused) from None
        asked = {**body, "authorization_number": known["authorization_number"]}
        return await self.update_customer(known["vip_number"], "write_off_lost", asked, key)


__all__ = ["Gateway", "NotFound", "Refused", "Unavailable", "Wanted"]
