"""The register filled again from the cases, while everything runs: nothing in it is deleted, nothing goes back.

A register that is behind catches up by itself with whatever happens next; this is for one that is new, or was away for
long. It may be stopped at any moment: what the register does not know at all comes first the next time.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from temporalio.client import Client

from cases.recording import as_its_customer_knows_it
from gateway.calling import Gone, query, reaching
from gateway.errors import Refused, Unavailable
from register.telling import Known
from states.authorization import AUTHORIZATION, State
from workflows import names

PATIENCE = 60.0
"""Seconds: cases that nobody asked for long are read anew from their histories, many at once."""
_CUSTOMERS = f'WorkflowType = "{names.CUSTOMER}" AND ExecutionStatus = "Running"'
_AUTHORIZATIONS = (
    f'WorkflowType = "{names.AUTHORIZATION}" AND ExecutionStatus IN ("Running", "Completed", "Terminated")'
)
Record = dict[str, Any]


class Became(StrEnum):
    """What became of a case in the register."""

    NEW = "new"
    BROUGHT_UP_TO_DATE = "brought_up_to_date"
    UNCHANGED = "unchanged"
    NOT_ASKED = "not_asked"


class Case(NamedTuple):
    workflow_id: str
    number: str
    is_customer: bool


class Silent(NamedTuple):
    """A case that could not be asked."""

    workflow_id: str
    why: str


@dataclass
class Rebuilt:
    """What came of it."""

    counts: Counter[Became] = field(default_factory=Counter)
    silent: list[Silent] = field(default_factory=list)


class Register(Protocol):
    """What is needed of the register. All of it raises `RegisterAway`."""

    async def put(self, record: Record, *, again: bool = False) -> None: ...

    async def known(self, numbers: Collection[str]) -> dict[str, Known]: ...

    def versions(self, kind: str) -> AsyncIterator[tuple[str, int]]: ...


async def cases(client: Client, register: Register) -> list[Case]:
    """Every case that the server lists, those first that the register does not know. Raises `Unavailable`.

    Customers run for life; an authorization that is over answers for as long as the server keeps it.
    """
    listed = [*await _listed(client, _CUSTOMERS), *await _listed(client, _AUTHORIZATIONS)]
    found = {one.workflow_id: one for one in listed}
    known = {number for kind in ("customer", "authorization") async for number, _ in register.versions(kind)}
    return sorted(found.values(), key=lambda one: (one.number in known, not one.is_customer, one.number))


async def rebuild(
    client: Client,
    register: Register,
    every: Iterable[Case],
    *,
    at_once: int,
    step: Callable[[], None],
    stop: asyncio.Event,
    patience: float | None = None,
) -> Rebuilt:
    """Ask each of them how it stands, and tell the register. Raises `RegisterAway`; then it can be run again."""
    work = _Rebuilding(client, register, PATIENCE if patience is None else patience)
    waiting = iter(every)

    async def one_after_another() -> None:
        for case in waiting:
            if stop.is_set():
                return
            await work.tell(case)
            step()

    workers = [asyncio.create_task(one_after_another()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return work.done


class _Rebuilding:
    def __init__(self, client: Client, register: Register, patience: float) -> None:
        self._client, self._register, self._patience = client, register, patience
        self.done = Rebuilt()

    async def tell(self, case: Case) -> None:
        try:
            record = await self._ask(case.workflow_id, names.RECORD)
            details = await self._ask(case.workflow_id, names.DETAILS) if case.is_customer else None
        except Gone:
            return  # lists lag: it is over, and nobody kept it
        except Refused as refused:
            self.done.counts[Became.NOT_ASKED] += 1
            why = refused.message if isinstance(refused, Unavailable) else refused.code
            self.done.silent.append(Silent(case.workflow_id, why))
            return
        self.done.counts[await self._put(record)] += 1
        if details is not None:
            await self._closed_ones(details)

    async def _closed_ones(self, customer: Record) -> None:
        """Authorizations that are over live on in their customer alone once the server has forgotten them."""
        every = {one["authorization_number"]: one for one in customer["authorizations"]}
        known = await self._register.known(every)
        for number, one in every.items():
            if number not in known and one["state"] in set(State) and AUTHORIZATION.final(State(one["state"])):
                await self._unless_it_answers(number, one)

    async def _unless_it_answers(self, number: str, known: Record) -> None:
        try:
            record = await self._ask(names.authorization_id(number), names.RECORD)
        except Gone:
            record = as_its_customer_knows_it(known)
        except Refused:
            return  # it is listed, and told there
        self.done.counts[await self._put(record)] += 1

    async def _put(self, record: Record) -> Became:
        before = (await self._register.known([record["number"]])).get(record["number"])
        await self._register.put(record, again=True)
        if before is None:
            return Became.NEW
        same = before.version >= record["version"] and before.row == record["row"]
        return Became.UNCHANGED if same else Became.BROUGHT_UP_TO_DATE

    async def _ask(self, workflow_id: str, name: str) -> Record:
        answer: Record = await query(self._client.get_workflow_handle(workflow_id), name, patience=self._patience)
        return answer


async def _listed(client: Client, condition: str) -> list[Case]:
    found = []
    with reaching():
        async for one in client.list_workflows(condition, page_size=1000):
            is_customer = one.workflow_type == names.CUSTOMER
            if is_customer or one.parent_id:  # started by hand, an authorization is refused by a worker
                prefix = names.customer_id("") if is_customer else names.authorization_id("")
                found.append(Case(one.id, one.id.removeprefix(prefix), is_customer))
    return found
