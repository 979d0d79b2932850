"""The agenda over a portfolio that has every situation; `--record` writes the golden one anew."""

import json
import shlex
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest

from gateway.agenda.items import items_of
from gateway.agenda.whole import in_order
from gateway.agenda.words import WORDS, Kind, What, table
from gateway.answers import Agenda, AgendaItem
from gateway.cli import app
from gateway.vocabulary import AgendaKind, AgendaWord
from states.authorization import AUTHORIZATION
from states.lifecycle import At
from states.membership import MEMBERSHIP
from states.renewal import RENEWAL
from tests.cases.story import Story
from tests.gateway.agenda.conftest import stories
from tests.gateway.agenda.town import NOON, TODAY, town

GOLDEN = Path(__file__).parent / "golden.json"
Row = dict[str, Any]


def told(customers: list[Row], authorizations: list[Row], now: datetime = NOON, days: int = 14) -> Agenda:
    items: list[AgendaItem] = []
    for row in customers:
        bought = [one for one in authorizations if one["vip_number"] == row["vip_number"]]
        items += items_of(row, bought, now, days)
    return in_order(items, now, days)


def of(name: str, customers: list[Row], authorizations: list[Row], now: datetime = NOON, days: int = 14) -> list[str]:
    """What is said of one customer."""
    found = [one for one in told(customers, authorizations, now, days)["items"] if one["organization"] == name]
    return [one["what"] for one in found]


@pytest.fixture(scope="module")
def rows() -> tuple[list[Row], list[Row]]:
    return town(stories())


def test_the_agenda_of_a_portfolio_that_has_every_situation(
    rows: tuple[list[Row], list[Row]], request: pytest.FixtureRequest
) -> None:
    text = json.dumps(told(*rows), indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--record"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_word_for_what_waits_occurs_in_that_portfolio(rows: tuple[list[Row], list[Row]]) -> None:
    said = {item["what"] for item in told(*rows)["items"]}
    assert said >= {what for what, words in WORDS.items() if words.kind is Kind.WAITS}


def test_the_words_for_what_happens_are_the_next_events_of_the_rules() -> None:
    machines = (MEMBERSHIP, AUTHORIZATION, RENEWAL)
    moments = [one for machine in machines for several in machine.moments.values() for one in several]
    deadlines = {one.trigger.value for one in moments if isinstance(one, At)}
    assert {what.value for what, words in WORDS.items() if words.kind is Kind.HAPPENS} == deadlines
    assert list(WORDS) == list(What)
    assert list(get_args(AgendaWord)) == [what.value for what in What]
    assert set(get_args(AgendaKind)) == {kind.value for kind in Kind}


def test_the_documents_have_every_word_with_its_sentence_and_its_command() -> None:
    written = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert table() in written, "write the table anew: python -m gateway.agenda.words"


def test_nothing_is_told_twice(rows: tuple[list[Row], list[Row]]) -> None:
    items = told(*rows, days=366)["items"]
    whose = [(one.get("authorization_number", one["vip_number"]), one["what"]) for one in items]
    assert not [one for one, count in Counter(whose).items() if count > 1]
    follows = {(one["vip_number"], one["next_event"]["name"]) for one in items if "next_event" in one}
    happening = {(one["vip_number"], one["what"]) for one in items if one["kind"] == "happens"}
    assert not follows & happening


def test_nobody_is_left_out_and_what_is_over_is_not_told(rows: tuple[list[Row], list[Row]]) -> None:
    said = {one["organization"] for one in told(*rows, days=366)["items"]}
    assert {row["organization"] for row in rows[0]} - said == {"Withdrawn"}


@pytest.mark.parametrize("days", [1, 7, 14, 60])
def test_days_bound_what_happens_and_never_what_waits(rows: tuple[list[Row], list[Row]], days: int) -> None:
    answer, everything = told(*rows, days=days), told(*rows, days=366)
    last = (TODAY + timedelta(days=days)).isoformat()
    assert (answer["from"], answer["until"]) == (TODAY.isoformat(), last)
    happening = [one for one in everything["items"] if one["kind"] == "happens" and one["on"] <= last]
    waiting = [one for one in everything["items"] if one["kind"] == "waits"]
    assert answer["items"] == sorted([*happening, *waiting], key=everything["items"].index)
    assert [one["on"] for one in answer["items"]] == sorted(one["on"] for one in answer["items"])


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_days_are_those_of_the_customers_own_zone(zone: str, rows: tuple[list[Row], list[Row]]) -> None:
    """Everything happens at local midnight, so its local date is the one on which the state changes."""
    customers, authorizations = town(stories(zone))
    happening = [one for one in told(customers, authorizations, days=60)["items"] if one["kind"] == "happens"]
    assert happening
    for one in happening:
        told_on = {one["at"][:10], (datetime.fromisoformat(one["at"]) + timedelta(hours=24)).date().isoformat()}
        assert one["on"] in told_on
        if one["what"] == "return_window_ends":
            bought = next(row for row in authorizations if row["authorization_number"] == one["authorization_number"])
            day_after = datetime.fromisoformat(bought["return_until"]).date() + timedelta(days=1)
            assert one["on"] == day_after.isoformat()


def test_what_is_due_counts_as_done_though_nobody_has_processed_it(rows: tuple[list[Row], list[Row]]) -> None:
    late = NOON + timedelta(days=30)
    assert of("Pending", *rows) == [What.ORDER_TO_PLACE]
    assert of("Pending", *rows, now=late) == [What.ORDER_OVERDUE]
    assert of("Invited", *rows, now=late) == [What.INVITATION_EXPIRED]


def test_an_earlier_event_of_an_authorization_hides_none_of_the_customers_own(begin: partial[Story]) -> None:
    def coming_up(story: Story) -> None:
        story.accept(0)
        story.direct(0)
        story.authorize(365 - 95 - 12)

    customers, authorizations = town(begin, [("Both", TODAY - timedelta(days=365 - 95), coming_up, {})])
    assert customers[0]["next_event"]["name"] == "order_due"
    assert of("Both", customers, authorizations) == [What.ORDER_TO_PLACE, What.RENEWAL_UPCOMING]


def test_until_an_authorization_is_known_its_customer_tells_its_event(rows: tuple[list[Row], list[Row]]) -> None:
    assert of("Pending", rows[0], []) == [What.ORDER_DUE]


def test_every_command_is_one_that_vip_takes(rows: tuple[list[Row], list[Row]]) -> None:
    items = told(*rows)["items"]
    for item in items:
        assert ("command" in item) is (item["kind"] == "waits")
    for command in {one["command"] for one in items if "command" in one}:
        program, *words = shlex.split(command)
        assert program == "vip"
        app.parse_args(words, exit_on_error=False, print_error=False)


def test_a_name_stays_one_word_in_a_command(begin: partial[Story]) -> None:
    piet = {"id": "am-2", "name": "Piet 't Hart; rm -rf $HOME", "email": "piet@example.com"}

    def unreachable(story: Story) -> None:
        story.tell("record_bounce", 1, letter="invitation_accepted", reader="account_manager", permanent=True,
                   caused_at=story.at(0).isoformat(), status="5.1.1")  # fmt: skip

    customers, _ = town(begin, [("Café {0}", TODAY - timedelta(days=5), unreachable, {"account_manager": piet})])
    item = next(one for one in told(customers, [])["items"] if one["what"] == "manager_unreachable")
    assert shlex.split(item["command"])[5:7] == ["--name", "Piet 't Hart; rm -rf $HOME"]
