"""`python worker.py`: what it needs is checked at its start, in one line; it stops when it is told to."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client

from local.mailbox import MailSink
from tests.workflows.lab import INVITATION, PAYLOAD_KEYS, server
from worker import WrongSearchAttribute, register_search_attributes

ROOT = Path(__file__).parents[2]


def environment(address: str, relay: str = "smtp://127.0.0.1:9", **more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("VIP_", "TEMPORAL_"))}
    return {
        **plain,
        "TEMPORAL_ADDRESS": address,
        "VIP_SMTP_URL": relay,
        "VIP_MAIL_FROM": "Example Reseller <licences@reseller.example.com>",
        "VIP_RESELLER_NAME": "Example Reseller",
        "VIP_SUPPORT": "help@reseller.example.com",
        "VIP_PUBLIC_URL": "http://127.0.0.1:9",
        "VIP_LINK_SECRET": "s" * 40,
        "VIP_PAYLOAD_KEYS": PAYLOAD_KEYS,
        **more,
    }


async def started(folder: Path, variables: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "worker.py"), cwd=folder, env=variables, stderr=asyncio.subprocess.PIPE
    )


async def said(folder: Path, variables: dict[str, str]) -> tuple[int | None, str]:
    process = await started(folder, variables)
    _, error = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, error.decode()


async def test_a_worker_sends_letters_and_stops_when_it_is_told_to(client: Client, tmp_path: Path) -> None:
    address = client.service_client.config.target_host
    async with MailSink() as sink:
        queues = {"VIP_TASK_QUEUE": "alone", "VIP_MAIL_TASK_QUEUE": "alone-mail"}
        process = await started(tmp_path, environment(address, sink.url, **queues))
        try:
            await client.start_workflow("Customer", INVITATION, id="customer:ALONE000000000000000", task_queue="alone")
            letter = await sink.wait_for(1, seconds=60)
            assert letter.subject == "Invitation til Value Incentive Plan for Aarhus Design ApS"
        finally:
            process.send_signal(signal.SIGTERM)
            _, error = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, error.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"VIP_MAIL_FROM": ""}, "VIP_MAIL_FROM is missing"),
        ({"VIP_SMTP_URL": "smtp://mail.example.com"}, "VIP_SMTP_URL is wrong"),
        ({"VIP_POLICY": "nowhere.toml"}, "VIP_POLICY"),
        ({"VIP_LINK_SECRET": "short"}, "VIP_LINK_SECRET is wrong"),
    ],
)
async def test_a_wrong_setting_stops_the_worker_with_one_line_that_names_it(
    client: Client, tmp_path: Path, wrong: dict[str, str], told: str
) -> None:
    code, error = await said(tmp_path, environment(client.service_client.config.target_host, **wrong))
    assert code == 1
    assert told in error
    assert len(error.splitlines()) == 1


async def test_a_broken_policy_or_catalogue_is_told_with_every_problem_in_one_line(
    client: Client, tmp_path: Path
) -> None:
    address = client.service_client.config.target_host
    policy = tmp_path / "policy.toml"
    policy.write_text("[profiles.default]\nversion = 1\n[profiles.default.authorization]\noverdue_from_day = 20\n")
    code, error = await said(tmp_path, environment(address, VIP_POLICY=str(policy)))
    assert (code, len(error.splitlines())) == (1, 1)
    assert "authorization.overdue_from_day" in error
    assert "authorization.order_due_days" in error
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text('[[products]]\nproduct = "a b"\nname = "A"\noffer_type = "team"\nsegments = ["moon"]\n')
    code, error = await said(tmp_path, environment(address, VIP_CATALOGUE=str(catalogue)))
    assert (code, len(error.splitlines())) == (1, 1)
    assert "a b" in error
    assert "moon" in error


async def test_a_worker_without_a_server_says_so(tmp_path: Path) -> None:
    code, error = await said(tmp_path, environment("127.0.0.1:9"))
    assert code == 1
    assert "the Temporal server can't be used" in error
    assert len(error.splitlines()) == 1


async def test_a_search_attribute_of_another_type_is_told_before_anything_hangs(tmp_path: Path) -> None:
    async with server(tmp_path) as client:
        wrong = {"VipNumber": IndexedValueType.INDEXED_VALUE_TYPE_BOOL}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wrong)
        await client.operator_service.add_search_attributes(request)
        with pytest.raises(WrongSearchAttribute, match=r"VipNumber is .*BOOL, must be .*KEYWORD"):
            await register_search_attributes(client)


async def test_search_attributes_are_registered_once_however_many_workers_start(client: Client) -> None:
    await register_search_attributes(client)
    await register_search_attributes(client)
