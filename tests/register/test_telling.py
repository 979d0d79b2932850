"""The record of letters, authorizations of a manager, and what cannot be asked for."""

import pytest

from register.errors import WantedWrong
from register.register import Register
from tests.register.records import authorization, authorization_number, customer, entry, vip

OWN = {
    "organization": "Customer 1",
    "account_manager": {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com"},
}


async def test_letters_of_all_cases_are_told_newest_first_with_whose_they_are(register: Register) -> None:
    first = entry(1, "letter", "2027-01-04T09:30:00Z", letter="invitation", reader="contact", outcome="sent")
    failed = entry(2, "letter", "2027-01-04T09:30:00.5Z", letter="welcome", reader="contact", outcome="undelivered")
    last = entry(1, "letter", "2027-01-05T09:30:00Z", letter="products_added", reader="contact", outcome="sent")
    await register.put(customer(1, entries=(first, failed, entry(3))))
    await register.put(authorization(1, of=1, entries=(last,)))
    await register.put(customer(2, manager="am-2", entries=(first,)))
    await register.put(authorization(2, of=3, entries=(failed,)))
    theirs = {"organization": "Customer 2", "account_manager": {**OWN["account_manager"], "id": "am-2"}}  # type: ignore[dict-item]
    everything = [
        {"vip_number": vip(1), "authorization_number": authorization_number(1), **OWN, **last},
        {"vip_number": vip(1), **OWN, **failed},
        {"vip_number": vip(3), "authorization_number": authorization_number(2), **failed},
        {"vip_number": vip(2), **theirs, **first},
        {"vip_number": vip(1), **OWN, **first},
    ]
    assert await register.letters() == everything
    assert await register.letters(limit=2) == everything[:2]
    assert await register.letters(outcome="undelivered") == everything[1:3]
    assert await register.letters(outcome="undelivered", managed_by="am-1") == everything[1:2]
    assert await register.letters(managed_by="am-2") == [everything[3]]
    assert await register.letters(since="2027-01-04T10:30:00.25+01:00") == everything[:3]


async def test_authorizations_are_told_with_whose_they_are(register: Register) -> None:
    await register.put(customer(1))
    early, late = (
        authorization(n, requested_at=at) for n, at in ((2, "2027-01-05T00:00:00Z"), (1, "2027-01-05T00:00:00.5Z"))
    )
    settled, unknown = authorization(3, of=1, state="settled"), authorization(4, of=2)
    for record in (late, settled, unknown, early):
        await register.put(record)
    assert await register.authorizations(states=["pending"]) == [
        {**early["row"], **OWN},
        {**late["row"], **OWN},
        unknown["row"],
    ]
    assert await register.authorizations(managed_by="am-1", states={"settled", "overdue"}) == [
        {**settled["row"], **OWN}
    ]
    assert await register.authorizations(vip(2)) == [unknown["row"]]
    assert await register.authorizations(managed_by="am-2") == []


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("since", {"since": "yesterday"}),
        ("since", {"since": "2027-03-01T08:00:00"}),
        ("since", {"since": "0001-01-01T00:00:00+14:00"}),
        ("limit", {"limit": 0}),
        ("managed_by", {"managed_by": "a b"}),
    ],
)
async def test_letters_that_cannot_be_asked_for_are_refused(
    register: Register, field: str, asked: dict[str, str]
) -> None:
    with pytest.raises(WantedWrong) as wrong:
        await register.letters(**asked)  # type: ignore[arg-type]
    assert wrong.value.field == field
