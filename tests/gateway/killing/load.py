"""Customers living their lives over HTTP: each request goes to any gateway, and again until one answers it."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx2

from gateway.client import Refused, Unavailable
from tests.gateway.killing.house import KEY, House
from tests.workflows.killing.lives import CUSTOMER, INVITE, ROLL_OVER, Life, Step
from tests.workflows.killing.load import LOOK_EVERY, Answer, Load

PATHS = {
    "accept_invitation": "acceptance",
    "resend_invitation": "invitation/resend",
    "hand_over_contact": "contact",
    "add_offer_types": "offer-types",
    "assign_account_manager": "account-manager",
    "authorize_purchase": "authorizations",
    "record_order": "orders",
    "place_order": "orders",
    "cancel": "cancel",
    "extend": "extend",
    "request_return": "returns",
    "confirm_return": "returns/confirm",
    "decline_return": "returns/decline",
}
LIMIT = 15.0
"""Seconds; a gateway answers within ten, one way or the other."""


class HttpLoad(Load):
    """Lives and what they were answered, over HTTP."""

    def __init__(self, house: House, lives: Iterable[Life]) -> None:
        super().__init__(house.client, lives)
        self._urls = itertools.cycle(house.urls)
        self._http = httpx2.AsyncClient(timeout=LIMIT, headers={"Authorization": f"Bearer {KEY}"})
        self.statuses: Counter[str] = Counter()
        """What came back: statuses, and how connections ended."""
        self.reads = 0
        """Lists that were read."""
        self.not_beyond: float = 0
        """So many answers, and nobody asks for more before it is allowed."""

    async def close(self) -> None:
        await self._http.aclose()

    async def _rest(self, life: Life, step: Step | None) -> None:
        """Nothing is compared with another run, so what comes next may find things as they are; but the load lasts
        until all kills are over."""
        while self.answered >= self.not_beyond:  # noqa: ASYNC110 - another task allows it
            await asyncio.sleep(LOOK_EVERY)

    async def _once(self, life: Life, step: Step) -> Answer:
        if step.name == ROLL_OVER:
            return await self._roll_over(self.cases(life)[step.case])
        method = "PUT" if step.name == "assign_account_manager" else "POST"
        return await self.ask(method, self._path(life, step), step.body, step.key)

    def _path(self, life: Life, step: Step) -> str:
        if step.name == INVITE:
            return "/v1/customers"
        if step.case == CUSTOMER:
            return f"/v1/customers/{self.numbers[life.name]}/{PATHS[step.name]}"
        return f"/v1/authorizations/{self.numbers[step.case]}/{PATHS[step.name]}"

    async def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """One request. Raises `Refused`, and `Unavailable` when there is no telling what became of it."""
        headers = {} if key is None else {"Idempotency-Key": key}
        try:
            response = await self._http.request(method, next(self._urls) + path, json=body, headers=headers)
        except httpx2.TransportError as error:
            self.statuses[type(error).__name__] += 1
            raise Unavailable(str(error)) from None
        self.statuses[str(response.status_code)] += 1
        answer: Answer = response.json()
        if response.is_success:
            return answer
        assert response.headers["content-type"] == "application/problem+json"
        if response.status_code == 503:
            assert int(response.headers["Retry-After"]) > 0
            raise Unavailable(answer["detail"])
        assert response.status_code == 409, answer
        assert answer.get("reasons"), answer
        raise Refused(answer["code"], answer["detail"], answer["reasons"])
