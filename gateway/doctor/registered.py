"""The register beside the cases: who is missing in it, behind, told otherwise, or runs no more."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from datetime import timedelta
from typing import Any, Protocol

from temporalio.client import Client

from cases.authorization import AuthorizationCase
from cases.customer import CustomerCase
from cases.recording import record_of, version_of
from gateway.doctor import reading
from gateway.doctor.alone import moments
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.seen import Family, Row, Seen
from register.errors import RegisterUnusable
from register.telling import Known
from states.authorization import AUTHORIZATION, State
from workflows.names import authorization_id, customer_id

BEHIND = timedelta(minutes=1)
"""The register follows by moments; what it has not heard for longer than that, nobody told it."""
PAUSE, LOOKS = 1.0, 3
"""Seconds between two looks for cases that it does not know, and how many."""
_AT_ONCE = 500
_IDS = {"customer": customer_id, "authorization": authorization_id}


class Register(Protocol):
    """What is needed of the register. All of it raises `RegisterUnusable`."""

    async def known(self, numbers: Collection[str]) -> dict[str, Known]: ...

    def versions(self, kind: str) -> AsyncIterator[tuple[str, int]]: ...


class Beside:
    """A register that is compared; once it does not answer, no more."""

    def __init__(self, client: Client, register: Register) -> None:
        self._client, self._register = client, register
        self._away: RegisterUnusable | None = None
        self.cases = 0
        """How many it knows."""

    async def family(self, family: Family) -> list[Finding]:
        """A customer with its authorizations that answered: versions first, and every field where they agree."""
        cases = {one.case.number: one for one in family.everybody if one.case is not None}
        if self._away is not None or not cases:
            return []
        try:
            known = await self._register.known(cases)
        except RegisterUnusable as away:
            self._away = away
            return []
        return [finding for number, seen in cases.items() for finding in compare(seen, known.get(number))]

    async def whole(self, rows: Iterable[Row], silent: Iterable[Row]) -> list[Finding]:
        """What runs and is unknown, of those that could not be asked; what is known and runs no more. Raises
        `Unavailable`."""
        running = {row.workflow_id for row in rows}
        try:
            known = {_IDS[kind](number) for kind in _IDS async for number, _ in self._register.versions(kind)}
            self.cases = len(known)
            lacking = await self._still_lacking({row.workflow_id for row in silent} - known)
            return [*map(_lacks, sorted(lacking)), *[one async for one in self._gone(known - running, running)]]
        except RegisterUnusable as away:
            self._away = self._away or away
        return [Finding(Code.REGISTER_AWAY, "the register", str(self._away))]

    async def _still_lacking(self, lacking: set[str]) -> set[str]:
        """Who has just begun is told in a moment."""
        for _ in range(LOOKS - 1):
            if lacking:
                await asyncio.sleep(PAUSE)
                numbers = {one.partition(":")[2]: one for one in lacking}
                lacking -= {numbers[number] for number in await self._register.known(numbers)}
        return lacking

    async def _gone(self, absent: set[str], running: set[str]) -> AsyncIterator[Finding]:
        """An authorization whose customer runs is that customer's matter."""
        numbers = sorted(one.partition(":")[2] for one in absent)
        for begin in range(0, len(numbers), _AT_ONCE):
            for number, known in (await self._register.known(numbers[begin : begin + _AT_ONCE])).items():
                if _is_over(known) or (known.kind != "customer" and customer_id(known.row["vip_number"]) in running):
                    continue
                workflow_id = _IDS[known.kind](number)
                if (how := await reading.how_it_ended(self._client, workflow_id)) is not None:  # lists lag
                    yield Finding(Code.REGISTER_CASE_GONE, workflow_id, how)


def compare(seen: Seen[CustomerCase] | Seen[AuthorizationCase], known: Known | None) -> Iterator[Finding]:
    """One case and what is known of it."""
    case = seen.case
    if case is None:
        return
    version = version_of(case)
    if known is None or known.version < version:
        if case.cursor < seen.now - BEHIND:
            yield _lacks(seen.workflow_id) if known is None else _behind(seen.workflow_id, known.version, version)
    elif known.version > version:
        what = f"the register has version {known.version}, and it is at {version}"
        yield Finding(Code.REGISTER_DIFFERS, seen.workflow_id, what)
    elif wrong := _differing(case, known.row):
        yield Finding(Code.REGISTER_DIFFERS, seen.workflow_id, f"in {', '.join(wrong)}")


def _differing(case: CustomerCase | AuthorizationCase, row: dict[str, Any]) -> list[str]:
    """Fields that are told otherwise, now and before a deadline that only passed by; never what stands in them."""
    wrong: list[str] = []
    for at in moments(case):
        own = record_of(case, at)["row"]
        wrong = sorted(one for one in {*own, *row} if _comparable(own.get(one)) != _comparable(row.get(one)))
        if not wrong:
            return []
    return wrong


def _comparable(value: Any) -> Any:
    """The names of products come from each program's own catalogue."""
    if not isinstance(value, list | tuple):
        return value
    return [{**one, "name": None} if isinstance(one, dict) and "product" in one else one for one in value]


def _is_over(known: Known) -> bool:
    """A customer lives for life."""
    return known.kind != "customer" and AUTHORIZATION.final(State(known.row["state"]))


def _lacks(workflow_id: str) -> Finding:
    return Finding(Code.REGISTER_LACKS_CASE, workflow_id, "the register does not know it")


def _behind(workflow_id: str, known: int, version: int) -> Finding:
    return Finding(Code.REGISTER_BEHIND, workflow_id, f"the register has version {known} of {version}")
