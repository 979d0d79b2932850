"""Every letter in every language, as a worker with the settings of this machine would send it."""

from collections.abc import Iterable

from activities.languages import languages
from benchmarks.look.sights import Answer, Sight
from gateway.letters.writing import Writer, Written
from samples.letters import samples
from settings import Settings

SHELF = "letters"
WIDTHS = (600, 360)


def written(settings: Settings) -> dict[str, Written]:
    """By path: `letters/da/payment_overdue.contact`."""
    writer = Writer(settings)
    return {
        f"{SHELF}/{tag}/{name}": writer.write(name, letter)
        for tag, _ in languages().names()
        for name, letter in samples(tag).items()
    }


def sights(letters: Iterable[Written]) -> list[Sight]:
    """One each."""
    return [
        Sight(SHELF, letter.letter.language, letter.name, WIDTHS, Answer(letter.html), in_mail=True)
        for letter in letters
    ]
