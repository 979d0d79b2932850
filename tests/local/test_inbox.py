"""The inbox in a browser: letters as the catcher keeps them, asked for over HTTP of what `vip up` runs."""

import re
import smtplib
from asyncio import to_thread
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from local import ui
from local.inbox import pages
from local.mailbox import MailCatcher
from samples.letters import NUMBER, VIP_NUMBER, sample
from states.facts import Reader
from tests.activities.branded import composed_branded
from tests.activities.letters import composed, rendered

NOBODY = "http://127.0.0.1:9"
BODY = "Content-Type: text/html; charset=utf-8\n\n"
HOSTILE = {
    "a script": f"Subject: x\n{BODY}<script>alert(1)</script><img src=//evil.example/x onerror=alert(1)>",
    "a subject that is a tag": "Subject: </title><script>alert(1)</script>\n\n</pre><script>alert(1)</script>",
    "a reader that is a tag": 'To: "><script>alert(1)</script>@example.com\nFrom: <script>alert(1)</script>\n\nx',
    "an encoded header line": "Subject: =?utf-8?q?x=0D=0A<script>alert(1)</script>?=\n\nx",
    "a base of its own": f"Subject: x\n{BODY}<base href=//evil.example/ target=_top><a href=x>x</a>",
    "a refresh": f'Subject: x\n{BODY}<meta http-equiv="refresh" content="0;url=//evil.example/">',
    "an unknown character set": "Subject: x\nContent-Type: text/html; charset=klingon\n\n<script>alert(1)</script>",
    "a character set that is a NUL": 'Subject: x\nContent-Type: text/plain; charset="a\0b"\n\nx',
    "parts that never end": "Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a",
    "a date that is none": "Subject: x\nDate: tomorrow -9999\n\nx",
    "no header at all": "\nx",
    "nothing that is text": "\x00\xff\xfe\n\n\xff",
    "a broken list of readers": "To: <<a@b>, (((\nSubject: x\nReferences: <<<\n\nx",
}


@dataclass
class Inbox:
    browser: httpx2.AsyncClient
    catcher: MailCatcher

    async def keep(self, raw: bytes, to: str = "reader@example.com") -> None:
        await to_thread(self._send, raw, to)

    def _send(self, raw: bytes, to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.catcher.port, timeout=5) as smtp:
            smtp.sendmail("bounces@example.com", [to], raw)

    async def page(self, path: str, **asked: str) -> str:
        answer = await self.browser.get(path, params=asked or None)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def subjects(self, **asked: str) -> list[str]:
        return [unescape(found) for found in re.findall(r"<b>(.*?)</b>", await self.page("/inbox", **asked))]

    async def first(self) -> str:
        found = re.search(r'<li><a href="([^"]+)"', await self.page("/inbox"))
        assert found
        return unescape(found[1])


class Tags(HTMLParser):
    """The tags of a page, as a browser would make them of its bytes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
async def inbox(tmp_path: Path) -> AsyncIterator[Inbox]:
    application = ui.app(NOBODY, PlainTextResponse("decoded"), tmp_path / "mail")
    transport = httpx2.ASGITransport(application)
    async with (
        MailCatcher(tmp_path / "mail") as catcher,
        httpx2.AsyncClient(base_url="http://vip", transport=transport) as browser,
    ):
        yield Inbox(browser, catcher)


async def test_letters_are_listed_newest_first_and_each_is_shown_in_three_ways(inbox: Inbox) -> None:
    assert "No letter was sent yet." in await inbox.page("/inbox")
    older, newer = sample("invitation", Reader.CONTACT), sample("payment_overdue", Reader.ACCOUNT_MANAGER)
    for each in (older, newer):
        await inbox.keep(composed(each).raw)
    assert await inbox.subjects() == [rendered(newer).subject, rendered(older).subject]
    letter = await inbox.first()
    page = await inbox.page(letter)
    assert "Mette Holm &lt;mette.holm@reseller.example&gt;" in page
    frame = next(attributes for tag, attributes in Tags(page).found if tag == "iframe")
    html = await inbox.page(str(frame["src"]))
    assert '<base target="_blank">' in html
    assert "VIP number" in html
    assert "VIP number: 7QK2M9XW4RTB3ZHD6NPA" in await inbox.page(letter, **{"as": "text"})
    assert "Content-Transfer-Encoding: quoted-printable" in await inbox.page(letter, **{"as": "source"})
    saved = await inbox.browser.get(f"{letter}/letter.eml")
    assert saved.content.replace(b"\n", b"\r\n").endswith(
        composed(sample("payment_overdue", Reader.ACCOUNT_MANAGER)).raw
    )


async def test_letters_are_found_by_words_reader_customer_authorization_and_message_id(inbox: Inbox) -> None:
    invitation, overdue = sample("invitation", Reader.CONTACT), sample("payment_overdue", Reader.CONTACT)
    other = sample("welcome", Reader.CONTACT, vip_number="A" * 20, organization="Kanalhuset & Søn")
    for letter, to in ((invitation, "soren@example.com"), (overdue, "soren@example.com"), (other, "ida@example.com")):
        await inbox.keep(composed(letter).raw, to)
    all_of_them = await inbox.subjects()
    assert len(all_of_them) == 3
    assert await inbox.subjects(q="kanalhuset SØN") == all_of_them[:1]
    assert await inbox.subjects(q="kanalhuset overdue") == []
    assert await inbox.subjects(to="Soren@") == all_of_them[1:]
    assert await inbox.subjects(of=VIP_NUMBER) == all_of_them[1:]
    assert await inbox.subjects(of=f" {NUMBER.lower()} ") == all_of_them[1:2]
    message_id = str(re.search(rb"Message-ID: <(.+)>", composed(overdue).raw)[1], "ascii")  # type: ignore[index]
    assert await inbox.subjects(q=message_id) == all_of_them[1:2]
    assert await inbox.subjects(q="nothing of that kind") == []
    assert "No letter fits." in await inbox.page("/inbox", q="nothing of that kind")


async def test_a_letter_leads_to_its_neighbours_and_to_all_of_its_customer_authorization_and_reader(
    inbox: Inbox,
) -> None:
    for name in ("invitation", "payment_overdue", "welcome"):
        await inbox.keep(composed(sample(name, Reader.CONTACT)).raw, "soren@example.com")
    await inbox.keep(b"Subject: newest\n\nx")
    newest = await inbox.page(await inbox.first())
    second = re.search(r'<a href="([^"]+)" rel="next"', newest)
    assert second
    assert 'rel="prev"' not in newest
    third = re.search(r'<a href="([^"]+)" rel="next"', await inbox.page(second[1]))
    assert third
    links = [str(attributes.get("href")) for tag, attributes in Tags(await inbox.page(third[1])).found if tag == "a"]
    filters = [link for link in links if "?of=" in link or "?to=" in link]
    assert filters == [f"/inbox?of={VIP_NUMBER}", f"/inbox?of={NUMBER}", "/inbox?to=soren%40example.com"]
    assert [len(re.findall("<li>", await inbox.page(link))) for link in filters] == [3, 1, 3]


async def test_a_long_list_has_pages_that_keep_what_was_asked(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    for number in range(5):
        await inbox.keep(f"Subject: letter {number}\n\nx".encode())
    assert await inbox.subjects(q="letter") == ["letter 4", "letter 3"]
    assert '<a href="/inbox?q=letter&amp;page=2" rel="next">' in await inbox.page("/inbox", q="letter")
    assert await inbox.subjects(page="3") == await inbox.subjects(page="99") == ["letter 0"]
    assert await inbox.subjects(page="-1") == await inbox.subjects(page="x") == ["letter 4", "letter 3"]


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
async def test_whatever_a_letter_holds_every_page_is_ours_alone(inbox: Inbox, raw: str) -> None:
    await inbox.keep(raw.encode("latin-1"))
    letter = await inbox.first()
    for path in ("/inbox", letter, f"{letter}?as=text", f"{letter}?as=source"):
        answer = await inbox.browser.get(path)
        assert answer.status_code == 200
        tags = [tag for tag, _ in Tags(answer.text).found]
        assert tags.count("script") == 1, "our own, at the end"
        assert not {"img", "base", "object", "embed", "svg"} & set(tags)
        assert not any(name.startswith("on") for _, attributes in Tags(answer.text).found for name in attributes)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


async def test_the_html_of_a_letter_says_itself_that_it_may_do_nothing(inbox: Inbox) -> None:
    await inbox.keep(HOSTILE["a base of its own"].encode())
    letter = await inbox.first()
    answer = await inbox.browser.get(f"{letter}/html")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "img-src data:", "form-action 'none'", "base-uri 'none'"} <= set(policy)
    sandbox = policy[0].split()
    assert sandbox == ["sandbox", "allow-popups", "allow-popups-to-escape-sandbox"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    frame = next(attributes for tag, attributes in Tags(await inbox.page(letter)).found if tag == "iframe")
    assert str(frame["sandbox"]).split() == sandbox[1:]
    targets = [attributes for tag, attributes in Tags(answer.text).found if tag == "base"]
    assert targets[0] == {"target": "_blank"}, "the first one counts"
    saved = await inbox.browser.get(f"{letter}/letter.eml")
    assert saved.headers["Content-Disposition"].startswith("attachment")


async def test_nothing_but_letters_can_be_asked_for(inbox: Inbox) -> None:
    await inbox.keep(b"Subject: x\n\nonly text")
    letter = await inbox.first()
    for path in ("nobody", "..%2Fstack.env", "%00"):
        for rest in ("", "/html", "/letter.eml"):
            assert (await inbox.browser.get(f"/inbox/{path}{rest}")).status_code in (404, 502)
    assert (await inbox.browser.get(f"{letter}/html")).status_code == 404, "it has no HTML"
    assert "only text" in await inbox.page(letter)


def test_our_pages_fetch_nothing_from_elsewhere() -> None:
    for path in pages.TEMPLATES.iterdir():
        assert "//" not in path.read_text(encoding="utf-8").replace("://", ""), path.name
        assert "http" not in path.read_text(encoding="utf-8"), path.name


async def test_the_picture_that_came_with_a_letter_is_shown_and_no_other(inbox: Inbox) -> None:
    await inbox.keep(composed_branded(sample("invitation", Reader.CONTACT)).raw)
    page = await inbox.page(f"{await inbox.first()}/html")
    assert '<img src="data:image/png;base64,' in page
    assert "cid:" not in page
