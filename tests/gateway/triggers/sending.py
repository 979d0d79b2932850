"""Sending triggers: each several times, in random order, many at once, while every case goes over into new runs."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any, Protocol

from httpx2 import AsyncClient
from temporalio.client import Client
from temporalio.service import RPCError

from gateway.client import Gateway, Unavailable
from tests.gateway.triggers.making import Trigger
from tests.workflows.histories import runs, until
from workflows.names import authorization_id, customer_id

Answer = dict[str, Any]
COPIES = 3
AT_ONCE = 10
_PATHS = {
    "accept": "acceptance",
    "resend": "invitation/resend",
    "withdraw": "invitation/withdraw",
    "hand_over_contact": "contact",
    "add_offer_types": "offer-types",
    "assign_account_manager": "account-manager",
    "authorize": "authorizations",
    "record_order": "orders",
    "renew": "renewal-orders",
    "decline_renewal": "renewal-decline",
    "place_order": "orders",
    "cancel": "cancel",
    "extend": "extend",
    "request_return": "returns",
    "confirm_return": "returns/confirm",
    "decline_return": "returns/decline",
    "write_off": "write-off",
    "deactivate": "deactivate",
}
_OF_CUSTOMER = frozenset(list(_PATHS)[:10])


class Door(Protocol):
    """A way in. Whoever gets no answer sends the same again."""

    async def send(self, trigger: Trigger, number: str) -> Answer: ...


class ByClient:
    """Through the Python client, by its typed methods."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def send(self, trigger: Trigger, number: str) -> Answer:
        method = getattr(self._gateway, trigger.command)
        about = () if trigger.command == "invite" else (number,)
        while True:
            try:
                return dict(await method(*about, trigger.body, trigger.mark))
            except Unavailable:
                continue


class ByHttp:
    """Through the HTTP gateway."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def send(self, trigger: Trigger, number: str) -> Answer:
        kind = "customers" if trigger.command in _OF_CUSTOMER else "authorizations"
        path = "/v1/customers" if trigger.command == "invite" else f"/v1/{kind}/{number}/{_PATHS[trigger.command]}"
        method = "PUT" if trigger.command == "assign_account_manager" else "POST"
        while True:
            response = await self._client.request(
                method, path, json=trigger.body, headers={"Idempotency-Key": trigger.mark}
            )
            if response.status_code != 503:
                assert response.is_success, (trigger, response.text)
                answer: Answer = response.json()
                return answer


class Storm:
    """One sending of all triggers, and all answers."""

    def __init__(self, triggers: Sequence[Trigger], doors: Sequence[Door], seed: int) -> None:
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.most_at_once = 0
        self._answered = {one.mark: asyncio.Event() for one in triggers}
        self._numbers: dict[str, str] = {}
        self._doors, self._chance, self._now = doors, Random(seed), 0
        self._waiting = iter(self._in_order(triggers))
        self.sends = COPIES * len(triggers)

    @property
    def answered(self) -> int:
        return sum(map(len, self.answers.values()))

    def cases(self) -> set[str]:
        """Workflow IDs of those that have answered so far."""
        told = [answers[0] for answers in self.answers.values()]
        numbers = [answer["authorization_number"] for answer in told if "authorization_number" in answer]
        return {*(customer_id(answer["vip_number"]) for answer in told), *map(authorization_id, numbers)}

    async def blow(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._send())

    def _in_order(self, triggers: Sequence[Trigger]) -> Iterable[Trigger]:
        """Random, but for the first copies of what has to come one after the other."""
        first: dict[str, float] = {}
        copies: list[tuple[float, Trigger]] = []
        for trigger in triggers:
            begin = 0.0 if trigger.after is None else first[trigger.after.mark]
            places = sorted(self._chance.uniform(begin, 1) for _ in range(COPIES))
            first[trigger.mark] = places[0]
            copies += [(place, trigger) for place in places]
        return (trigger for _, trigger in sorted(copies, key=lambda copy: copy[0]))

    async def _send(self) -> None:
        for trigger in self._waiting:
            if trigger.after is not None:
                await self._answered[trigger.after.mark].wait()  # it was sent earlier, so its answer comes
            door = self._chance.choice(self._doors)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            answer = await door.send(trigger, self._number(trigger))
            self._now -= 1
            self.answers[trigger.mark].append(answer)
            self._answered[trigger.mark].set()

    def _number(self, trigger: Trigger) -> str:
        if trigger.number or trigger.after is None:
            return trigger.number
        number: str = self.answers[trigger.after.mark][0]["authorization_number"]
        return number


async def rolling(client: Client, storm: Storm, steady: Sequence[str], times: int) -> None:
    """Meanwhile every case goes over into its next run, so many times; the steady ones are waited for."""
    for turn in range(1, times + 1):
        await until(partial(_has_answered, storm, turn * storm.sends // (times + 1)), seconds=300)
        for each in [*steady, *sorted(storm.cases() - set(steady))]:
            with suppress(RPCError):  # an authorization that has ended
                await client.get_workflow_handle(each).signal("roll_over")
        for each in steady:
            await until(partial(_has_runs, client, each, turn + 1), seconds=300)


async def _has_answered(storm: Storm, count: int) -> bool:
    return storm.answered >= count


async def _has_runs(client: Client, workflow_id: str, count: int) -> bool:
    return len(await runs(client, workflow_id)) >= count
