"""What a caller's type checker knows of the client. `make check` runs it over this file: nothing here is ever called.

An expected mistake is an `ignore` that the checker would call unused if it were none.
"""

from pathlib import Path
from typing import assert_type

import pytest

from gateway import answers, bodies, vocabulary
from gateway.client import Gateway, Wanted


@pytest.mark.parametrize("package", ["gateway", "register"])
def test_what_a_caller_imports_says_that_it_is_typed(package: str) -> None:
    """Without this file no type checker looks at an installed package; `Wanted` is the register's."""
    assert (Path(__file__).parents[2] / package / "py.typed").is_file()


async def answers_have_their_fields(vip: Gateway) -> None:
    customer = await vip.customer("K7Q2M9XW4RTB3ZHD6NPA")
    assert_type(customer, answers.WholeCustomer)
    assert_type(customer["contact"]["email"], str)
    customer["colour"]  # type: ignore[typeddict-item]
    assert_type(customer["state"] == "acepted", bool)  # type: ignore[comparison-overlap]
    authorized = await vip.authorize("K", {"lines": [{"product": "p", "quantity": 1}], "requested_by": "member"}, "k-1")
    assert_type(authorized, answers.Authorization)
    page = await vip.page(Wanted(managed_by="am-1"), sort="-next_event_at", limit=10)
    assert_type(page["total"], int)
    details = await vip.details("K")
    if "organization" in details:
        assert_type(details, answers.WholeCustomer)
    else:
        assert_type(details, answers.Authorization)
    async for row in vip.every(Wanted(lists=("overdue_requests",))):
        assert_type(row, answers.Row)
    for entry in await vip.journal("K"):
        assert_type(entry["kind"], vocabulary.EntryKind)


async def bodies_are_checked_before_they_are_sent(vip: Gateway) -> None:
    await vip.cancel("A", {"reason": "no", "actor": "jens"})
    await vip.cancel("A", {})  # type: ignore[typeddict-item]
    await vip.cancel("A", {"reason": "no", "because": "no"})  # type: ignore[typeddict-unknown-key]
    await vip.extend("A", {"days": "3", "reason": "no"})  # type: ignore[typeddict-item]
    asked: bodies.Authorize = {"lines": [], "requested_by": "nobody"}  # type: ignore[typeddict-item]
    await vip.preview("K", asked)
    await vip.lift_address("K", {"reader": "both", "reason": "no"})  # type: ignore[typeddict-item]
    await vip.confirm_return("A")
    await vip.resend("K", key="k-2")
