"""Brings the catalogues up to the sentences of the templates: `python -m gateway.translating`, or `make messages`.

Writes `letters.pot` anew. Each catalogue keeps what it translates, gets what is new (empty, so that it is not offered
until somebody translates it), and loses what is gone.
"""

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from activities.languages import CATALOGUES, TEMPLATE, gaps, read

ROOT = Path(__file__).parent.parent
TEMPLATES = ("email_templates/**/*.j2", "gateway/invitations/templates/*.html.j2")
CODE = ("activities/wording.py",)
"""What has sentences for a reader."""
NOTE = "NOTE:"
"""A comment that begins with it is for translators."""
LIKE_THE_RENDERER = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
WIDTH = 100


def everything(root: Path = ROOT) -> Catalog:
    """Every message there is, with the files it stands in and what translators should know."""
    catalogue = Catalog(project="vip-lifecycle", charset="utf-8", fuzzy=False)
    for path, number, message, notes, context in _messages(root):
        catalogue.add(message, None, [(path, number)], auto_comments=notes, context=context)
    return catalogue


def _messages(root: Path) -> Iterator[tuple[str, int, Any, list[str], str | None]]:
    for path in _files(root, TEMPLATES):
        with path.open("rb") as file:
            for number, message, notes, context in _in(babel_extract, file, LIKE_THE_RENDERER):
                yield path.relative_to(root).as_posix(), number, message, notes, context
    for path in _files(root, CODE):
        with path.open("rb") as file:
            for number, message, notes, context in _in("python", file, {}):
                yield path.relative_to(root).as_posix(), number, message, notes, context


def _in(method: Any, file: Any, options: dict[str, str]) -> Iterable[Any]:
    return extract(method, file, DEFAULT_KEYWORDS, (NOTE,), options, strip_comment_tags=True)


def _files(root: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in root.glob(pattern))


def bring_up(folder: Path = CATALOGUES) -> Iterator[str]:
    """Write the files anew; says of each catalogue how much is left to translate."""
    template = everything()
    _write(folder / TEMPLATE, template)
    for path in sorted(folder.glob("*.po")):
        catalogue = read(path)
        catalogue.update(template, no_fuzzy_matching=True)
        _write(path, catalogue)
        yield f"{path.name}: {len(gaps(read(path), template))} of {len(template)} messages to translate"


def _write(path: Path, catalogue: Catalog) -> None:
    body = BytesIO()
    write_po(
        body, catalogue, width=WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False, omit_header=True
    )
    path.write_bytes("\n".join([*_head(catalogue), ""]).encode() + body.getvalue())


def _head(catalogue: Catalog) -> Iterator[str]:
    # Babel's own head holds the time of writing, so that every run would be a difference.
    yield from (line for line in catalogue.header_comment.splitlines() if catalogue.locale)
    yield from ('msgid ""', 'msgstr ""', r'"Content-Type: text/plain; charset=utf-8\n"')
    if catalogue.locale:
        yield rf'"Language: {catalogue.locale}\n"'
        yield rf'"Plural-Forms: {catalogue.plural_forms}\n"'
    yield ""


if __name__ == "__main__":
    for line in bring_up():
        sys.stdout.write(f"{line}\n")
