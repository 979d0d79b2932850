"""Importing into a server and exporting from it: everybody once, stopped or not, and the same portfolio elsewhere."""

import asyncio
import csv
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

from gateway.answers import JournalEntry
from gateway.client import Gateway
from gateway.importing import starting
from samples.planting import plant
from samples.portfolio import generate
from tests.gateway.conftest import Vip
from tests.gateway.portfolio_files import LINE, NOW, ROOT, ROW, Files
from tests.workflows.lab import Lab, lab, server

TODAY = datetime.now(UTC).date()


@pytest.fixture
def files(vip: Vip, tmp_path: Path) -> Files:
    return Files(tmp_path)


def of_today(row: str, name: str) -> str:
    """A row of customers or authorizations, moved so that its days are as far from today as they were from `NOW`."""
    moved = row.replace("crm-1", name)
    for day in ("2027-03-01", "2027-03-04", "2027-06-10"):
        then = datetime.fromisoformat(day).date()
        moved = moved.replace(day, (TODAY - (NOW.date() - then)).isoformat())
    return moved


def report(name: str) -> list[dict[str, str]]:
    """The lines of a report."""
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file)) if name.endswith(".csv") else [json.loads(line) for line in file]


async def known(gateway: Gateway, attribute: str, value: str) -> int:
    """How many customers the server lists with this search attribute."""
    return (await gateway.client.count_workflows(f'WorkflowType = "Customer" AND {attribute} = "{value}"')).count


async def listed(gateway: Gateway, count: int, attribute: str, value: str) -> None:
    """Lists lag by moments."""
    async with asyncio.timeout(30):
        while await known(gateway, attribute, value) != count:  # noqa: ASYNC110 - the list is on the server
            await asyncio.sleep(0.05)


async def test_customers_are_imported_once_and_found_again_when_it_runs_again(
    vip: Vip, files: Files, gateway: Gateway
) -> None:
    names = [f"once-{count}" for count in range(6)]
    paths = (
        files.customers(*(of_today(ROW, name) for name in names)),
        files.bought(*(of_today(LINE, name) for name in names)),
    )
    words = [str(path) for path in paths]
    foretold = await vip.done("import", *words, "--dry-run", "--report", "foretold.csv")
    assert [line["became"] for line in report("foretold.csv")] == ["foretold"] * 6
    assert await known(gateway, "ExternalId", "once-0") == 0
    first = await vip.done("import", *words, "--report", "first.jsonl")
    assert (first["imported"], first["already_there"], first["refused"]) == (6, 0, 0)
    again = await vip.done("import", *words, "--report", "again.csv")
    assert (again["imported"], again["already_there"], again["refused"]) == (0, 6, 0)
    assert [line["became"] for line in report("first.jsonl")] == ["imported"] * 6
    assert [line["became"] for line in report("again.csv")] == ["already_there"] * 6
    for item in foretold["items"]:
        customer = await gateway.customer(item["vip_number"])
        assert customer["state"] == item["state"] == "accepted"
        assert customer["next_event"] == item["next_event"]
        assert [one["state"] for one in customer["authorizations"]] == item["authorizations"] == ["pending"]


async def test_nothing_is_imported_while_anything_is_wrong_unless_the_bad_are_skipped(
    vip: Vip, files: Files, gateway: Gateway
) -> None:
    path = str(files.customers(of_today(ROW, "good-1"), of_today(ROW, "bad-1").replace("commercial", "firm")))
    said = await vip("import", path)
    assert said.status == 1
    assert "line 3, market_segment" in said.err
    assert "1 thing is wrong, so nothing was imported." in said.err
    assert {line["external_id"]: line["became"] for line in report("import-report.csv")} == {
        "good-1": "foretold", "bad-1": "refused",
    }  # fmt: skip
    assert await known(gateway, "ExternalId", "good-1") == 0
    skipped = await vip("import", path, "--skip-bad", "--json")
    assert skipped.status == 1
    assert (skipped.json["imported"], skipped.json["refused"]) == (1, 1)
    await listed(gateway, 1, "ExternalId", "good-1")
    assert {line["external_id"]: line["became"] for line in report("import-report.csv")} == {
        "good-1": "imported", "bad-1": "refused",
    }  # fmt: skip


async def test_a_customer_that_lives_there_as_another_is_refused(vip: Vip, files: Files, gateway: Gateway) -> None:
    await vip.done("import", str(files.customers(of_today(ROW, "other-1"))))
    await listed(gateway, 1, "ExternalId", "other-1")
    changed = str(files.customers(of_today(ROW, "other-1").replace("Havnegade 1", "Havnegade 2")))
    said = await vip("import", changed, "--json")
    assert (said.status, said.json["code"]) == (1, "idempotency_key_reused")
    head = "vip_number," + files.customers(ROW).read_text(encoding="utf-8").splitlines()[0]
    taken = str(files.customers(f"{'Z' * 20},{of_today(ROW, 'other-1')}", head=head))
    said = await vip("import", taken, "--json")
    assert (said.status, said.json["reasons"][0]["field"]) == (1, "external_id")


async def test_an_import_that_is_stopped_goes_on_where_it_stopped(
    vip: Vip, files: Files, gateway: Gateway, house: Lab
) -> None:
    names = [f"stop-{count}" for count in range(12)]
    plans = files.survey(files.customers(*(of_today(ROW, name) for name in names))).plans
    stop, outcomes = asyncio.Event(), list[str]()

    def tell(_plan: Any, outcome: starting.Outcome) -> None:
        outcomes.append(outcome.became)
        if len(outcomes) == 5:
            stop.set()

    await starting.start_all(house.client, house.settings.task_queue, plans, 2, tell, stop)
    assert 5 <= len(outcomes) <= 6
    done = len(outcomes)
    await starting.start_all(house.client, house.settings.task_queue, plans, 4, tell, asyncio.Event())
    assert outcomes.count("imported") == 12
    assert outcomes.count("already_there") == done


async def test_killed_and_interrupted_everybody_is_there_once_in_the_end(
    vip: Vip, files: Files, gateway: Gateway, house: Lab
) -> None:
    """A process that is killed, one that is told to stop, and one that comes to its end."""
    count = 120
    path = files.customers(*(of_today(ROW, f"kill-{number}").replace("am-1", "am-kill") for number in range(count)))

    async def started(name: str) -> asyncio.subprocess.Process:
        words = ("import", str(path), "--at-once", "2", "--report", name)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.cli", *words, stdout=DEVNULL, stderr=DEVNULL, env=environment
        )
        async with asyncio.timeout(60):
            while process.returncode is None and lines_of(name) < 10:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.01)
        return process

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = await started("killed.jsonl")
    killed.kill()
    await killed.wait()
    assert 0 < lines_of("killed.jsonl") < count
    stopped = await started("stopped.jsonl")
    stopped.send_signal(signal.SIGINT)
    assert await stopped.wait() == 130
    became = [line["became"] for line in report("stopped.jsonl")]
    assert len(became) == count
    assert "not_reached" in became
    last = await vip.done("import", str(path))
    assert last["imported"] + last["already_there"] == count
    assert 0 < last["imported"] < count
    await listed(gateway, count, "ManagedBy", "am-kill")
    again = await vip.done("import", str(path))
    assert again["already_there"] == count


def lines_of(name: str) -> int:
    return Path(name).read_bytes().count(b"\n") if Path(name).exists() else 0


async def test_files_that_cannot_be_read_and_options_that_cannot_be_are_wrong_usage(vip: Vip, files: Files) -> None:
    assert (await vip("import")).status == 2
    assert (await vip("import", "nowhere.csv")).status == 2
    assert (await vip("import", str(files.customers(ROW)), "--dates", "ymd")).status == 2
    assert (await vip("export", "--at-once", "0")).status == 2


async def test_without_a_server_nothing_is_imported_and_a_dry_run_says_so(
    vip: Vip, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setattr("gateway.connecting.CONNECT_LIMIT", 0.5)
    path = str(files.customers(of_today(ROW, "nobody-1")))
    assert (await vip("import", path)).status == 3
    said = await vip("import", path, "--dry-run", "--json")
    assert (said.status, said.json["compared_with_the_server"]) == (0, False)


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(tmp_path: Path) -> AsyncIterator[tuple[Client, Lab]]:
    """An empty server."""
    async with server(tmp_path) as client, lab(client) as lab_:
        yield client, lab_


async def test_an_exported_portfolio_imported_into_an_empty_server_is_the_same_portfolio(
    vip: Vip, gateway: Gateway, elsewhere: tuple[Client, Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [sample.vip_number for sample in generate(TODAY)]
    # On a task queue of its own: other tests send customers into the future, where no import follows.
    async with lab(gateway.client) as source:
        await plant(Gateway(gateway.client, task_queue=source.settings.task_queue, patience=90))
        monkeypatch.setenv("VIP_TASK_QUEUE", source.settings.task_queue)
        exported = await vip.done("export", "--out", "moved")
        assert exported["customers"] == len(numbers)
        await _is_the_same(vip, gateway, elsewhere, monkeypatch, numbers)


async def _is_the_same(
    vip: Vip,
    gateway: Gateway,
    elsewhere: tuple[Client, Lab],
    monkeypatch: pytest.MonkeyPatch,
    numbers: list[str],
) -> None:
    client, house = elsewhere
    monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
    monkeypatch.setenv("VIP_TASK_QUEUE", house.settings.task_queue)
    moved = await vip.done("import", "moved/customers.csv", "moved/authorizations.csv")
    assert moved["imported"] == len(numbers)
    here = Gateway(gateway.client, patience=90)  # both servers have much to do
    there = Gateway(client, patience=90)
    for number in numbers:
        before, after = await here.customer(number), await there.customer(number)
        assert _without_order(dict(after)) == _without_order(dict(before))
        assert _states(await there.journal(number)) == _states(await here.journal(number))


def _without_order(details: dict[str, Any]) -> dict[str, Any]:
    for name in ("authorizations", "open_authorizations"):
        details[name] = sorted(details[name], key=lambda one: str(one["authorization_number"]))
    for one in details["authorizations"]:
        one["lines"] = sorted(one["lines"], key=lambda line: str(line["product"]))
    details["products"] = sorted(details["products"], key=lambda one: str(one["product"]))
    return details


def _states(journal: list[JournalEntry]) -> list[tuple[Any, ...]]:
    changes = [entry for entry in journal if entry["kind"] == "transition"]
    return [(one["effective_at"], one["machine"], one.get("from"), one["to"]) for one in changes]
