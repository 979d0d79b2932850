"""Words as they are looked for and sorted by: without case and accents, whatever a database thinks of them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

LONGEST: Final = 200
"""Characters of a word, or of a whole value, that are kept: an index of PostgreSQL takes no long ones."""
LAST: Final = "\U0010ffff"
"""No word of ours begins with it: what begins with `x` stands from `x` to before `x` and this."""

# What Unicode does not take apart into a letter and an accent.
_UNACCENTED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "ŋ": "n"}  # noqa: RUF001
)
_NOTHING: Final = ("Cc", "Cf", "Cs", "Cn")
"""What is no character to be seen: control, formatting, halves of surrogate pairs, what Unicode has not given out."""
_START = re.compile(r"(?<![^\W_])[^\W_]")
"""Where a run of letters and digits begins."""
_AROUND: Final = ",;:!?'\"()[]{}<>«»“”„’"  # noqa: RUF001


def folded(text: str) -> str:
    """Without case and accents, with single spaces, and nothing in it that a database refuses."""
    apart = unicodedata.normalize("NFKD", " ".join(text.casefold().split()))
    bare = "".join(one for one in apart if not unicodedata.combining(one) and unicodedata.category(one) not in _NOTHING)
    return " ".join(bare.casefold().translate(_UNACCENTED).split())[:LONGEST]


def kept(values: Iterable[Any]) -> set[str]:
    """The words under which these values are found: each of theirs, from wherever a letter or digit in it begins.

    So `mette.holm@example.com` is found by `mette.h`, by `holm` and by `example.com`.
    """
    words = {word for value in values if isinstance(value, str) for word in folded(value).split()}
    return words | {word[start.start() :] for word in words for start in _START.finditer(word)}


def asked(question: str) -> tuple[str, ...]:
    """The words of a search; one that begins another one says nothing more."""
    words = [word.strip(_AROUND) or word for word in folded(question[: LONGEST + 1]).split()]
    unique = list(dict.fromkeys(words))
    return tuple(one for one in unique if not any(other != one and other.startswith(one) for other in unique))
