"""A story as the real server plays it: workflows, workers, mail, and clocks that are moved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from local import clock
from local.mailbox import MailSink
from settings import Settings
from states.authorization import AUTHORIZATION, State
from tests.workflows.lab import Lab, code_of
from tests.workflows.stories.telling import (
    Act,
    Address,
    Calendar,
    Mail,
    RollOver,
    Shows,
    Step,
    Tell,
    WorkersDown,
)
from worker import working
from workflows.names import authorization_id, customer_id

PATIENCE = 60.0
FINAL = frozenset(state for state in State if AUTHORIZATION.final(state))
_ANSWER_WITHIN = timedelta(seconds=1)
"""How long an order system waits for an answer before it tries again."""


@dataclass(frozen=True)
class Happened:
    """An act of the story, when the server processed it, and what it answered."""

    at: datetime
    act: Act
    answer: dict[str, Any] | None = None
    refused: str | None = None
    waited: bool = False
    """No worker ran before."""


@dataclass(frozen=True)
class Way:
    """How the workers run."""

    name: str
    workers: int = 1
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stage:
    """One customer on the server."""

    client: Client
    sink: MailSink
    settings: Settings
    calendar: Calendar
    way: Way
    lab: Lab = field(init=False)
    vip: str = ""
    closed: set[str] = field(default_factory=set)
    """Authorizations that were over before the customer was taken over."""
    happened: list[Happened] = field(default_factory=list)
    _crew: AsyncExitStack = field(default_factory=AsyncExitStack)
    _seen: dict[str, int] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)
    _no_answer: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody tried to tell something while no worker ran."""

    def __post_init__(self) -> None:
        self.lab = Lab(self.client, self.sink, self.settings)

    @property
    def numbers(self) -> list[str]:
        return self.lab.numbers[self.vip]

    @property
    def everyone(self) -> list[str]:
        return [customer_id(self.vip), *map(authorization_id, self.living)]

    @property
    def living(self) -> list[str]:
        """Authorizations that have, or had, a workflow."""
        return [number for number in self.numbers if number not in self.closed]

    @asynccontextmanager
    async def played(self, invite: dict[str, Any], steps: tuple[Step, ...]) -> AsyncIterator[None]:
        """The story is over when the block runs; its cases can still be asked."""
        async with AsyncExitStack() as ending:
            ending.push_async_callback(self.dismiss)
            await self.hire()
            begin = self.calendar.at(0, self.calendar.clock)
            self.vip = await self.lab.invite(begin=begin, **invite)
            await clock.move(self.client, self.everyone, begin, patience=PATIENCE)
            await self._begun()
            for one in (await self.details(self.vip))["authorizations"]:
                self.numbers.append(one["authorization_number"])
                if State(one["state"]) in FINAL:
                    self.closed.add(one["authorization_number"])
            for step in steps:
                await self.move(self.calendar.at(step.day, step.clock))
                for act in step.acts:
                    self.happened.append(await self._act(act))
            yield

    async def hire(self) -> None:
        self._crew = AsyncExitStack()
        await self._crew.enter_async_context(working(self.client, self.settings, **self.way.options))
        for _ in range(1, self.way.workers):
            colleague = await connected_as(self.client)
            await self._crew.enter_async_context(working(colleague, self.settings, **self.way.options))

    async def dismiss(self) -> None:
        await self._crew.aclose()

    async def move(self, to: datetime) -> None:
        """Authorizations first: a customer that is ahead of them asks each day whether they still live."""
        customer, *authorizations = self.everyone
        async with asyncio.timeout(PATIENCE):
            while True:
                await asyncio.gather(*(self._walk(case, to) for case in authorizations))
                await self._walk(customer, to)
                await self.settle()
                wakes = await asyncio.gather(*map(self._wake, self.everyone))
                if all(wake is None or wake > to for wake in wakes):
                    return

    async def _walk(self, case: str, to: datetime) -> None:
        """From each instant at which it does something by itself to the next.

        A busy server that is sent past a timer may jump over it: what is due fires a moment later than it is looked at.
        """
        while (at := await self._wake(case)) is not None and at <= to:
            await clock.move(self.client, [case], at, patience=PATIENCE, looks=1)
        await clock.move(self.client, [case], to, patience=PATIENCE, looks=1)

    async def _begun(self) -> None:
        """Until the customer answers: its start was put off, and fires when the server comes to it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.lab.customer(self.vip).query("wake")
                    break
                except RPCError as error:
                    if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                        raise
                await self.settle()

    async def _wake(self, case: str) -> datetime | None:
        """When a case does something by itself next; None for one that is over."""
        if case in self._over:
            return None
        handle = self.client.get_workflow_handle(case)
        at = (await handle.query("wake"))["at"]
        if at is None and (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            self._over.add(case)
        return None if at is None else datetime.fromisoformat(at)

    async def settle(self) -> None:
        await clock.settle(self.client, self.everyone, patience=PATIENCE)

    async def journal(self, number: str) -> list[dict[str, Any]]:
        answer: dict[str, Any] = await self._handle(number).query("journal")
        return list(answer["items"])

    async def details(self, number: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self._handle(number).query("details")
        return answer

    def _handle(self, number: str) -> WorkflowHandle[Any, Any]:
        return self.lab.customer(number) if number == self.vip else self.lab.authorization(number)

    async def _act(self, act: Act) -> Happened:
        if isinstance(act, Tell):
            return await self._tell(act)
        if isinstance(act, WorkersDown):
            return await self._down(act)
        at = await self.lab.now(self.vip)
        if isinstance(act, Mail):
            await (self.sink.switch_on() if act.up else self.sink.switch_off())
        elif isinstance(act, Address):
            self.sink.answers = {**self.sink.answers, act.email: act.answer or "250 2.1.5 ok"}
        elif isinstance(act, RollOver):
            for number in (self.vip, *self.living):
                await self._handle(number).signal("roll_over")
            await self.settle()
        elif isinstance(act, Shows):
            self._compare(act, await self.details(self.vip))
        return Happened(at, act)

    async def _tell(self, act: Tell, *, waited: bool = False) -> Happened:
        number = self.vip if act.to is None else self.numbers[act.to]
        at = await clock.now_of(self.client, self._handle(number).id)
        body = self.calendar.told(act.body)
        try:
            if act.to is None:
                answer = await self.lab.tell(self.vip, act.name, body)
            else:
                answer = await self.lab.order(number, act.name, body)
        except WorkflowUpdateFailedError as error:
            if code_of(error) != act.refused:
                raise
            return Happened(at, act, refused=act.refused, waited=waited)
        except RPCError as error:
            # A workflow that is over answers nobody; the doors say why from what it was.
            if error.status is not RPCStatusCode.NOT_FOUND or act.refused is None:
                raise
            return Happened(at, act, refused=act.refused, waited=waited)
        assert act.refused is None, f"{act.name} should be refused ({act.refused}), and answers {answer}"
        await self.settle()
        target = answer["authorization_number"] if act.name in ("authorize_purchase", "record_order") else number
        return Happened(await self._processed(target, act.name) or at, act, answer, waited=waited)

    async def _processed(self, number: str, name: str) -> datetime | None:
        """When the update was processed, as the journal says; None if it changed nothing."""
        new = [entry for entry in await self.journal(number) if entry["sequence"] > self._seen.get(number, 0)]
        self._seen[number] = max((entry["sequence"] for entry in new), default=self._seen.get(number, 0))
        return next((datetime.fromisoformat(one["processed_at"]) for one in new if one.get("trigger") == name), None)

    async def _down(self, act: WorkersDown) -> Happened:
        """No worker for weeks. Open authorizations hold a customer's clock, so it rolls over before."""
        customer = self.lab.customer(self.vip)
        await customer.signal("roll_over")
        await self._until_free(customer)
        await self.dismiss()
        await clock.skip_while_down(self.client, self.everyone, self.calendar.at(act.day, act.clock))
        trying = asyncio.create_task(self._keep_telling(act.meanwhile))
        async with asyncio.timeout(PATIENCE):
            await self._no_answer.wait()
        await self.hire()
        answer = await trying
        await self.settle()
        number = self.vip if act.meanwhile.to is None else self.numbers[act.meanwhile.to]
        at = await self._processed(number, act.meanwhile.name)
        assert at is not None
        return Happened(at, act, answer, waited=True)

    async def _until_free(self, customer: WorkflowHandle[Any, Any]) -> None:
        """Until the customer runs without open children."""
        async with asyncio.timeout(PATIENCE):
            while (await customer.describe()).raw_description.pending_children:
                await self.settle()
        await self.settle()

    async def _keep_telling(self, act: Tell) -> dict[str, Any]:
        """As an order system does: the same update again until there is an answer."""
        assert act.to is not None
        number = self.numbers[act.to]
        while True:
            try:
                answer: dict[str, Any] = await self.lab.authorization(number).execute_update(
                    act.name, self.calendar.told(act.body), id="kept-trying", rpc_timeout=_ANSWER_WITHIN
                )
                return answer
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                self._no_answer.set()

    def _compare(self, act: Shows, details: dict[str, Any]) -> None:
        shown = {name: details.get(name) for name in act.customer}
        states = tuple(one["state"] for one in details["authorizations"])
        assert shown == act.customer, f"{shown}, not {act.customer}"
        assert act.authorizations in (None, states), f"{states}, not {act.authorizations}"


async def connected_as(client: Client) -> Client:
    """A connection of its own to the same server, as another process has."""
    target = client.service_client.config.target_host
    return await Client.connect(target, namespace=client.namespace, data_converter=client.data_converter)
