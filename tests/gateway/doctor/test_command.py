"""`vip doctor` as a person and a monitor call it, and the table of its codes in the documents."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import doctoring
from gateway.doctor.codes import MEANINGS, Code, Severity, table
from gateway.doctor.findings import Finding, Report
from tests.gateway.conftest import Vip
from tests.gateway.doctor.ward import alone, counted, couple
from tests.workflows.histories import until
from tests.workflows.lab import Lab
from workflows.names import authorization_id, customer_id

ROOT = Path(__file__).parents[3]


async def test_a_healthy_portfolio_is_told_with_what_was_looked_at(house: Lab, vip: Vip) -> None:
    await couple(house)
    said = await vip("doctor")
    assert (said.status, said.err) == (0, "")
    lines = [line.split() for line in said.out.splitlines()]
    assert ["customers", "1"] in lines
    assert ["authorizations", "1"] in lines
    assert ["search", "attributes", "14"] in lines
    assert said.out.rstrip().endswith("All is well: nothing was found.")
    told = await vip.done("doctor")
    assert told["healthy"] is True
    assert told["findings"] == []
    assert told["checked"]["customers"] == 1
    quick = await vip.done("doctor", "--quick")
    assert quick["checked"]["cases_not_asked"] == 2


async def test_problems_are_told_with_what_to_do_and_an_exit_status_for_monitoring(house: Lab, vip: Vip) -> None:
    number, authorization = await couple(house)
    await house.customer(number).terminate("by an operator")
    await until(counted(house.client, 1))
    said = await vip("doctor")
    assert said.status == 1
    assert "problem  customer_gone: it runs, but its customer does not" in said.out
    assert f"{authorization_id(authorization)}: its customer does not run" in said.out
    assert "What to do: take the customer over again" in said.out
    assert "problem  register_case_gone: the register shows it as living" in said.out
    assert "2 problems, 0 warnings." in said.out
    told = await vip("doctor", "--json")
    assert told.status == 1
    assert told.json["healthy"] is False
    assert told.json["findings"] == [
        {
            "code": "customer_gone",
            "severity": "problem",
            "concerns": authorization_id(authorization),
            "what": "its customer does not run",
            "do": MEANINGS[Code.CUSTOMER_GONE].do,
        },
        {
            "code": "register_case_gone",
            "severity": "problem",
            "concerns": customer_id(number),
            "what": "its workflow is terminated",
            "do": MEANINGS[Code.REGISTER_CASE_GONE].do,
        },
    ]


async def test_many_findings_of_one_kind_are_counted_on_a_screen_and_listed_in_json(
    house: Lab, vip: Vip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctoring, "SHOWN", 1)
    house.sink.answers["*"] = "550 5.1.1 no such user"
    numbers = [await alone(house) for _ in range(2)]
    # The account managers are told, and cannot be reached either.
    assert "and 3 more" in (await vip("doctor")).out
    found = (await vip("doctor", "--json")).json["findings"]
    assert [one["concerns"] for one in found] == sorted(customer_id(number) for number in [*numbers, *numbers])


async def test_a_key_that_is_missing_here_is_named(house: Lab, vip: Vip, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await alone(house)
    monkeypatch.setenv("VIP_PAYLOAD_KEYS", "others:" + "o" * 43 + "=")
    found = (await vip("doctor", "--json")).json["findings"]
    assert [(one["code"], one["concerns"]) for one in found] == [("key_missing", customer_id(number))]
    assert "tests" in found[0]["what"]


async def test_without_a_server_the_doctor_says_so(house: Lab, vip: Vip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setattr("gateway.connecting.CONNECT_LIMIT", 0.5)
    said = await vip("doctor", "--json")
    assert (said.status, said.json["code"]) == (3, "unavailable")
    assert (await vip("doctor", "--at-once", "0")).status == 2


def test_the_documents_have_every_code_with_what_it_means_and_what_to_do() -> None:
    written = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert table() in written, "write the table anew: python -m gateway.doctor.codes"
    assert list(MEANINGS) == list(Code)


@given(codes=st.lists(st.sampled_from(Code)))
def test_whoever_has_warnings_alone_is_healthy(codes: list[Code]) -> None:
    report = Report(findings=[Finding(code, "customer:A", "so it is") for code in codes])
    answer: dict[str, Any] = json.loads(json.dumps(report.answer()))
    assert set(answer) == {"healthy", "checked", "findings"}
    assert answer["healthy"] is all(MEANINGS[code].severity is Severity.WARNING for code in codes)
    assert all(set(one) == {"code", "severity", "concerns", "what", "do"} for one in answer["findings"])
