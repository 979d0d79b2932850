"""Everything that changes something, as typed methods: a number, the contract's body, and the key that makes it safe to
repeat."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from gateway import bodies, keys
from gateway.answers import Authorization, Customer, WholeCustomer
from gateway.calling import Answer
from gateway.errors import Unavailable
from gateway.lists import Lists
from gateway.living import Living, Said


class Commands:
    """What a caller may ask for. The same key has one effect and one answer, for the life of the case.

    Each call makes a key of its own if it is given none. All raise `Refused` with every reason, `NotFound`, or
    `Unavailable` when no answer came in time: then its `key`, with the same body, finds out what became of it.
    """

    def __init__(self, living: Living, lists: Lists, reader: str = "") -> None:
        self._living, self._lists, self._reader = living, lists, reader

    # --- membership

    async def invite(
        self, body: bodies.Invite, key: str | None = None, *, vip_number: str | None = None
    ) -> WholeCustomer:
        """Invite an organisation. Its VIP number follows from the key, unless it is brought along."""
        return cast(WholeCustomer, await self.start_customer(body, key, vip_number))

    async def accept(self, vip_number: str, body: bodies.Accept, key: str | None = None) -> Customer:
        """Accept the invitation."""
        return await self._of_customer(vip_number, "accept_invitation", body, key)

    async def resend(self, vip_number: str, body: bodies.Nothing | None = None, key: str | None = None) -> Customer:
        """Send the invitation again; its clocks start again."""
        return await self._of_customer(vip_number, "resend_invitation", body or {}, key)

    async def withdraw(self, vip_number: str, body: bodies.Reason, key: str | None = None) -> Customer:
        """Withdraw the invitation, while nothing was ever authorized or ordered; final."""
        return await self._of_customer(vip_number, "withdraw_invitation", body, key)

    async def hand_over_contact(self, vip_number: str, body: bodies.HandOver, key: str | None = None) -> Customer:
        """Hand over to another contact."""
        return await self._of_customer(vip_number, "hand_over_contact", body, key)

    async def add_offer_types(self, vip_number: str, body: bodies.AddOfferTypes, key: str | None = None) -> Customer:
        """Add offer types; one that the customer has changes nothing."""
        return await self._of_customer(vip_number, "add_offer_types", body, key)

    async def assign_account_manager(self, vip_number: str, body: bodies.Assign, key: str | None = None) -> Customer:
        """Assign another account manager; open authorizations follow."""
        return await self._of_customer(vip_number, "assign_account_manager", body, key)

    async def lift_address(self, vip_number: str, body: bodies.LiftAddress, key: str | None = None) -> Customer:
        """Let letters go again to an address that took none."""
        return await self._of_customer(vip_number, "lift_address", body, key)

    # --- buying

    async def authorize(self, vip_number: str, body: bodies.Authorize, key: str | None = None) -> Authorization:
        """Authorize products: they can be used at once, and are to be ordered within days."""
        return await self._begun(vip_number, "authorize_purchase", body, key)

    async def record_order(self, vip_number: str, body: bodies.RecordOrder, key: str | None = None) -> Authorization:
        """Record a direct order."""
        return await self._begun(vip_number, "record_order", body, key)

    async def place_order(self, number: str, body: bodies.PlaceOrder, key: str | None = None) -> Authorization:
        """Record an order for an authorization; without lines of all that is open."""
        return await self._of_authorization(number, "place_order", body, key)

    async def cancel(self, number: str, body: bodies.Reason, key: str | None = None) -> Authorization:
        """Cancel a pending authorization: the customer loses what is not ordered."""
        return await self._of_authorization(number, "cancel", body, key)

    async def extend(self, number: str, body: bodies.Extend, key: str | None = None) -> Authorization:
        """Let the order be due later; everything after moves with it."""
        return await self._of_authorization(number, "extend", body, key)

    async def request_return(self, number: str, body: bodies.RequestReturn, key: str | None = None) -> Authorization:
        """Ask for a return of an order, within its window."""
        return await self._of_authorization(number, "request_return", body, key)

    async def confirm_return(
        self, number: str, body: bodies.ConfirmReturn | None = None, key: str | None = None
    ) -> Authorization:
        """Confirm the open return, or part of it: those licences are removed."""
        return await self._of_authorization(number, "confirm_return", body or {}, key)

    async def decline_return(self, number: str, body: bodies.Reason, key: str | None = None) -> Authorization:
        """Decline the open return."""
        return await self._of_authorization(number, "decline_return", body, key)

    async def write_off(self, number: str, body: bodies.Reason, key: str | None = None) -> Authorization:
        """Give up what is overdue, deactivated or lost; the block on buying is lifted."""
        return await self._of_authorization(number, "write_off", body, key)

    async def deactivate(self, number: str, body: bodies.Reason, key: str | None = None) -> Authorization:
        """Deactivate what is past its last day, when no warning can get out."""
        return await self._of_authorization(number, "deactivate", body, key)

    # --- renewal

    async def renew(self, vip_number: str, body: bodies.PlaceOrder, key: str | None = None) -> Customer:
        """Record a renewal order; without lines of all that is held and not renewed yet."""
        return await self._of_customer(vip_number, "place_renewal_order", body, key)

    async def decline_renewal(self, vip_number: str, body: bodies.DeclineRenewal, key: str | None = None) -> Customer:
        """Decline the renewal, all or part of it."""
        return await self._of_customer(vip_number, "decline_renewal", body, key)

    # --- letters

    async def record_bounce(
        self, number: str, body: bodies.RecordBounce, key: str | None = None
    ) -> Customer | Authorization:
        """A letter of this customer or authorization came back, or is delayed."""
        if await self._living.kind(number) == "customer":
            return await self._of_customer(number, "record_bounce", body, key)
        return await self._of_authorization(number, "record_bounce", body, key)

    # --- any JSON object, by the name of the update; a bad one is refused with every field named

    async def start_customer(self, body: Said, key: str | None = None, vip_number: str | None = None) -> dict[str, Any]:
        """An invitation; answers the customer whole."""
        return await self._change(lambda known: self._living.invite(body, known, vip_number), key)

    async def update_customer(self, number: str, name: str, body: Said, key: str | None = None) -> dict[str, Any]:
        """One update on a customer, by its name in the contract."""
        return await self._change(lambda known: self._living.update_customer(number, name, body, known), key, number)

    async def update_authorization(self, number: str, name: str, body: Said, key: str | None = None) -> dict[str, Any]:
        """One update on an authorization, by its name in the contract."""
        return await self._change(
            lambda known: self._living.update_authorization(number, name, body, known), key, number
        )

    # --- private

    async def _of_customer(self, number: str, name: str, body: Said, key: str | None) -> Customer:
        return cast(Customer, await self.update_customer(number, name, body, key))

    async def _begun(self, number: str, name: str, body: Said, key: str | None) -> Authorization:
        return cast(Authorization, await self.update_customer(number, name, body, key))

    async def _of_authorization(self, number: str, name: str, body: Said, key: str | None) -> Authorization:
        return cast(Authorization, await self.update_authorization(number, name, body, key))

    async def _change(self, call: Callable[[str], Awaitable[Answer]], key: str | None, *numbers: str) -> Answer:
        """Once for this key; what may have changed is remembered for this reader, known or not."""
        known = keys.new_key() if key is None else key
        try:
            answer = await call(known)
        except Unavailable as unavailable:
            unavailable.key = known
            self._lists.note(self._reader, numbers)
            raise
        told = (answer[name] for name in ("vip_number", "authorization_number") if name in answer)
        self._lists.note(self._reader, [*numbers, *told])
        return answer
