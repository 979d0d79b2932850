"""`vip bounce` and `vip lift-address`, beside real letters (docs/rules.md, section 8)."""

import io
from pathlib import Path
from typing import Any

import pytest

from local import clock
from tests.gateway.commands import authorized, invited, write
from tests.gateway.conftest import Vip
from tests.workflows.lab import Lab
from workflows.names import authorization_id, customer_id

SAMPLES = Path(__file__).parent / "bounces"


async def returned(house: Lab, number: str, name: str, *words: str) -> str:
    """A report about the newest letter in which this number and these words stand, as a file."""
    fits = [one for one in house.sink.to("mette@example.com") if all(word in one.text for word in (number, *words))]
    path = f"{name}.eml"
    write(path, (SAMPLES / path).read_text().replace("{message_id}", fits[-1].message["Message-ID"]))
    return path


async def bounces(vip: Vip, *files: str, status: int = 0) -> list[dict[str, Any]]:
    said = await vip("bounce", *files, "--json")
    assert said.status == status, said
    found: list[dict[str, Any]] = said.json
    return found


async def came_back(vip: Vip, number: str) -> list[str]:
    return [one["outcome"] for one in await vip.done("journal", number) if one.get("outcome") in ("bounced", "delayed")]


@pytest.mark.rule("8.3")
async def test_a_letter_that_comes_back_finds_its_case_and_stops_the_next_until_that_is_lifted(
    vip: Vip, house: Lab
) -> None:
    number = await invited(vip)
    await clock.settle(house.client, [customer_id(number)])
    [told] = await bounces(vip, await returned(house, number, "postfix"))
    assert (told["became"], told["case"], told["letter"], told["reader"]) == (
        "recorded", number, "invitation", "contact",
    )  # fmt: skip
    assert told["message"] == "came back from mette@example.com (5.1.1)"
    shown = await vip.done("show", number)
    assert (shown["unreachable"], shown["letters_stopped"]) == (True, ["contact"])
    assert "no letters to the contact" in (await vip("show", number)).out
    before = len(house.sink.to("mette@example.com"))
    await vip.done("authorize", number, "photoshop-team=3")
    await clock.settle(house.client, [customer_id(number)])
    assert len(house.sink.to("mette@example.com")) == before
    lifted = await vip.done("lift-address", number, "--reason", "the mailbox is there again")
    assert "letters_stopped" not in lifted
    await vip.done("resend", number)
    await clock.settle(house.client, [customer_id(number)])
    assert len(house.sink.to("mette@example.com")) == before + 1


@pytest.mark.rule("8.3")
async def test_a_report_is_recorded_once_however_often_it_is_read(vip: Vip, house: Lab) -> None:
    number = await invited(vip)
    await clock.settle(house.client, [customer_id(number)])
    name = await returned(house, number, "gmail")
    first, second = await bounces(vip, name, name)
    assert first == second
    await bounces(vip, name)
    assert await came_back(vip, number) == ["bounced"]
    assert [one["became"] for one in await bounces(vip, await returned(house, number, "postfix_delayed"))] == [
        "delayed"
    ]
    assert await came_back(vip, number) == ["bounced", "delayed"]


@pytest.mark.rule("8.3")
async def test_the_last_letter_of_an_authorization_that_is_closed_is_told_to_its_customer(vip: Vip, house: Lab) -> None:
    number, authorization = await authorized(vip)
    await vip.done("cancel", authorization, "--reason", "not wanted")
    await house.client.get_workflow_handle(authorization_id(authorization)).result()
    name = await returned(house, authorization, "exim", "not wanted")
    for _ in range(2):
        [told] = await bounces(vip, name)
        assert (told["became"], told["letter"]) == ("recorded", "authorization_cancelled")
    [entry] = [one for one in await vip.done("journal", number) if one.get("outcome") == "bounced"]
    assert entry["reason"] == f"5.0.0, {authorization}"
    assert (await vip.done("show", number))["letters_stopped"] == ["contact"]


async def test_what_is_not_ours_or_not_understood_is_said_and_left(
    vip: Vip, house: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await invited(vip)
    await clock.settle(house.client, [customer_id(number)])
    strange = (SAMPLES / "postfix.eml").read_bytes()
    foreign = strange.replace(b"{message_id}", b"<" + b"Z" * 20 + b"." + b"0" * 12 + b"." + b"0" * 8 + b"@a.example>")
    forged = strange.replace(b"{message_id}", f"<{number}.{'0' * 12}.{'0' * 8}@a.example>".encode())
    write("foreign.eml", foreign.decode())
    write("forged.eml", forged.decode())
    ours = [await returned(house, number, name) for name in ("of_others", "out_of_office", "delivered")]
    told = await bounces(vip, *ours, "foreign.eml", "forged.eml", status=1)
    assert [one["became"] for one in told] == ["not_ours", "not_understood", "arrived", "not_ours", "not_ours"]
    assert await came_back(vip, number) == []
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(foreign)))
    said = await vip("bounce", "-")
    assert said.status == 1
    assert "not ours" in said.out
    assert "its case is not known here" in said.out


async def test_a_command_without_files_and_a_file_that_is_not_there_are_told_in_a_line(vip: Vip) -> None:
    for words, right in (((), "say which files"), (("nowhere.eml",), "nowhere.eml cannot be read")):
        said = await vip("bounce", *words)
        assert said.status == 2
        assert right in said.err
