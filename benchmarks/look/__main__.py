"""`make look`: takes the pictures and says where they are."""

import sys
from pathlib import Path

from benchmarks.look import letters, pages
from benchmarks.look.browser import Browser, NoBrowser

FOLDER = Path("build/look")


def main() -> int:
    """Write every picture below `build/look`; 1 when something it needs is missing."""
    try:
        browser = Browser()
    except NoBrowser as missing:
        print(missing, file=sys.stderr)
        return 1
    for name, taken in (("letters", letters.look), ("pages", pages.look)):
        print(f"{taken(browser, FOLDER / name)} pictures in {FOLDER / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
