"""Search: what a customer is found by, few or many."""

import pytest

from register import searching
from register.register import Register
from register.wanted import Wanted
from register.words import asked, folded
from tests.register.records import authorization, customer, numbers, order


@pytest.fixture(autouse=True, params=["all at once", "along the list"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "along the list":
        monkeypatch.setattr(searching, "FEW", 0)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("aero", True),
        ("ÆRØ", True),
        ("design ærø", True),
        ("ærø design a/s", True),
        ("(design)", True),
        ("sign", False),
        ("ærø nothing", False),
        ("mette", True),
        ("HOLM, mette", True),
        ("mette.holm@ex", True),
        ("holm@example", True),
        ("example.com", True),
        ("VIP00000000000000001", True),
        ("vip0000000000000000", True),
        ("po-7/2027", True),
        ("2027", True),
        ("order r", True),
        ("ord-9", True),
        ("jens", False),
        ("am-1", False),
        ("%", False),
        ("_", False),
        ("*", False),
        ("", True),
        ("  ", True),
    ],
)
async def test_every_word_begins_a_word_of_what_is_known(register: Register, q: str, found: bool) -> None:
    contact = {"name": "Mette Holm", "email": "mette.holm@example.com"}
    await register.put(customer(1, organization="Ærø Design A/S", contact=contact, order_references=["ORD-9"]))
    await register.put(authorization(1, purchase_order="PO-7/2027", orders=[order("Order R 1")]))
    other = {"name": "Ole", "email": "ole@b.dk"}
    await register.put(customer(9 * 10**16, organization="Borg", contact=other))
    expected = [1] if found and q.strip() else [1, 9 * 10**16] if found else []
    assert await numbers(register, Wanted(q=q)) == expected


async def test_what_is_no_longer_so_is_no_longer_found(register: Register) -> None:
    await register.put(customer(1, organization="Old Name", order_references=["SAME"]))
    await register.put(authorization(1, purchase_order="SAME"))
    await register.put(customer(1, version=1, organization="New Name"))
    assert await numbers(register, Wanted(q="old")) == []
    assert await numbers(register, Wanted(q="new")) == [1]
    assert await numbers(register, Wanted(q="same")) == [1], "the authorization has it still"
    await register.put(authorization(1, version=1))
    assert await numbers(register, Wanted(q="same")) == []


async def test_an_authorization_may_be_heard_of_before_its_customer(register: Register) -> None:
    await register.put(authorization(1, of=7, purchase_order="PO-1"))
    assert await numbers(register, Wanted(q="po-1")) == []
    await register.put(customer(7))
    assert await numbers(register, Wanted(q="po-1")) == [7]


@pytest.mark.parametrize("sort", ["name", "-name", "next_event_at", "-next_event_at"])
async def test_what_is_found_is_sorted_and_paged_as_lists_are(register: Register, sort: str) -> None:
    for number in range(9):
        event = f"2027-03-0{9 - number}T00:00:00Z" if number % 3 else None
        name = f"{'Wanted' if number != 4 else 'Other'} {number}"
        await register.put(customer(number, organization=name, event=event, manager=f"am-{number % 2}"))
    expected = {
        "name": [0, 1, 2, 3, 5, 6, 7, 8],
        "-name": [8, 7, 6, 5, 3, 2, 1, 0],
        "next_event_at": [8, 7, 5, 2, 1, 0, 3, 6],
        "-next_event_at": [1, 2, 5, 7, 8, 0, 3, 6],
    }[sort]
    assert await numbers(register, Wanted(q="wan"), sort) == expected
    of_one = Wanted(q="wan", managed_by="am-1", segment="commercial")
    assert await numbers(register, of_one, sort) == [number for number in expected if number % 2]


async def test_rubbish_is_searched_for_and_not_found(register: Register) -> None:
    await register.put(customer(1))
    for q in ("\0", "\ud800", "a\0b", "'; drop table customers; --", "\U0010ffff", "ﷺ" * 200, "%s", ":q", "x" * 200):
        await register.page(Wanted(q=q))
    assert await numbers(register) == [1]


def test_words_are_folded_and_one_that_begins_another_is_not_asked_for() -> None:
    assert folded("  Crème  BRÛLÉE\tŒuvre\u00ad ") == "creme brulee oeuvre"
    assert folded("İstanbul ΜΆΪΟΣ ﬁn") == "istanbul μαιοσ fin"
    assert asked("Holm, hol (mette) & h") == ("holm", "mette", "&")
