"""docs/letters.md, and what the code knows of every letter."""

from pathlib import Path

import pytest

from gateway.letters.catalogue import THREADS, Described, describe
from gateway.letters.reference import POLICY, document
from states.diagram import LIFECYCLES
from states.letters import LETTERS, LetterUndeliverable
from states.lifecycle import Send
from states.policy import Policy

ROOT = Path(__file__).parents[2]
DAYS: dict[str, dict[str, tuple[int, ...]]] = {
    "invitation_reminder": {"default": (3, 7, 14, 21)},
    "invitation_expired": {"default": (31,)},
    "order_reminder": {"default": (7, 12, 14), "classic": (23, 28, 30), "strict": (7, 12, 14)},
    "payment_overdue": {"default": (15,), "classic": (31,), "strict": (15,)},
    "overdue_reminder": {"default": (22, 29, 36, 43, 50, 57), "strict": ()},
    "deactivation_warning": {"default": (47, 54, 60), "classic": (47, 54, 60), "strict": ()},
    "licences_deactivated": {"default": (61,), "classic": (61,), "strict": (16,)},
    "renewal_upcoming": {"default": (-89,)},
    "renewal_ready": {"default": (-30,)},
    "renewal_past_due": {"default": (0,)},
    "renewal_last_chance": {"default": (7, 15, 23, 30)},
}
"""Copied by hand from the rules (sections 3 to 5 and 9)."""
KEPT = {
    "invitation": "through *expires on*",
    "order_reminder": "until *overdue on*",
    "deactivation_warning": "until *deactivated on*",
    "renewal_reminder": "until *window opens on*, then until *anniversary date*",
    "renewal_last_chance": "until *expires on*",
    "welcome": "14 days",
}


@pytest.fixture(scope="module")
def every() -> dict[str, Described]:
    text = POLICY.read_text(encoding="utf-8")
    policies = {name: Policy.from_toml(text, name) for name in ("default", "classic", "strict")}
    return {one.name: one for one in describe(policies)}


def test_the_page_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
    assert written == document(), "write it anew: python -m gateway.letters.reference > docs/letters.md"


def test_every_letter_stands_on_the_page_once_in_its_thread() -> None:
    lines = document().splitlines()
    for name in LETTERS:
        assert sum(line.startswith(f"| **{name}**") for line in lines) == 1, name
    assert sum(line.startswith("## Thread: ") for line in lines) == len(THREADS)


def test_every_letter_is_sent_by_a_row_but_the_one_that_tells_of_another(every: dict[str, Described]) -> None:
    assert {name for name, one in every.items() if not one.occasions} == {LetterUndeliverable.name}
    sent = {
        (row.rule, effect.letter.name)
        for lifecycle in LIFECYCLES
        for row in lifecycle.rows
        for effect in row.then
        if isinstance(effect, Send)
    }
    assert {(one.rule, name) for name, letter in every.items() for one in letter.occasions} == sent


def test_days_are_those_of_the_rules_under_each_policy(every: dict[str, Described]) -> None:
    for name, told in DAYS.items():
        found = next(one.days for one in every[name].occasions if any(one.days.values()))
        assert {policy: found[policy] for policy in told} == told, name
    reminders = [one.days["default"] for one in every["renewal_reminder"].occasions]
    assert reminders == [(-45,), (-14, -7)]
    by_hand = [one for one in every["licences_deactivated"].occasions if one.trigger == "deactivate"]
    assert [one.days["default"] for one in by_hand] == [()], "a person does that, on whatever day"


def test_a_shelf_life_is_told_by_the_date_that_ends_it(every: dict[str, Described]) -> None:
    assert {name: every[name].kept for name in KEPT} == KEPT


def test_what_differs_in_the_state_alone_is_told_once(every: dict[str, Described]) -> None:
    assert [one.words for one in every["invitation"].occasions] == [
        "M1 invite",
        "M4 resend invitation while invited or expired",
        "M7 hand over contact while invited or expired",
    ]
