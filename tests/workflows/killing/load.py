"""Customers living their lives at the same time, each request asked again until somebody answers it."""

import asyncio
from collections.abc import Iterable
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from gateway.client import Gateway, Refused, Unavailable
from tests.workflows.killing.lives import BEGINS, CUSTOMER, INVITE, ROLL_OVER, Life, Step
from workflows import names

Answer = dict[str, Any]
AGAIN_AFTER = 0.1
LOOK_EVERY = 0.05
NOBODY_THERE = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.UNKNOWN,
}
UNDER_WAY = (
    ("start_child_workflow_execution_initiated", "child_workflow_execution_started"),
    ("signal_external_workflow_execution_initiated", "external_workflow_execution_signaled"),
)
"""What a case has begun with a neighbour, and how it ends."""


class Load:
    """Lives and what they were answered."""

    def __init__(self, client: Client, lives: Iterable[Life]) -> None:
        self.client, self.lives = client, list(lives)
        self.gateway = Gateway(client, number_secret="kills")
        self.in_flight = self.answered = self.unanswered = 0
        self.longest = 0.0
        """Seconds that the slowest answer took, from when it was first asked for."""
        self.answers: dict[str, list[Answer]] = {}
        """By key, in the order in which they were given; a refusal is one too."""
        self.numbers: dict[str, str] = {}
        """VIP numbers by the name of the life, authorization numbers by the key of the request."""
        self._calm: dict[str, tuple[str, int]] = {}

    async def run(self) -> None:
        """Live all lives to their end, until the last letter is out."""
        async with asyncio.TaskGroup() as group:
            for life in self.lives:
                group.create_task(self._live(life))

    def cases(self, life: Life) -> dict[str, WorkflowHandle[Any, Any]]:
        """The customer and its authorizations, by their names here."""
        begun = [step.key for step in life.steps if step.name in BEGINS and step.key in self.numbers]
        ids = {CUSTOMER: names.customer_id(self.numbers[life.name])}
        ids |= {key: names.authorization_id(self.numbers[key]) for key in begun}
        return {name: self.client.get_workflow_handle(workflow_id) for name, workflow_id in ids.items()}

    async def _live(self, life: Life) -> None:
        for step in life.steps:
            if life.name in self.numbers:
                await self._rest(life, step)
            told = await asyncio.gather(*(self._ask(life, step) for _ in range(step.at_once)))
            self.answers.setdefault(step.key, []).extend(told)
            if step.name == INVITE:
                self.numbers[life.name] = told[0]["vip_number"]
            elif step.name in BEGINS:
                self.numbers[step.key] = told[0]["authorization_number"]
        await self._rest(life, None)

    async def _ask(self, life: Life, step: Step) -> Answer:
        """Ask until there is an answer: the same key with the same body."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while True:
            self.in_flight += 1
            try:
                answer = await self._once(life, step)
            except Unavailable:
                self.unanswered += 1
            except Refused as refused:
                answer = {"refused": refused.code, "reasons": refused.reasons}
                break
            else:
                break
            finally:
                self.in_flight -= 1
            await asyncio.sleep(AGAIN_AFTER)
        self.answered += 1
        self.longest = max(self.longest, clock() - began)
        return answer

    async def _once(self, life: Life, step: Step) -> Answer:
        if step.name == ROLL_OVER:
            return await self._roll_over(self.cases(life)[step.case])
        if step.name == INVITE:
            return await self.gateway.start_customer(step.body, step.key)
        if step.case == CUSTOMER:
            return await self.gateway.update_customer(self.numbers[life.name], step.name, step.body, step.key)
        return await self.gateway.update_authorization(self.numbers[step.case], step.name, step.body, step.key)

    async def _roll_over(self, handle: WorkflowHandle[Any, Any]) -> Answer:
        try:
            await handle.signal(names.ROLL_OVER)
        except RPCError as error:
            if error.status in NOBODY_THERE:
                raise Unavailable(error.message) from None
            if error.status is not RPCStatusCode.NOT_FOUND:  # that is one that has ended
                raise
        return {}

    async def _rest(self, life: Life, step: Step | None) -> None:
        """Wait until what comes next finds the same in every run: the news told, and the letters out that it might
        overtake, which are those of the same case, and, for what concerns them all, those of all."""
        before: dict[str, tuple[str, int] | None] | None = None
        while True:
            cases = self.cases(life)
            everywhere = step is None or step.of_membership
            states = {
                name: await self._state(handle, letters=everywhere or (step is not None and step.case == name))
                for name, handle in cases.items()
            }
            if None not in states.values() and states == before:
                return
            before = states
            await asyncio.sleep(LOOK_EVERY)

    async def _state(self, handle: WorkflowHandle[Any, Any], *, letters: bool) -> tuple[str, int] | None:
        """The run and the length of its history, once nothing is under way."""
        try:
            now = await handle.describe()
            if now.status is not WorkflowExecutionStatus.RUNNING:
                return now.run_id, -1
            raw = now.raw_description
            if raw.HasField("pending_workflow_task") or (letters and raw.pending_activities):
                return None
            state = now.run_id, now.history_length
            if self._calm.get(handle.id) != state:
                history = await self.client.get_workflow_handle(handle.id, run_id=now.run_id).fetch_history()
                for begun, ended in UNDER_WAY:
                    if _count(history.events, begun) > _count(history.events, ended):
                        return None
                self._calm[handle.id] = state
        except RPCError as error:
            if error.status in NOBODY_THERE or error.message.startswith("Namespace"):
                return None
            raise
        return state


def _count(events: Iterable[Any], what: str) -> int:
    return sum(event.HasField(f"{what}_event_attributes") for event in events)
