"""What the register knows of single cases, for those who compare it with them."""

from register.register import Register
from register.telling import Known
from tests.register.records import authorization, authorization_number, customer, vip


async def test_what_is_known_of_cases_comes_with_kind_version_and_row(register: Register) -> None:
    told, bought = customer(1, version=4), authorization(1, version=7)
    await register.put_all([told, bought])
    known = await register.known([vip(1), vip(2), authorization_number(1)])
    assert known == {
        vip(1): Known("customer", 4, told["row"]),
        authorization_number(1): Known("authorization", 7, bought["row"]),
    }
    assert await register.known([]) == {}


async def test_many_are_asked_for_at_once(register: Register) -> None:
    await register.put_all([customer(number) for number in range(600)])
    known = await register.known([vip(number) for number in range(1000)])
    assert sorted(known) == [vip(number) for number in range(600)]
