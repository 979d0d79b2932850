"""How fast a portfolio moves in, compared with the bare client that starts empty workflows.

In one run and on one server: customers with two authorizations each are read from CSV, checked and started as `vip
import` does it; and in turn with them, block by block, as many workflows that only wait for one timer are started with
the same search attributes and memo. Nobody works meanwhile: a start is done when the server has written it down.
"""

import argparse
import asyncio
import csv
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks.stand import ENCRYPTING, server, settings_for
from cases import shelf
from gateway.importing.checking import Checker, Plan
from gateway.importing.columns import AUTHORIZATIONS, CUSTOMERS
from gateway.importing.starting import start_all
from gateway.importing.surveying import survey
from local.mailbox import MailSink
from worker import read_catalogue, read_policy, register_search_attributes, working
from workflows.names import AUTHORIZATION

SIZES = (1_000, 10_000)
BLOCK = 100
AT_ONCE = 32
PROMISED = 0.8
BARE, OURS = "bench-bare", "bench-import"


@workflow.defn
class OneTimer:
    """Waits for one timer."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=300))


class Took(NamedTuple):
    """Seconds for so many customers: to read and check them, to start them, and to start as many bare workflows."""

    reading: float
    starting: float
    bare: float
    refused: int


def write_files(folder: Path, count: int) -> tuple[Path, Path]:
    """So many customers: each accepted, with an authorization that was ordered and one that is pending."""
    today = datetime.now(UTC).date()
    ago = [(today - timedelta(days=days)).isoformat() for days in (0, 4, 5, 12, 160, 170)]
    customers, bought = folder / "customers.csv", folder / "authorizations.csv"
    with (
        customers.open("w", encoding="utf-8", newline="") as people,
        bought.open("w", encoding="utf-8", newline="") as sold,
    ):
        who = csv.DictWriter(people, [column.name for column in CUSTOMERS])
        what = csv.DictWriter(sold, [column.name for column in AUTHORIZATIONS])
        who.writeheader()
        what.writeheader()
        for number in range(count):
            name = f"crm-{number:06}"
            who.writerow(
                {
                    "external_id": name, "organization": f"Customer {number} ApS", "market_segment": "commercial",
                    "offer_types": "team", "region": "DK", "address": f"Havnegade {number}", "postal_code": "8000",
                    "contact_name": "Mette Holm", "contact_email": f"mette{number}@example.com",
                    "account_manager_id": f"am-{number % 20}", "account_manager_name": "Jens Lund",
                    "account_manager_email": "jens@example.com", "invited_on": ago[5], "accepted_on": ago[4],
                }
            )  # fmt: skip
            line = {
                "external_id": name,
                "requested_by": "account_manager",
                "product": "photoshop-team",
                "quantity": "5",
            }
            what.writerow({**line, "requested_on": ago[3], "order_reference": f"PO-{number}", "ordered_on": ago[2]})
            what.writerow({**line, "requested_on": ago[1], "purchase_order": f"B {number}"})
    return customers, bought


async def side_by_side(client: Client, folder: Path, customers: int) -> Took:
    """All of them are read and checked; then they and as many bare workflows are started, block by block in turn."""
    settings = settings_for("smtp://127.0.0.1:9", OURS)
    policy, catalogue = read_policy(settings), read_catalogue(settings)
    shelf.put(catalogue)
    files = write_files(folder, customers)
    began = time.perf_counter()
    found = survey(files, "iso", "auto", "bench", Checker(policy, catalogue, datetime.now(UTC), show_organization=True))
    reading, starting, bare = time.perf_counter() - began, 0.0, 0.0
    for first in range(0, customers, BLOCK):
        block = found.plans[first : first + BLOCK]
        for which in ("ours", "bare") if first // BLOCK % 2 else ("bare", "ours"):
            began = time.perf_counter()
            if which == "ours":
                await start_all(client, OURS, block, AT_ONCE, lambda _plan, _outcome: None, asyncio.Event())
                starting += time.perf_counter() - began
            else:
                await _start_bare(client, block)
                bare += time.perf_counter() - began
    return Took(reading, starting, bare, len(found.bad) + len(found.strays))


async def _start_bare(client: Client, plans: list[Plan]) -> None:
    waiting = iter(plans)

    async def one_after_another() -> None:
        for plan in waiting:
            await client.start_workflow(
                "OneTimer",
                id=f"bare:{plan.vip_number}",
                task_queue=BARE,
                memo=plan.memo,
                search_attributes=plan.attributes,
            )

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_another())


async def _work(address: str, whose: str) -> None:
    """One of the two workers, until its input ends."""
    client = await Client.connect(address, data_converter=ENCRYPTING)
    gone = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    if whose == "bare":
        runner = UnsandboxedWorkflowRunner()  # it has nothing to be guarded from
        async with Worker(client, task_queue=BARE, workflows=[OneTimer], workflow_runner=runner):
            print("ready", flush=True)
            await gone
        return
    async with MailSink() as sink, working(client, settings_for(sink.url, OURS)):
        print("ready", flush=True)
        await gone


async def _begin(client: Client, customers: int) -> float:
    """Seconds until a worker of ours, and one for the bare workflows beside it, have begun them all."""
    address = client.service_client.config.target_host
    workers = []
    for whose in ("bare", "ours"):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.import_rate", "--work", whose, "--address", address,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        workers.append(worker)
    try:
        for worker in workers:
            if worker.stdout is None or await worker.stdout.readline() != b"ready\n":
                raise RuntimeError("a worker did not start")
        began = time.perf_counter()
        await _all_begun(client, customers)
        return time.perf_counter() - began
    finally:
        for worker in workers:
            worker.kill()
            await worker.wait()


async def _all_begun(client: Client, customers: int) -> None:
    """Every customer has begun, and so have its two authorizations."""
    query = f'WorkflowType = "{AUTHORIZATION}"'
    async with asyncio.timeout(3600):
        while (await client.count_workflows(query)).count < 2 * customers:  # noqa: ASYNC110 - they begin on the server
            await asyncio.sleep(0.2)


async def measure(customers: int, *, until_begun: bool) -> bool:
    async with server() as client:
        await register_search_attributes(client)
        with tempfile.TemporaryDirectory() as folder:
            took = await side_by_side(client, Path(folder), customers)
        begun = await _begin(client, customers) if until_begun else None
    ours = took.reading + took.starting
    ratio = took.bare / ours
    print(f"customers, with two authorizations each        {customers:>10,}   refused: {took.refused}")
    print(f"bare client, empty workflows a second          {customers / took.bare:>10.0f}   the floor")
    print(f"customers imported a second                    {customers / ours:>10.0f}   {ratio:.2f} of the floor")
    print(f"milliseconds of it to read and check one       {took.reading / customers * 1000:>10.2f}")
    if begun is not None:
        print(f"seconds until all have begun                   {begun:>10.1f}   with one worker, beside the bare one")
    return not took.refused and ratio >= PROMISED


def run(sizes: tuple[int, ...] = SIZES) -> bool:
    """Print what was measured; false when it is slower than promised."""
    kept = [asyncio.run(measure(customers, until_begun=False)) for customers in sizes]
    return all(kept)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=SIZES[0])
    options.add_argument("--until-begun", action="store_true", help="with workers, until every case has begun")
    options.add_argument("--work", choices=["bare", "ours"])
    options.add_argument("--address", default="")
    told = options.parse_args()
    if told.work:
        asyncio.run(_work(told.address, told.work))
    else:
        sys.exit(0 if asyncio.run(measure(told.customers, until_begun=told.until_begun)) else 1)
