"""Whatever is told, repeated, late or out of order: the register says what a simple model says.

`HYPOTHESIS_PROFILE=long` tries more.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from register import searching
from register.database import Database
from register.register import Register
from register.tables import METADATA
from register.wanted import SORTS, Wanted
from states.standing import CustomerList
from tests.register.model import Model
from tests.register.records import Record, authorization, customer, entry, order, vip

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MANAGERS = ("am-1", "am-2")
SEGMENTS = ("commercial", "education")
STATES = ("invited", "accepted")
NAMES = ("Ærø Design A/S", "aero design", "Østre Gas", "Zebra", "")
REFERENCES = ("PO-7/2027", "po-8", "Ærø 1")
DAYS = ("2027-03-01", "2027-04-01")

some_lists = st.lists(st.sampled_from([one.value for one in CustomerList]), max_size=3, unique=True)
some_entries = st.lists(
    st.builds(entry, st.integers(0, 4), st.sampled_from(["letter", "fact"]), reason=st.sampled_from("abc")), max_size=3
).map(tuple)
customers = st.builds(
    customer,
    st.integers(0, 5),
    version=st.integers(0, 4),
    entries=some_entries,
    organization=st.sampled_from(NAMES),
    manager=st.sampled_from(MANAGERS),
    segment=st.sampled_from(SEGMENTS),
    status=st.sampled_from(STATES),
    lists=some_lists,
    event=st.none() | st.sampled_from([f"{day}T00:00:00Z" for day in DAYS]),
    order_references=st.lists(st.sampled_from(REFERENCES), max_size=2),
)
authorizations = st.builds(
    lambda number, references, **known: authorization(
        number, of=number // 2, orders=[order(one) for one in references], **known
    ),
    st.integers(0, 7),
    st.lists(st.sampled_from(REFERENCES), max_size=2),
    version=st.integers(0, 4),
    entries=some_entries,
    purchase_order=st.sampled_from(REFERENCES),
)


def dated(record: Record, day: str | None) -> Record:
    return record if day is None else {**record, "row": {**record["row"], "anniversary_date": day}}


dated_customers = st.builds(dated, customers, st.none() | st.sampled_from(DAYS))
batches = st.lists(dated_customers | authorizations, min_size=1, max_size=5)
puts = st.tuples(batches, st.booleans())
wants = st.builds(
    Wanted,
    lists=st.lists(st.sampled_from([one.value for one in CustomerList]), max_size=1).map(tuple),
    managed_by=st.none() | st.sampled_from(MANAGERS),
    segment=st.none() | st.sampled_from(SEGMENTS),
    invitation_status=st.none() | st.sampled_from(STATES),
    q=st.none() | st.sampled_from(["a", "ærø", "po", "7", "design a", "2027 ost", "vip0", "example.com", "nobody"]),
)
asked = st.tuples(wants, st.sampled_from(SORTS), st.integers(1, 4), st.sampled_from([0, 2, 1000]))

PROFILE = settings(
    derandomize=not LONG,
    max_examples=1000 if LONG else 12,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def played(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Plays an example in a register that has forgotten the ones before."""

    def play(example: Callable[[Register], Coroutine[Any, Any, None]], few: int = 2) -> None:
        async def alone() -> None:
            async with await Register.at(url) as register:
                database = Database(url)
                await database.write(_forget)
                await database.close()
                await example(register)

        monkeypatch.setattr(searching, "FEW", few)
        asyncio.run(alone())

    return play


async def _forget(connection: AsyncConnection) -> None:
    for table in METADATA.sorted_tables:
        await connection.execute(delete(table))


@pytest.mark.timeout(0 if LONG else 180)
@PROFILE
@given(told=st.lists(puts, min_size=1, max_size=5), questions=st.lists(asked, min_size=1, max_size=2))
def test_the_register_says_what_the_model_says(
    played: Callable[..., None], told: list[tuple[list[Record], bool]], questions: list[tuple[Wanted, str, int, int]]
) -> None:
    async def example(register: Register) -> None:
        model = Model()
        for records, again in told:
            for record in records:
                model.put(record, again=again)
                await register.put(record, again=again)
        await agree(register, model, questions)

    played(example)


@pytest.mark.timeout(0 if LONG else 180)
@PROFILE
@given(records=st.lists(dated_customers | authorizations, max_size=20), again=st.booleans(), question=asked)
def test_records_put_together_come_to_what_they_come_to_one_after_the_other(
    played: Callable[..., None], records: list[Record], again: bool, question: tuple[Wanted, str, int, int]
) -> None:

    async def example(register: Register) -> None:
        model = Model()
        for record in records:
            model.put(record, again=again)
        await register.put_all(records, again=again)
        await agree(register, model, [question])

    played(example)


@pytest.mark.timeout(0 if LONG else 180)
@PROFILE
@given(before=batches, meanwhile=st.lists(batches, max_size=6), question=asked)
def test_a_customer_that_stays_as_it_is_is_seen_exactly_once(
    played: Callable[..., None],
    before: list[Record],
    meanwhile: list[list[Record]],
    question: tuple[Wanted, str, int, int],
) -> None:
    async def example(register: Register) -> None:
        wanted, sort, limit, _ = question
        model = Model()
        for record in before:
            model.put(record, again=False)
            await register.put(record)
        begun, seen = model.listed(wanted, sort), []
        page = await register.page(wanted, sort=sort, limit=limit)
        moving = iter(meanwhile)
        touched = set()
        while True:
            seen += [item["vip_number"] for item in page.items]
            if page.next_cursor is None:
                break
            for record in next(moving, []):
                touched.add(record["vip_number"])
                await register.put(record)
            page = await register.page(wanted, sort=sort, limit=limit, cursor=page.next_cursor)
        unchanged = [row["vip_number"] for row in begun if row["vip_number"] not in touched]
        assert [number for number in seen if number not in touched] == unchanged

    played(example)


async def agree(register: Register, model: Model, questions: list[tuple[Wanted, str, int, int]]) -> None:
    """Everything that can be asked has the same answer."""
    for wanted, sort, limit, few in questions:
        searching.FEW = few  # type: ignore[misc]  # taken back by the fixture
        expected, cursor = model.listed(wanted, sort), None
        found: list[Record] = []
        while not found or cursor is not None:
            page = await register.page(wanted, sort=sort, limit=limit, cursor=cursor)
            assert page.total == len(expected)
            found, cursor = found + page.items, page.next_cursor
            if not page.items:
                break
        assert found == expected
        assert [row async for row in register.every(wanted, sort)] == expected
    for managed_by in (None, *MANAGERS):
        counts = await register.counts(managed_by)
        assert {name: number for name, number in counts.items() if number or name == "all"} == model.counts(managed_by)
    for number in {number for _, number in model.cases} | {vip(0)}:
        assert await register.journal(number) == model.journal(number)
    told = [
        {name: row[name] for name in row if name not in ("organization", "account_manager")}
        for row in await register.authorizations()
    ]
    assert sorted(told, key=lambda one: one["authorization_number"]) == sorted(
        model.rows("authorization"), key=lambda one: one["authorization_number"]
    )
    for kind in ("customer", "authorization"):
        versions = {number: record["version"] for (of, number), record in model.cases.items() if of == kind}
        assert dict([one async for one in register.versions(kind)]) == versions
