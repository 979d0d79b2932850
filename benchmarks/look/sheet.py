"""The contact sheet: all pictures on one page, which needs nothing but the files beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.look.sights import Seen
from benchmarks.look.spam import Score


def write(seen: Sequence[Seen], scores: Mapping[str, Score], folder: Path) -> Path:
    """Write `<folder>/index.html`. `scores` by the path of a sight; letters that were not scored are missing in it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shelves: dict[str, dict[str, list[Seen]]] = {}
    for one in seen:
        shelves.setdefault(one.sight.shelf, {}).setdefault(one.sight.name, []).append(one)
    html = environment.get_template("sheet.html.j2").render(
        shelves=shelves,
        scores=scores,
        languages=sorted({one.sight.language for one in seen}),
        widths=sorted({width for one in seen for width in one.sight.widths}),
    )
    index = folder / "index.html"
    index.write_text(html, encoding="utf-8")
    return index
