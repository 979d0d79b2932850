"""Which letters there are: who gets each, and when."""

from typing import TYPE_CHECKING

from gateway.cli.asking import Answer, Looking, settings_here
from gateway.cli.output import document, table

if TYPE_CHECKING:
    from gateway.letters.catalogue import Described


def list_all(looking: Looking) -> None:
    from gateway.letters.catalogue import describe
    from worker import read_policy

    policy = read_policy(settings_here())
    every = describe({policy.name: policy})
    if looking.json:
        document([_answer(one, policy.name) for one in every])
        return
    rows = ((one.name, one.to.replace(" and ", "\n"), one.thread, _when(one, policy.name)) for one in every)
    table("", ("letter", "to", "thread", "what"), rows, empty="")


def _when(letter: "Described", policy: str) -> str:
    from gateway.letters.catalogue import days

    told = [
        one.words + (f": {days(one.days[policy], letter.family)}" if one.days[policy] else "")
        for one in letter.occasions
    ]
    return "\n".join(told) or "a letter to the contact is refused, or comes too late"


def _answer(letter: "Described", policy: str) -> Answer:
    when = [{"rule": one.rule, "what": one.words, "days": list(one.days[policy])} for one in letter.occasions]
    return {
        "letter": letter.name,
        "says": letter.says,
        "readers": list(letter.readers),
        "reminder": letter.reminder,
        "when": when,
        "dates": list(letter.dates),
        "thread": letter.thread,
        "shelf_life": letter.kept.replace("*", ""),
    }
