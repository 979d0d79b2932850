"""`vip assign`: customers get another account manager, one by one or all of one."""

from tests.gateway.commands import INVITE, invited, listed
from tests.gateway.conftest import Vip


async def test_all_customers_of_one_manager_are_assigned_to_another(vip: Vip) -> None:
    mine = [word.replace("am-1", "am-leaving") for word in INVITE]
    numbers = {(await vip.done(*mine))["vip_number"] for _ in range(2)}
    await listed(vip, 2, "--managed-by", "am-leaving")
    said = await vip("assign", "--from", "am-leaving", "--to", "am-unheard-of")
    assert said.status == 2
    assert "--name and --email" in said.err
    words = ("--to", "am-new", "--name", "Nora", "--email", "nora@example.com")
    answer = await vip.done("assign", "--from", "am-leaving", *words)
    assert {one["vip_number"] for one in answer["items"]} == numbers
    await listed(vip, 0, "--managed-by", "am-leaving")
    await listed(vip, 2, "--managed-by", "am-new")
    third = await invited(vip)
    known = await vip.done("assign", third, "--to", "am-new")
    assert known["account_manager"] == {"id": "am-new", "name": "Nora", "email": "nora@example.com"}


async def test_customers_that_cannot_be_assigned_are_named_and_the_others_are(vip: Vip) -> None:
    mine = [word.replace("am-1", "am-mixed") for word in INVITE]
    withdrawn, kept = [(await vip.done(*mine))["vip_number"] for _ in range(2)]
    await vip.done("withdraw", withdrawn, "--reason", "twice")
    await listed(vip, 2, "--managed-by", "am-mixed")
    await listed(vip, 1, "--managed-by", "am-mixed", "--status", "withdrawn")
    words = ("--to", "am-2", "--name", "Nora", "--email", "nora@example.com")
    answer = await vip.done("assign", "--from", "am-mixed", *words)
    assert [one["vip_number"] for one in answer["items"]] == [kept]
