"""Cases that contradict themselves, planted on a server, and letters that do not reach anybody."""

from datetime import timedelta
from typing import Any

import pytest

from cases.authorization import AuthorizationCase
from cases.customer import CustomerCase
from cases.journal import Entry
from gateway.doctor import alone as of_one_case
from gateway.doctor.codes import Code
from tests.gateway.doctor.ward import alone, couple, examined, finds, found, plant_in
from tests.workflows.histories import until
from tests.workflows.lab import Lab
from workflows import of_customer
from workflows.names import MANAGED_BY, authorization_id, customer_id
from workflows.visibility import customer_attributes


def _with(case: CustomerCase | AuthorizationCase, trigger: str, /, **changes: Any) -> list[Entry]:
    """Its journal with other words in the entries of this trigger."""
    return [one._replace(**changes) if one.trigger == trigger else one for one in case.journal]


async def test_a_step_that_is_no_row_of_the_tables_is_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    vip, _ = await couple(house)

    def change(case: CustomerCase) -> None:
        case.journal = _with(case, "accept_invitation", trigger="place_order")

    await plant_in(house, house.customer(vip), monkeypatch, change)
    assert await found(house) == [(Code.JOURNAL_AGAINST_THE_RULES, customer_id(vip))]


async def test_a_step_on_another_day_than_the_facts_give_is_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    _, number = await couple(house)

    def change(case: AuthorizationCase) -> None:
        earlier = case.authorization.since - timedelta(days=1)
        case.journal = _with(case, "authorize_purchase", effective_at=earlier)
        case.authorization.since = earlier
        case.news += 1

    await plant_in(house, house.authorization(number), monkeypatch, change)
    assert await found(house) == [(Code.JOURNAL_AGAINST_THE_FACTS, authorization_id(number))]


async def test_a_fact_that_does_not_follow_from_what_happened_is_found(
    house: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, number = await couple(house)

    def change(case: AuthorizationCase) -> None:
        case.learn(extension_days=5)

    await plant_in(house, house.authorization(number), monkeypatch, change)
    assert await found(house) == [(Code.STATE_AGAINST_THE_FACTS, authorization_id(number))]


async def test_search_attributes_that_do_not_follow_are_found(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(case: CustomerCase, *how: Any) -> Any:
        return {**customer_attributes(case, *how), MANAGED_BY: "am-9"}

    monkeypatch.setattr(of_customer, "customer_attributes", wrong)
    await alone(house)
    told = [(one.code, one.what) for one in (await examined(house)).findings]
    assert told == [(Code.LISTS_DISAGREE, "ManagedBy is am-9, must be am-1")]


async def test_an_unreachable_contact_is_found_and_not_named(house: Lab) -> None:
    house.sink.answers["nobody@example.com"] = "550 5.1.1 no such user"
    vip = await alone(house, contact={"name": "Nobody Nix", "email": "nobody@example.com"})
    expected = [(Code.UNREACHABLE, customer_id(vip))]
    report = await examined(house)
    assert [(one.code, one.concerns) for one in report.findings] == expected
    assert report.findings[0].what.startswith("invitation to the contact on ")
    assert "nobody" not in str(report.answer()).casefold()
    assert not report.healthy
    await until(finds(house, expected, quick=True))


async def test_a_letter_that_does_not_get_out_is_a_warning(house: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_one_case, "LONG", timedelta(0))
    house.sink.answers["*"] = "451 4.3.0 try again later"
    vip = await house.invite()
    await until(finds(house, [(Code.LETTER_WAITS, customer_id(vip))]))
    report = await examined(house)
    assert report.healthy
    assert "invitation to the contact since " in report.findings[0].what
