"""Cases are carried from run to run for years: what earlier versions carried is loaded, and decides as it did then."""

from typing import Any

import pytest

from cases import carrying
from cases.carrying import SCHEMA, UPGRADES, NotCarried, Upgrade, carry, load_authorization, load_customer
from tests.replay.carried import FORM, carried, expectations, form, told
from tests.replay.recording import VERSION, versions


@pytest.mark.parametrize("version", versions())
def test_what_a_version_carried_comes_to_the_same_today(version: str) -> None:
    kinds = {one.of_customer for one in carried(version).values()}
    assert kinds == {True, False}, "no customer or no authorization was carried"
    assert told(version) == expectations(version).read_text(encoding="utf-8")


def test_the_form_is_the_one_that_was_released_or_has_fields_more_each_with_a_default() -> None:
    """What is renamed, removed, or means something else needs a new `SCHEMA` and an upgrade; then record the form.

    A default is part of what was carried, since what equals it is left out.
    """
    released = set(FORM.read_text(encoding="utf-8").splitlines())
    assert released - form() == set(), "running cases carry these, and they are not understood any more"
    owners = {line.partition(".")[0] for line in released}
    required = {line for line in form() - released if line.endswith(" is required")}
    assert {line for line in required if line.partition(".")[0] in owners} == set(), "running cases have none of these"


def test_there_is_an_upgrade_from_every_form_there_ever_was() -> None:
    assert set(UPGRADES) == set(range(1, SCHEMA))


def _called_otherwise(fields: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    return {after if name == before else name: value for name, value in fields.items()}


def test_an_older_form_is_brought_up_to_date_and_is_the_same_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the next release renamed a field."""
    cases = {name: one for name, one in carried(VERSION).items() if "news" in one.state}
    before = {name: carry(one.load()) for name, one in cases.items()}
    assert before, "no case has news"

    def renamed(fields: dict[str, Any]) -> dict[str, Any]:
        return _called_otherwise(fields, "told_so_far", "news")

    monkeypatch.setattr(carrying, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(carrying, "UPGRADES", {**UPGRADES, SCHEMA: Upgrade(renamed, renamed)})
    for name, one in cases.items():
        old = one._replace(state=_called_otherwise(one.state, "news", "told_so_far"))
        assert carry(old.load()) == {**before[name], "schema": SCHEMA + 1}, name


def test_a_newer_form_is_refused_with_both_versions_named() -> None:
    one = next(iter(carried(VERSION).values()))
    with pytest.raises(NotCarried, match=rf"in form {SCHEMA + 1}, this release knows forms up to {SCHEMA}"):
        load_authorization({**one.state, "schema": SCHEMA + 1})


def test_what_is_not_understood_is_named_by_its_place_and_not_by_what_stands_there() -> None:
    one = next(one for one in carried(VERSION).values() if one.of_customer)
    with pytest.raises(NotCarried, match="contact") as refused:
        load_customer({**one.state, "contact": {"name": "Mette Holm", "mail": "mette@example.com"}})
    assert "mette" not in str(refused.value).casefold()
