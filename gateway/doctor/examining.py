"""The whole examination: what everything runs on, then family by family; what is found is looked at again.

Cases live on while they are examined, and neighbours are never seen in the same instant. So what two looks some seconds
apart do not both find is no finding.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from temporalio.client import Client

from cases.customer import CustomerCase
from gateway.doctor import alone, lists, neighbours, queues, reading, registered, surroundings
from gateway.doctor.codes import MEANINGS, Code
from gateway.doctor.findings import Finding, Report
from gateway.doctor.seen import Family, Kin, Row, families
from gateway.errors import Unavailable
from states.authorization import AUTHORIZATION
from workflows.names import SEARCH_ATTRIBUTES, authorization_id

LOOKS = 3
"""How often a family with findings is looked at; only what every look finds is told."""
PAUSE = 1.0
"""Seconds between two looks."""
_OURS = authorization_id("")

Step = Callable[[], None]


class Examination:
    """One visit."""

    def __init__(
        self,
        client: Client,
        task_queue: str,
        mail_task_queue: str,
        *,
        at_once: int = 32,
        patience: float = reading.PATIENCE,
        register: registered.Register | Finding | None = None,
    ) -> None:
        """`patience` in seconds, for each case. A `register` that is not there is told; without one none is looked
        at."""
        self._client, self._queue, self._mail_queue, self._at_once = client, task_queue, mail_task_queue, at_once
        self._patience = patience
        self._report = Report()
        self._unusable: frozenset[str] = frozenset()
        self._reader: reading.Reader
        self._no_register = [register] if isinstance(register, Finding) else []
        compared = None if register is None or isinstance(register, Finding) else register
        self._beside = None if compared is None else registered.Beside(client, compared)

    async def run(self, quick: bool, begin: Callable[[int], Step]) -> Report:
        """`quick`: the lists alone, no case is asked. `begin` gets the number of families, and gives what to call for
        each that is done. Raises `Unavailable`."""
        report = self._report
        clock = await surroundings.server_clock(self._client) or surroundings.HERE
        rows = [row async for row in reading.running(self._client)]
        found, asked = await self._surroundings(rows, clock)
        kins = families(rows)
        report.checked["customers"] = sum(kin.customer is not None for kin in kins)
        report.checked["authorizations"] = sum(len(kin.authorizations) for kin in kins)
        silent: list[Kin] = []
        answering: list[Kin] = []
        for kin in kins:
            polled = any(asked[row.task_queue].is_polled for row in kin.rows)
            (answering if polled and not quick else silent).append(kin)
        found += lists.examine((row for kin in silent for row in kin.rows), clock.now())
        found += [*await self._orphans(silent), *self._no_register]
        self._reader = reading.Reader(self._client, asked, clock.ahead, self._patience)
        report.checked["cases_not_asked"] = sum(len(kin.rows) for kin in silent)
        found += await self._looked_at_again(answering, begin(len(answering)))
        if self._beside is not None:
            unasked = (row for kin in silent for row in kin.rows if asked[row.task_queue].is_polled)
            found += await self._beside.whole(rows, unasked)
            report.checked["cases_in_register"] = self._beside.cases
        order = list(MEANINGS)
        once = {(one.code, one.concerns, one.what): one for one in found}.values()
        report.findings = sorted(once, key=lambda one: (one.severity, order.index(one.code), one.concerns, one.what))
        return report

    # --- what everything runs on

    async def _surroundings(
        self, rows: Iterable[Row], clock: surroundings.Clock
    ) -> tuple[list[Finding], dict[str, queues.Queue]]:
        checked, client = self._report.checked, self._client
        names = sorted({self._queue, *(row.task_queue for row in rows)})
        ours = {name: await queues.describe(client, name, clock.now(), for_mail=False) for name in names}
        every = [*ours.values(), await queues.describe(client, self._mail_queue, clock.now(), for_mail=True)]
        found = [finding for queue in every for finding in queues.examine(queue)]
        polling = {identity for queue in every for identity in queue.pollers}
        found += surroundings.examine_clocks(clock, await surroundings.heartbeats(client), polling)
        kept = await surroundings.retention(client)
        found += surroundings.examine_retention(client.namespace, kept)
        if (known := await surroundings.registered(client)) is not None:
            wrong = surroundings.examine_attributes(known)
            self._unusable = frozenset(one.concerns for one in wrong)
            found += wrong
            checked["search_attributes"] = len(SEARCH_ATTRIBUTES)
        checked["task_queues"], checked["workers"] = len(every), len(polling)
        return found, ours

    # --- families

    async def _looked_at_again(self, families: list[Kin], step: Step) -> list[Finding]:
        suspected: list[tuple[Kin, set[Finding]]] = []

        async def first(kin: Kin) -> None:
            if found := await self._family(kin, count=True):
                suspected.append((kin, found))
            step()

        await self._for_each(families, first)
        for _ in range(LOOKS - 1):
            if not suspected:
                break
            await asyncio.sleep(PAUSE)
            before, suspected = suspected, []
            still = suspected

            async def again(one: tuple[Kin, set[Finding]], still: list[tuple[Kin, set[Finding]]] = still) -> None:
                kin, said = one
                known = {finding.sign for finding in said}
                found = await self._family(kin)
                if kept := {finding for finding in found if finding.sign in known}:
                    still.append((kin, kept))

            await self._for_each(before, again)
        return [finding for _, found in suspected for finding in found]

    async def _family(self, kin: Kin, *, count: bool = False) -> set[Finding]:
        family = await self._seen(kin)
        if count:
            self._count(family)
        found = [finding for one in family.everybody for finding in alone.examine(one, self._unusable)]
        beside = [] if self._beside is None else await self._beside.family(family)
        return {*found, *neighbours.examine(family), *beside}

    async def _seen(self, kin: Kin) -> Family:
        # Lists lag: a customer that is not listed may run.
        customer = await self._reader.customer(kin.customer or kin.authorizations[0]._replace(workflow_id=kin.number))
        seen = [(row, await self._reader.authorization(row)) for row in kin.authorizations]
        living = {row.workflow_id.removeprefix(_OURS): one for row, one in seen if one is not None}
        missing = [] if customer is None or customer.case is None else _counted_on(customer.case)
        ended = {
            number: how
            for number in missing
            if number not in living
            and (how := await reading.how_it_ended(self._client, authorization_id(number))) is not None
        }
        return Family(customer, living, ended)

    def _count(self, family: Family) -> None:
        checked = self._report.checked
        for one in family.everybody:
            checked["clocks_moved"] += one.clock_was_moved
            if one.case is not None:
                checked["journal_entries"] += len(one.case.journal)
                checked["letters_waiting"] += len(one.case.outbox)

    async def _orphans(self, families: list[Kin]) -> list[Finding]:
        """Lists lag: whoever seems to have no customer is asked for."""
        found = []
        for kin in families:
            for row in () if kin.customer is not None else kin.authorizations:
                if await reading.how_it_ended(self._client, kin.number) is not None:
                    found.append(Finding(Code.CUSTOMER_GONE, row.workflow_id, "its customer does not run"))
        return found

    async def _for_each(self, every: Iterable[Any], work: Callable[[Any], Any]) -> None:
        waiting = iter(every)

        async def one_after_another() -> None:
            for each in waiting:
                await work(each)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(one_after_another())
        except* Unavailable as silent:
            raise silent.exceptions[0] from None


def _counted_on(customer: CustomerCase) -> list[str]:
    """Authorizations that should run."""
    every = customer.known.items()
    return [number for number, one in every if not AUTHORIZATION.final(one.state) and number not in customer.lost]
