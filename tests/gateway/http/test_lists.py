"""Lists, counts and the file for spreadsheets: as the register tells them, never older than their caller's changes."""

import csv
import io
import secrets
from typing import Any

import pytest
from httpx2 import Response

from gateway.client import Gateway
from register.register import Register
from tests.gateway.http.conftest import Api, api_of, problem
from tests.workflows.lab import INVITATION, Lab


def manager() -> str:
    """An account manager of one test's own: its customers are a list by themselves."""
    return f"am-{secrets.token_hex(6)}"


def managed_by(who: str, **changes: Any) -> dict[str, Any]:
    return {**INVITATION, "account_manager": {"id": who, "name": "Jens", "email": "jens@example.org"}, **changes}


async def invited(api: Api, who: str, *names: str) -> list[str]:
    numbers = []
    for name in names:
        answer = await api.done("/v1/customers", managed_by(who, organization=name))
        numbers.append(str(answer["vip_number"]))
    return numbers


def named(page: Any) -> list[str]:
    return [row["organization"] for row in page["items"]]


async def test_whoever_changed_something_sees_it_in_the_next_list(api: Api) -> None:
    who = manager()
    for count, name in enumerate(("Æblehuset", "Bryggen", "Cykler", "Drager"), 1):
        [number] = await invited(api, who, name)
        page = await api.seen(f"/v1/customers?managed_by={who}")
        assert page["total"] == count
        assert number in [row["vip_number"] for row in page["items"]]
        counts = await api.seen(f"/v1/customers/counts?managed_by={who}")
        assert (counts["all"], counts["no_products"], counts["pending_requests"]) == (count, 1, count - 1)
        authorized = await api.authorized(number)
        found = await api.seen(f"/v1/customers?managed_by={who}&list=pending_requests&q={name}")
        assert [row["vip_number"] for row in found["items"]] == [number], authorized


async def test_a_change_that_another_process_made_is_seen_by_whoever_hands_back_its_read_after(
    api: Api, gateway: Gateway, house: Lab, register: Register
) -> None:
    who = manager()
    answer = await api.post("/v1/customers", managed_by(who))
    number = answer.headers["Read-After"]
    queue = house.settings.task_queue
    elsewhere = Gateway(house.client, task_queue=queue, number_secret="only for tests", patience=60, register=register)
    async with api_of(elsewhere) as other:
        for path in (f"/v1/customers?managed_by={who}", f"/v1/customers.csv?managed_by={who}"):
            assert number in (await other.get(path, headers={"Read-After": number})).text
        counts = await other.seen(
            f"/v1/customers/counts?managed_by={who}", headers={"Read-After": f"{number}, {number}"}
        )
        assert counts["all"] == 1


@pytest.mark.parametrize("told", ["short", "Z" * 21, ", ".join(f"{n:020}" for n in range(51)), "A" * 20 + ";"])
async def test_read_after_takes_vip_numbers(api: Api, told: str) -> None:
    answer = await api.get("/v1/customers", headers={"Read-After": told})
    assert [one["field"] for one in problem(answer, 400, "invalid_request")["errors"]] == ["Read-After"]


async def test_a_list_is_narrowed_by_everything_at_once_and_sorted_both_ways(api: Api) -> None:
    who = manager()
    await invited(api, who, "Årsted", "beta", "Ærø", "Alfa")
    await api.done("/v1/customers", managed_by(who, organization="School", market_segment="education"))
    path = f"/v1/customers?managed_by={who}"
    up = named(await api.seen(f"{path}&sort=name"))
    assert sorted(up) == sorted(["Årsted", "beta", "Ærø", "Alfa", "School"])
    assert named(await api.seen(f"{path}&sort=-name")) == up[::-1]
    assert named(await api.seen(f"{path}&segment=education&invitation_status=invited&list=no_products")) == ["School"]
    assert named(await api.seen(f"{path}&segment=education&invitation_status=accepted")) == []
    assert named(await api.seen(f"{path}&list=no_products&list=overdue_requests")) == []
    assert named(await api.seen(f"{path}&q=aro")) == ["Ærø"] or named(await api.seen(f"{path}&q=aero")) == ["Ærø"]
    assert (await api.seen(f"{path}&limit=2"))["total"] == 5


async def test_pages_follow_each_other_while_customers_change(api: Api) -> None:
    who = manager()
    names = [f"Customer {n:02}" for n in range(7)]
    await invited(api, who, *names)
    seen, cursor = list[str](), ""
    while True:
        page = await api.seen(f"/v1/customers?managed_by={who}&limit=3{cursor}")
        seen += named(page)
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
        await invited(api, who, f"Customer 00 {len(seen)}")
    assert [name for name in seen if name in names] == names


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    who = manager()
    await invited(api, who, "A", "B")
    cursor = (await api.seen(f"/v1/customers?managed_by={who}&limit=1"))["next_cursor"]
    for path in (f"managed_by={who}&sort=-name&cursor={cursor}", f"cursor={cursor}", "cursor=nonsense", "cursor="):
        told = problem(await api.get(f"/v1/customers?{path}"), 400, "invalid_request")
        assert [one["field"] for one in told["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("list=all", "list"),
        ("segment=x", "segment"),
        ("invitation_status=gone", "invitation_status"),
        ("managed_by=a b", "managed_by"),
        ("managed_by=", "managed_by"),
        ("external_id=%C3%A9", "external_id"),
        ("sort=age", "sort"),
        ("q=a b c d e f g h i j k l", "q"),
    ],
)
async def test_a_value_that_no_list_can_have_is_named(api: Api, query: str, field: str) -> None:
    for path in ("/v1/customers", "/v1/customers.csv"):
        told = problem(await api.get(f"{path}?{query}"), 400, "invalid_request")
        assert [one["field"] for one in told["errors"]] == [field]


async def file_of(api: Api, query: str) -> tuple[Response, list[dict[str, str]]]:
    answer = await api.get(f"/v1/customers.csv?{query}")
    assert answer.status_code == 200, answer.text
    return answer, list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_file_has_every_customer_of_the_list_as_the_list_shows_it(api: Api) -> None:
    who = manager()
    numbers = await invited(api, who, "Ærø, Søn & Co", 'The "Best"', "Plain")
    await api.authorized(numbers[2])
    answer, rows = await file_of(api, f"managed_by={who}&sort=-name")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="customers.csv"'
    assert answer.content.startswith("\ufeffvip_number,organization,".encode())
    assert answer.content.count(b"\r\n") == 4
    page = await api.seen(f"/v1/customers?managed_by={who}&sort=-name")
    assert [row["organization"] for row in rows] == named(page)
    plain = next(row for row in rows if row["organization"] == "Plain")
    assert plain["vip_number"] == numbers[2]
    assert plain["contact_email"] == "mette@example.com"
    assert plain["account_manager_id"] == who
    assert plain["lists"] == "pending_requests"
    assert plain["next_event"] == "order_due"
    assert plain["unreachable"] == "false"


@pytest.mark.parametrize("begins", ["=1+1", "+45", "-1", "@SUM(A1)", "\uff1d1", "'=1"])
async def test_no_cell_of_the_file_is_a_formula(api: Api, begins: str) -> None:
    who = manager()
    await invited(api, who, begins)
    _, [row] = await file_of(api, f"managed_by={who}")
    assert row["organization"] == f"'{begins}"


async def test_an_empty_file_has_its_first_line(api: Api) -> None:
    _, rows = await file_of(api, f"managed_by={manager()}")
    assert rows == []


async def test_the_file_takes_no_pages(api: Api) -> None:
    told = problem(await api.get("/v1/customers.csv?limit=3&cursor=x"), 400, "invalid_request")
    assert [one["field"] for one in told["errors"]] == ["limit", "cursor"]


async def test_without_a_register_lists_are_unavailable_and_the_rest_is_served(house: Lab) -> None:
    gateway = Gateway(house.client, task_queue=house.settings.task_queue, number_secret="only for tests", patience=60)
    async with api_of(gateway) as api:
        number = await api.member()
        assert (await api.seen(f"/v1/customers/{number}"))["state"] == "accepted"
        for path in ("", "/counts", ".csv"):
            problem(await api.get(f"/v1/customers{path}"), 503, "unavailable")


async def test_everything_that_is_wrong_with_a_question_is_told_at_once(api: Api) -> None:
    asked = "list=nope&list=no_products&segment=x&invitation_status=x&managed_by=a%20b&sort=x&limit=0&foo=1&cursor=%00"
    refused = problem(await api.get(f"/v1/customers?{asked}"), 400, "invalid_request")
    told = {one["field"]: one["message"] for one in refused["errors"]}
    assert told == {
        "list": "must be one of no_products, pending_requests, overdue_requests, upcoming_renewals, ready_for_renewal",
        "segment": "must be one of commercial, government, education",
        "invitation_status": "must be one of invited, accepted, expired, withdrawn",
        "managed_by": "must be 1 to 64 letters, digits and ._:-",
        "sort": "must be one of name, -name, anniversary_date, -anniversary_date, next_event_at, -next_event_at",
        "limit": "must be a whole number from 1 to 200",
        "foo": "is not a parameter of this address",
        "cursor": "must be one line of at most 2000 characters",
    }
