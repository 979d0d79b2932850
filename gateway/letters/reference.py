"""The page of all letters, written from what the code knows of them.

`python -m gateway.letters.reference > docs/letters.md` writes it; a test compares it.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from activities.languages import languages
from gateway.letters.catalogue import THREADS, Described, Occasion, days, describe
from gateway.letters.writing import Writer
from samples.letters import samples
from settings import Settings
from states.letters import Letter
from states.policy import Policy, profile_names

POLICY = Path(__file__).parents[2] / "policy.toml"

_HEAD = """\
# The letters

Every letter there is, from the classes, the tables and the figures in the code, by
`python -m gateway.letters.reference > docs/letters.md`; IDs as in [rules.md](rules.md). See any of them with
`vip letters NAME`, and what one customer got and will get with `vip letters --ladder NUMBER`.

- A letter that a person caused goes out at once. What time brings goes out on its day at the letter hour, in the
  policy's time zone; days are those of the profile `default`, and of another where it differs.
- Letters of one thread hang together in a mail program. Of several that wait for one reader in one thread only the
  newest is sent, and a *reminder* gives way to any other letter of its day.
- What was handed to the relay is tried until its shelf life is over: the day that is named, or so many days.
- Each is one mail with an HTML part and a text part, in one language of its reader's: {languages}
  (see [languages.md](languages.md)). Replies go to the account manager."""


def document() -> str:
    """The whole page."""
    policies = {name: Policy.from_toml(POLICY.read_text(encoding="utf-8"), name) for name in _profiles()}
    every = describe(policies)
    subjects = _subjects()
    head = _HEAD.format(languages=", ".join(name for _, name in languages().names()))
    return "\n\n".join((head, *(_family(family, every, subjects) for family in THREADS))) + "\n"


def _profiles() -> Iterable[str]:
    return profile_names(POLICY.read_text(encoding="utf-8"))


def _subjects() -> dict[str, list[str]]:
    """By letter: how its subject line reads."""
    writer, found = Writer(Settings.model_construct()), dict[str, list[str]]()
    for name, letter in samples().items():
        if name == f"{letter.name}.{letter.reader}":
            found.setdefault(letter.name, []).append(writer.write(name, letter).subject)
    return found


def _family(family: type[Letter], every: list[Described], subjects: dict[str, list[str]]) -> str:
    thread, counted = THREADS[family]
    rows = (
        (
            f"**{one.name}**<br>" + "<br>".join(f"*{subject}*" for subject in dict.fromkeys(subjects[one.name])),
            one.says.replace("|", "\\|") + (" *Reminder.*" if one.reminder else ""),
            one.to,
            "<br>".join(_when(one.occasions, one)) or "a letter to the contact is refused, or comes too late",
            ", ".join(one.dates) or "none",
            one.kept,
        )
        for one in every
        if one.family is family
    )
    title = f"## Thread: {thread}" + (f" ({counted})" if counted else "")
    return f"{title}\n\n{_table(('letter', 'says', 'to', 'when', 'dates', 'shelf life'), rows)}"


def _when(occasions: Iterable[Occasion], letter: Described) -> Iterator[str]:
    for one in occasions:
        to = f" (to {one.readers[0].replace('_', ' ')})" if one.readers != letter.readers else ""
        yield f"{one.words}{to}{_days(one, letter)}"


def _days(occasion: Occasion, letter: Described) -> str:
    if not any(occasion.days.values()):
        return ""
    told = {name: days(found, letter.family) for name, found in occasion.days.items()}
    usual = told["default"]
    others = "; ".join(f"{name}: {when}" for name, when in told.items() if when != usual)
    return f": {usual}" + (f" ({others})" if others else "")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, ("---",) * len(heads), *rows))


if __name__ == "__main__":
    sys.stdout.write(document())
