"""The one way in: every door, and every other service in Python, speaks to the cases through a `Gateway`.

Bodies and answers are the contract's (`gateway.bodies`, `gateway.answers`). Every call raises `Refused` with every
reason, `NotFound`, or `Unavailable` when no answer came in time: then the outcome is unknown, and the same key with the
same body finds it out.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, cast

from temporalio.client import Client

from gateway import bodies
from gateway.agenda.whole import DAYS
from gateway.answers import (
    Addable,
    Agenda,
    Authorization,
    Counts,
    JournalEntry,
    Page,
    Preview,
    Row,
    ToldLetter,
    WholeCustomer,
)
from gateway.calling import PATIENCE
from gateway.commands import Commands
from gateway.errors import NotFound, Refused, Unavailable
from gateway.lists import Lists
from gateway.living import Living
from gateway.vocabulary import Kind, Outcome
from register.wanted import Wanted
from workflows import names

if TYPE_CHECKING:
    from register.register import Register

ALL = Wanted()
"""Every customer."""


class Gateway(Commands):
    """Customers and authorizations: what changes them (`Commands`), how they stand, and lists of them.

    How one customer or authorization stands comes from its own case and is always current. Lists come from the
    register, which follows by moments; a reader is never shown one without what it changed itself in the last minute.
    """

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = names.TASK_QUEUE,
        number_secret: str = "",
        patience: float = PATIENCE,
        register: "Register | Callable[[], Register] | None" = None,
    ) -> None:
        """`number_secret` keys the VIP numbers of invitations: all doors need the same. `patience` is in seconds.

        Without a `register`, or how to make one when it is needed, there are no lists.
        """
        living = Living(client, task_queue=task_queue, number_secret=number_secret, patience=patience)
        lists = Lists(register, living)
        living.customer_of = lists.customer_of
        super().__init__(living, lists)
        self.client = client

    @staticmethod
    def connect() -> "AbstractAsyncContextManager[Gateway]":
        """A gateway for as long as it is needed, to where the environment says (`TEMPORAL_...`, `VIP_...`) or to the
        `vip up` that runs in this folder. Raises `SettingsError` in one line, and `Unavailable`."""
        from gateway.connecting import opened

        return opened()

    def as_reader(self, name: str) -> "Gateway":
        """The same, for one of several callers: each is shown what it changed itself."""
        other = object.__new__(Gateway)
        other.client = self.client
        Commands.__init__(other, self._living, self._lists, name)
        return other

    # --- how a case stands

    async def customer(self, vip_number: str) -> WholeCustomer:
        """The customer with its products and every authorization."""
        return cast(WholeCustomer, await self._living.of_customer(vip_number, names.DETAILS))

    async def products(self, vip_number: str) -> list[Addable]:
        """Every product, and why this customer may not add it (no reasons: it may)."""
        found: list[Addable] = (await self._living.of_customer(vip_number, names.PRODUCTS))["items"]
        return found

    async def preview(self, vip_number: str, body: bodies.Authorize) -> Preview:
        """What authorizing would answer; nothing happens."""
        return cast(Preview, await self._living.preview(vip_number, body))

    async def authorization(self, number: str) -> Authorization:
        """The authorization with every date."""
        return cast(Authorization, await self._living.authorization(number))

    async def kind(self, number: str) -> Kind:
        """Whose number it is: `customer` or `authorization`."""
        return await self._living.kind(number)

    async def details(self, number: str) -> WholeCustomer | Authorization:
        """A customer or an authorization, whichever has this number."""
        return await (self.customer(number) if await self.kind(number) == "customer" else self.authorization(number))

    async def journal(self, number: str) -> list[JournalEntry]:
        """What happened to the customer or the authorization with this number, in order.

        A case carries the newest entries, the register has those before, and all of a case that the server has
        forgotten or that cannot answer now. Entries that nobody can tell now are missing by their sequence.
        """
        try:
            own = cast(list[JournalEntry], await self._living.journal(number))
        except NotFound:
            if found := await self._lists.journal(number):
                return found
            raise
        except Unavailable as away:
            with suppress(Unavailable):
                if found := await self._lists.journal(number):
                    return found
            raise away from None
        if own and own[0]["sequence"] == 1:
            return own
        try:
            older = await self._lists.journal(number)
        except Unavailable:
            return own
        every = {entry["sequence"]: entry for entry in (*older, *own)}
        return [every[sequence] for sequence in sorted(every)]

    async def invitation(self, vip_number: str) -> WholeCustomer:
        """The customer behind a link."""
        return await self.customer(vip_number)

    # --- lists

    async def page(
        self,
        wanted: Wanted = ALL,
        *,
        sort: str = "name",
        limit: int = 50,
        cursor: str | None = None,
        after: Collection[str] = (),
    ) -> Page:
        """Some customers of a list, in order. `cursor` goes on where a page ended; `after` names customers and
        authorizations whose last change must be seen."""
        return await self._lists.page(wanted, sort=sort, limit=limit, cursor=cursor, reader=self._reader, after=after)

    async def counts(self, managed_by: str | None = None, *, after: Collection[str] = ()) -> Counts:
        """How many customers each list has."""
        return await self._lists.counts(managed_by, reader=self._reader, after=after)

    def every(self, wanted: Wanted = ALL, *, sort: str = "name", after: Collection[str] = ()) -> AsyncIterator[Row]:
        """All customers of a list, in order, one by one."""
        return self._lists.every(wanted, sort=sort, reader=self._reader, after=after)

    async def letters(
        self,
        *,
        since: str | None = None,
        outcome: Outcome | None = None,
        managed_by: str | None = None,
        limit: int = 100,
    ) -> list[ToldLetter]:
        """What became of letters over all cases, the newest first; `since` is an instant."""
        return await self._lists.letters(
            since=since, outcome=outcome, managed_by=managed_by, limit=limit, reader=self._reader
        )

    async def agenda(self, managed_by: str | None = None, days: int = DAYS, *, after: Collection[str] = ()) -> Agenda:
        """What waits for an account manager, and what happens by itself within so many days, in order of date."""
        return await self._lists.agenda(managed_by, days, reader=self._reader, after=after)


__all__ = ["Gateway", "NotFound", "Refused", "Unavailable", "Wanted"]
