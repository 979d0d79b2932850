from datetime import UTC, datetime, timedelta

import pytest

from activities.links import Links, LinkUnreadable
from states.letters import InvitationLink

NOW = datetime(2027, 3, 2, 8, tzinfo=UTC)
LINK = InvitationLink(vip_number="7QK2M9XW4RTB3ZHD6NPA", invitation=3, expires_at=NOW + timedelta(days=30))


def test_a_link_comes_back_as_it_was_signed() -> None:
    links = Links(["new"], "https://vip.example.com/")
    assert links.read(links.sign(LINK)) == LINK
    assert links.url(LINK) == f"https://vip.example.com/invitations/{links.sign(LINK)}"
    assert links.sign(LINK) == links.sign(LINK)


def test_the_first_secret_signs_and_all_are_recognised() -> None:
    before = Links(["old"], "https://vip.example.com")
    after = Links(["new", "old"], "https://vip.example.com")
    assert after.read(before.sign(LINK)) == LINK
    assert Links(["new"], "https://vip.example.com").read(after.sign(LINK)) == LINK
    with pytest.raises(LinkUnreadable):
        before.read(after.sign(LINK))


def test_a_link_says_nothing_of_whether_it_still_leads_anywhere() -> None:
    links = Links(["secret"], "https://vip.example.com")
    old = LINK.model_copy(update={"expires_at": NOW - timedelta(days=400)})
    assert links.read(links.sign(old)) == old


@pytest.mark.parametrize("position", [0, 10, -1])
def test_a_token_that_was_touched_is_no_token(position: int) -> None:
    links = Links(["secret"], "https://vip.example.com")
    token = list(links.sign(LINK))
    token[position] = "A" if token[position] != "A" else "B"
    with pytest.raises(LinkUnreadable):
        links.read("".join(token))


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "é", "x" * 5000, "\x00", "..", "WzFd.abc"])
def test_rubbish_is_no_token(token: str) -> None:
    with pytest.raises(LinkUnreadable):
        Links(["secret"], "https://vip.example.com").read(token)


def test_a_signature_made_for_something_else_opens_no_invitation() -> None:
    from itsdangerous import URLSafeSerializer

    other = URLSafeSerializer("secret", salt="something else").dumps(["7QK2M9XW4RTB3ZHD6NPA", 3, 9999999999])
    with pytest.raises(LinkUnreadable):
        Links(["secret"], "https://vip.example.com").read(str(other))


@pytest.mark.parametrize("secrets", [[], [""], ["good", ""]])
def test_no_secret_no_links(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        Links(secrets, "https://vip.example.com")
