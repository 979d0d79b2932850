"""Letters that come back: what common servers send is understood, and finds its letter (docs/rules.md, section 8)."""

import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.marks import BounceAddress, Marked, in_message_ids, message_id
from gateway.bounces.reading import messages
from gateway.bounces.understanding import Kind, understood
from settings import SettingsError, load
from states.letters import key_of, mark_of

SAMPLES = Path(__file__).parent / "bounces"
CASE = "K7Q2M9XW4RTB3ZHD6NPA"
KEY = key_of(CASE, "invitation", "contact", datetime(2027, 3, 3, 9, 14, 5, 123456, tzinfo=UTC), "0123456789abcdef")
LETTER = Marked(*(mark_of(KEY) or ("", "")))
OUR_ID = message_id(KEY, "reseller.example.com")
ADDRESS = BounceAddress("bounces@reseller.example.com", ["new", "old"])


def sample(name: str, its_id: str = OUR_ID) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes().replace(b"{message_id}", its_id.encode())


@pytest.mark.rule("8.3")
@pytest.mark.parametrize(
    ("name", "kind", "status", "at"),
    [
        ("postfix", Kind.FAILED, "5.1.1", "09:14:07"),
        ("postfix_delayed", Kind.DELAYED, "4.4.1", "13:20:11"),
        ("office365", Kind.FAILED, "5.1.10", "09:14:20"),
        ("exchange", Kind.FAILED, "5.2.1", "09:14:20"),
        ("gmail", Kind.FAILED, "5.1.1", "09:14:21"),
        ("exim", Kind.FAILED, "5.0.0", "09:14:09"),
        ("exim_old", Kind.FAILED, "5.1.1", "09:14:09"),
        ("sendmail", Kind.FAILED, "5.1.1", "09:14:11"),
        ("qmail", Kind.FAILED, "5.1.1", "09:14:12"),
    ],
)
def test_what_common_servers_send_is_understood(name: str, kind: Kind, status: str, at: str) -> None:
    report = understood(sample(name))
    assert (report.kind, report.letter, report.status) == (kind, LETTER, status)
    assert report.sent_to == "mette@example.com"
    assert f"{report.at:%H:%M:%S}" == at


def test_a_report_that_it_arrived_is_no_trouble() -> None:
    report = understood(sample("delivered"))
    assert (report.kind, report.letter) == (Kind.ARRIVED, LETTER)


def test_an_automatic_answer_is_no_report_though_it_names_our_letter() -> None:
    assert understood(sample("out_of_office"))[1:3] == (Kind.NO_REPORT, None)


def test_a_report_about_a_letter_of_others_is_not_ours() -> None:
    assert understood(sample("of_others"))[1:3] == (Kind.FAILED, None)


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\xff\xfe", b"Content-Type: multipart/report", b"From nobody\n" * 3])
def test_rubbish_is_no_report(raw: bytes) -> None:
    assert understood(raw).kind is Kind.NO_REPORT


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.eml")))
def test_however_a_report_is_cut_it_is_read_without_a_fault(name: str) -> None:
    raw = sample(name)
    for end in range(0, len(raw), 97):
        understood(raw[:end], ADDRESS)


def test_a_report_read_twice_is_one_report() -> None:
    for name in ("postfix", "qmail"):
        assert understood(sample(name)).id == understood(sample(name)).id
    assert len({understood(sample(path.stem)).id for path in SAMPLES.glob("*.eml")}) == len(list(SAMPLES.glob("*.eml")))


# --- our marks


def test_servers_that_change_the_case_of_a_message_id_do_no_harm() -> None:
    assert in_message_ids(OUR_ID.lower()) == in_message_ids(OUR_ID.upper()) == LETTER
    assert len(f"Message-ID: {OUR_ID}") <= 78
    assert in_message_ids("<20270303.newsletter@reseller.example.com>") is None


def test_a_letter_comes_back_to_an_address_that_only_we_can_make() -> None:
    address = ADDRESS.of(KEY)
    assert len(address.partition("@")[0]) <= 64
    assert ADDRESS.in_text(f"To: <{address.lower()}>") == LETTER
    assert BounceAddress("bounces@reseller.example.com", ["old"]).of(KEY) != address
    assert ADDRESS.in_text(BounceAddress("bounces@reseller.example.com", ["old"]).of(KEY)) == LETTER
    assert ADDRESS.in_text(BounceAddress("bounces@reseller.example.com", ["stranger"]).of(KEY)) is None


def test_a_report_without_the_letter_is_known_by_the_address_it_came_back_to() -> None:
    raw = sample("qmail", "<cut@off>").replace(
        b"To: licences@reseller.example.com", f"To: {ADDRESS.of(KEY)}".encode(), 1
    )
    assert understood(raw).letter is None
    assert understood(raw, ADDRESS).letter == LETTER


@pytest.mark.parametrize("address", ["nobody", "bounces+a@example.com", "eighteen-character@example.com", "a@b"])
def test_where_letters_come_back_to_has_room_for_the_token(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIP_BOUNCES_TO", address)
    with pytest.raises(SettingsError, match=r"VIP_BOUNCES_TO is wrong.*it looks like bounces@example\.com"):
        load(env_file=None)


# --- where they lie


def test_messages_are_read_from_files_mboxes_and_maildirs_and_left_there(tmp_path: Path) -> None:
    names = ["postfix", "qmail", "gmail"]
    box = mailbox.mbox(tmp_path / "box.mbox")
    folder = mailbox.Maildir(tmp_path / "maildir")
    (tmp_path / "loose").mkdir()
    for name in names:
        box.add(sample(name))
        folder.add(sample(name))
        (tmp_path / "loose" / f"{name}.eml").write_bytes(sample(name))
    box.close()
    expected = {understood(sample(name))[1:] for name in names}
    for where in ("box.mbox", "maildir", "loose"):
        assert {understood(one.raw)[1:] for one in messages(str(tmp_path / where))} == expected, where
    assert len(list(messages(str(tmp_path / "loose" / "qmail.eml")))) == 1
    assert len(folder) == len(names)
