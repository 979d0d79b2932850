"""Moving a customer and its running authorizations through time together, next event first, and telling what happened.

Each case has a clock of its own. They are moved in lock step, from each instant at which one of them does something by
itself to the next, so that news between them comes when it would have come. Cases whose clocks differ are first brought
to the latest of them, on the same way: nothing that is due until then is jumped over.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from local import clock

Entry = dict[str, Any]
CUSTOMER, AUTHORIZATION = "customer:", "authorization:"
_NUDGE = timedelta(seconds=1)
_STANDSTILL = 5
"""Looks at which nothing moves although something is due, before it is called stuck."""


class NotHere(Exception):
    """Nobody has this number."""


@dataclass
class Journey:
    """What came of it. `aligned` names the cases whose clocks were behind, and by how much."""

    vip_number: str
    started_at: datetime
    arrived_at: datetime
    aligned: dict[str, timedelta] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    """Journal entries in the order in which they took effect; `whose` is `customer` or an authorization's number."""


async def fast_forward(
    client: Client,
    number: str,
    *,
    by: timedelta | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> Journey:
    """Move on `by` so much, or, without it, until the next thing happens: a change of state, a letter.

    `number` is a customer's or an authorization's; they are moved together in either case. `say` hears of the way.
    Raises `NotHere` and `clock.ClockStuck`.
    """
    family = await _Family.of(client, number)
    clocks = {case: await clock.now_of(client, case) for case in await family.running()}
    start = max(clocks.values())
    journey = Journey(family.vip_number, start, start)
    journey.aligned = {_name(case): start - now for case, now in clocks.items() if start - now > timedelta(minutes=1)}
    before = await family.journals()
    if journey.aligned:
        behind = f"{len(journey.aligned)} of {len(clocks)} clocks were behind"
        say(f"{behind} and are brought to {start:%Y-%m-%d %H:%M} UTC first")
        await _walk(client, family, start, say)
    if by is not None:
        await _walk(client, family, start + by, say)
    else:
        await _until_something_happens(client, family, say)
    for case, entries in (await family.journals()).items():
        seen = max((entry["sequence"] for entry in before.get(case, ())), default=0)
        whose = "customer" if case.startswith(CUSTOMER) else _name(case)
        journey.entries += [{"whose": whose, **entry} for entry in entries if entry["sequence"] > seen]
    journey.entries.sort(key=lambda one: (one["effective_at"], one["processed_at"], one["whose"], one["sequence"]))
    journey.arrived_at = max([await clock.now_of(client, case) for case in await family.running()])
    return journey


async def _walk(client: Client, family: "_Family", to: datetime, say: Callable[[str], None]) -> None:
    async for _ in _steps(client, family, to, say):
        pass
    await clock.move(client, await family.running(), to)


async def _until_something_happens(client: Client, family: "_Family", say: Callable[[str], None]) -> None:
    known = await family.counted()
    async for _ in _steps(client, family, datetime.max.replace(tzinfo=UTC), say):
        if await family.counted() > known:
            return
        # On a busy machine its letter may still be on its way.
        await clock.settle(client, await family.running(), looks=_MORE_LOOKS)
        if await family.counted() > known:
            return


async def _steps(
    client: Client, family: "_Family", to: datetime, say: Callable[[str], None]
) -> AsyncIterator[datetime]:
    """Move them to each instant up to `to` at which one of them does something by itself."""
    last, standing = None, 0
    while (at := await family.next_wake()) is not None and at <= to:
        standing = standing + 1 if at == last else 0
        if standing > _STANDSTILL:
            raise clock.ClockStuck(f"something is due at {at.isoformat()} and does not happen; is a worker running?")
        last = at
        await clock.move(client, await family.running(), at + standing * _NUDGE)
        say(f"{at:%Y-%m-%d %H:%M} UTC")
        yield at


_MORE_LOOKS = 8
"""So often nothing new must be seen before it counts as nothing having happened."""


class _Family:
    """A customer and its authorizations."""

    def __init__(self, client: Client, vip_number: str) -> None:
        self._client, self.vip_number = client, vip_number

    @classmethod
    async def of(cls, client: Client, number: str) -> "_Family":
        """The family of the case with this number. Raises `NotHere`."""
        for prefix in (AUTHORIZATION, CUSTOMER):
            try:
                details = await client.get_workflow_handle(prefix + number).query("details")
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            else:
                return cls(client, str(details["vip_number"]))
        raise NotHere(f"{number} is not known here.")

    async def cases(self) -> list[str]:
        details = await self._client.get_workflow_handle(CUSTOMER + self.vip_number).query("details")
        numbers = [one["authorization_number"] for one in details["authorizations"]]
        return [CUSTOMER + self.vip_number, *(AUTHORIZATION + number for number in numbers)]

    async def running(self) -> list[str]:
        """Workflow IDs of those that are not closed."""
        return [case for case in await self.cases() if await self._status(case) is WorkflowExecutionStatus.RUNNING]

    async def next_wake(self) -> datetime | None:
        """When the next of them does something by itself."""
        wakes = []
        for case in await self.running():
            answer = await self._client.get_workflow_handle(case).query("wake")
            if answer["at"] is not None:
                wakes.append(datetime.fromisoformat(answer["at"]).astimezone(UTC))
        return min(wakes, default=None)

    async def journals(self) -> dict[str, list[Entry]]:
        """Every journal, by workflow ID; a case that closed on the way is asked too."""
        found = {}
        for case in await self.cases():
            if await self._status(case) in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED):
                found[case] = (await self._client.get_workflow_handle(case).query("journal"))["items"]
        return found

    async def counted(self) -> int:
        """How much has happened."""
        return sum(entry["sequence"] for entries in (await self.journals()).values() for entry in entries[-1:])

    async def _status(self, case: str) -> WorkflowExecutionStatus | None:
        try:
            return (await self._client.get_workflow_handle(case).describe()).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise


def _name(case: str) -> str:
    return case.removeprefix(CUSTOMER).removeprefix(AUTHORIZATION)
