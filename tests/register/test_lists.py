"""Lists of the register: filters, sorts, pages, counts, and what cannot be asked for."""

import pytest

from register.errors import WantedWrong
from register.register import Register
from register.wanted import LARGEST_PAGE, Wanted
from states.standing import CustomerList
from tests.register.records import customer, numbers, vip


async def test_names_are_sorted_without_case_and_accents_and_equal_ones_by_number(register: Register) -> None:
    names = ["zebra", "Ægir", "Åse", "østre", "Aarhus", "Straße", "STRASSE", "Élan", "elan", "Łódź", "lodz"]
    await register.put_all([customer(number, organization=name) for number, name in enumerate(names)])
    in_order = ["Aarhus", "Ægir", "Åse", "Élan", "elan", "Łódź", "lodz", "østre", "Straße", "STRASSE", "zebra"]
    assert [names[number] for number in await numbers(register)] == in_order
    assert [names[number] for number in await numbers(register, sort="-name")] == in_order[::-1]


@pytest.mark.parametrize("sort", ["next_event_at", "anniversary_date"])
async def test_who_has_no_date_is_last_in_both_directions(register: Register, sort: str) -> None:
    days = {1: "2027-05-01", 2: None, 3: "2027-04-01", 4: "2027-06-01", 5: None, 6: "2027-04-01"}
    for number, day in days.items():
        told = {"anniversary_date": day} if sort == "anniversary_date" else {"event": f"{day}T00:00:00Z"}
        await register.put(customer(number, **(told if day else {})))
    for limit in (1, 2, 3, 4, 6):
        assert await numbers(register, sort=sort, limit=limit) == [3, 6, 1, 4, 2, 5]
        assert await numbers(register, sort=f"-{sort}", limit=limit) == [4, 1, 6, 3, 2, 5]
        overdue = Wanted(lists=("overdue_requests",))
        assert await numbers(register, overdue, sort, limit) == []


async def test_instants_are_sorted_as_instants_however_they_are_written(register: Register) -> None:
    instants = [
        "2027-03-01T00:00:00.5Z",
        "2027-03-01T00:00:00Z",
        "2027-03-01T00:30:00+01:00",
        "2027-03-01T00:00:00.25Z",
    ]
    await register.put_all([customer(number, event=at) for number, at in enumerate(instants)])
    assert await numbers(register, sort="next_event_at") == [2, 1, 3, 0]


async def test_all_filters_narrow_together(register: Register) -> None:
    both = ["pending_requests", "overdue_requests"]
    await register.put_all(
        [
            customer(1, lists=both, manager="am-2", segment="education", external_id="crm-1"),
            customer(2, lists=both, manager="am-2", segment="education", status="invited"),
            customer(3, lists=both, manager="am-2"),
            customer(4, lists=both, segment="education"),
            customer(5, lists=both[:1], manager="am-2", segment="education"),
            customer(6, lists=both[1:], manager="am-2", segment="education", organization="Customer 1 and 6"),
        ]
    )
    assert await numbers(register, Wanted(lists=("pending_requests",))) == [1, 2, 3, 4, 5]
    assert await numbers(register, Wanted(lists=("overdue_requests", "pending_requests"))) == [1, 2, 3, 4]
    assert await numbers(register, Wanted(managed_by="am-2")) == [1, 6, 2, 3, 5]
    assert await numbers(register, Wanted(managed_by="nobody")) == []
    assert await numbers(register, Wanted(external_id="crm-1")) == [1]
    assert await numbers(register, Wanted(external_id="crm-1", invitation_status="expired")) == []
    every = Wanted(tuple(both), "am-2", "education", "accepted", "crm-1", "customer 1")
    assert await numbers(register, every) == [1]
    assert await numbers(register, Wanted(managed_by="am-2", q="customer 1")) == [1, 6]
    assert await numbers(register, Wanted(managed_by="am-2", q="customer 1", lists=("pending_requests",))) == [1]


async def test_a_customer_that_changes_is_in_its_new_lists_and_no_longer_in_the_old_ones(register: Register) -> None:
    await register.put(customer(1, lists=["no_products"]))
    await register.put(customer(2, lists=["no_products"]))
    await register.put(customer(1, version=1, lists=["pending_requests"], manager="am-2", segment="education"))
    assert await numbers(register, Wanted(lists=("no_products",))) == [2]
    assert await numbers(register, Wanted(lists=("pending_requests",), managed_by="am-2", segment="education")) == [1]
    none = dict.fromkeys((one.value for one in CustomerList), 0)
    assert await register.counts() == {"all": 2, **none, "no_products": 1, "pending_requests": 1}
    assert await register.counts("am-1") == {"all": 1, **none, "no_products": 1}
    assert await register.counts("am-2") == {"all": 1, **none, "pending_requests": 1}
    assert await register.counts("nobody") == {"all": 0, **none}


async def test_a_row_comes_back_as_it_was_told(register: Register) -> None:
    told = customer(
        1, organization="Æ\u0000 \U0001f600 \ud83d \u2028 O'Neil; --", external_id="crm-1", letters_stopped=["contact"]
    )
    await register.put(told)
    page = await register.page(Wanted())
    assert page.items == [told["row"]]
    assert list(page.items[0]) == list(told["row"])


async def test_a_customer_that_stays_as_it_is_is_seen_once_while_all_others_move(register: Register) -> None:
    await register.put_all([customer(number, organization=f"Name {number:02}") for number in range(20)])
    seen, cursor = [], None
    for turn in range(100):
        page = await register.page(Wanted(), limit=3, cursor=cursor)
        seen += [item["vip_number"] for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        for number in range(0, 20, 2):
            moved = f"Name {(number * 7 + turn * 5) % 20:02}"
            await register.put(customer(number, version=turn + 1, organization=moved, segment="education"))
    assert [one for one in seen if int(one[3:]) % 2] == [vip(number) for number in range(1, 20, 2)]


async def test_a_cursor_is_good_for_its_own_list_alone(register: Register) -> None:
    await register.put_all([customer(number, lists=["no_products"]) for number in range(3)])
    cursor = (await register.page(Wanted(q="customer"), limit=1)).next_cursor
    assert cursor is not None
    assert (await register.page(Wanted(q="CUSTOMER"), limit=2, cursor=cursor)).total == 3
    for wanted, sort in (
        (Wanted(), "name"),
        (Wanted(q="customer"), "-name"),
        (Wanted(q="customer", lists=("no_products",)), "name"),
        (Wanted(q="customer", managed_by="am-1"), "name"),
    ):
        with pytest.raises(WantedWrong, match="belongs to another list") as wrong:
            await register.page(wanted, sort=sort, cursor=cursor)
        assert wrong.value.field == "cursor"


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "e30", "W10", "WzEsMiwzXQ", "WyIAIiwiIiwiIl0", "[" * 9000, "Ww" * 500]
)
async def test_what_is_no_cursor_is_refused(register: Register, cursor: str) -> None:
    with pytest.raises(WantedWrong, match="is none that a page of this list gave") as wrong:
        await register.page(Wanted(), cursor=cursor)
    assert wrong.value.field == "cursor"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("list", Wanted(lists=("no_products", "everything"))),
        ("segment", Wanted(segment="private")),
        ("invitation_status", Wanted(invitation_status="")),
        ("managed_by", Wanted(managed_by="")),
        ("managed_by", Wanted(managed_by="am 1")),
        ("managed_by", Wanted(managed_by="am-1\n")),
        ("external_id", Wanted(external_id="x" * 65)),
        ("q", Wanted(q="x" * 201)),
        ("q", Wanted(q="a b c d e f g h i j k")),
    ],
)
async def test_a_filter_that_cannot_be_is_named(register: Register, field: str, wanted: Wanted) -> None:
    for asking in (register.page(wanted), anext(register.every(wanted))):
        with pytest.raises(WantedWrong) as wrong:
            await asking
        assert wrong.value.field == field


@pytest.mark.parametrize(
    ("field", "asked"), [("sort", {"sort": "segment"}), ("limit", {"limit": 0}), ("limit", {"limit": LARGEST_PAGE + 1})]
)
async def test_a_sort_or_a_size_that_cannot_be_is_named(register: Register, field: str, asked: dict[str, str]) -> None:
    with pytest.raises(WantedWrong) as wrong:
        await register.page(Wanted(), **asked)  # type: ignore[arg-type]
    assert wrong.value.field == field
    with pytest.raises(WantedWrong, match="managed_by"):
        await register.counts("am 1")
