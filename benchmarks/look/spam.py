"""What SpamAssassin makes of letters by the rules that need no network: its own, as Debian installs them."""

import mailbox
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

from benchmarks.look.missing import Missing
from gateway.letters.writing import Written

LIMIT = 1.0
"""A letter has to stay below; filters call 5 spam."""
SCORE = re.compile(r"score=(-?[\d.]+) .*?tests=(.*?) (?:autolearn|shortcircuit|version)=")
ALONE = ("use_bayes 0", "use_auto_welcomelist 0")
"""What this machine has learnt from other mail does not count."""


@dataclass(frozen=True)
class Score:
    """What a letter got, and by which rules."""

    points: float
    rules: str

    @property
    def too_much(self) -> bool:
        return self.points >= LIMIT


def scores(letters: Sequence[Written]) -> list[Score]:
    """One for each letter, in their order. Raises `Missing`."""
    program = shutil.which("spamassassin")
    if program is None:
        raise Missing("spamassassin")
    with tempfile.TemporaryDirectory() as folder:
        box = mailbox.mbox(Path(folder) / "letters")
        for letter in letters:
            box.add(_received(letter))
        box.close()
        told = [option for line in ALONE for option in ("--cf", line)]
        command = [program, "-L", "-x", "-p", "/dev/null", *told, "--mbox", f"{folder}/letters"]
        done = subprocess.run(command, check=True, capture_output=True, timeout=600)  # noqa: S603
        (Path(folder) / "scored").write_bytes(done.stdout)
        scored = [_score(str(message["X-Spam-Status"])) for message in mailbox.mbox(Path(folder) / "scored")]
    if len(scored) != len(letters):
        raise RuntimeError(f"SpamAssassin scored {len(scored)} of {len(letters)} letters.")
    return scored


def _received(letter: Written) -> bytes:
    """As it stands in the reader's box: some rules compare its date to when it came."""
    return f"Received: by mx.example.org; {format_datetime(letter.letter.written_at)}\r\n".encode() + letter.raw


def _score(status: str) -> Score:
    found = SCORE.search(" ".join(status.split()))
    if found is None:
        raise RuntimeError(f"SpamAssassin says something else: {status}")
    return Score(float(found[1]), found[2].replace(" ", ""))
