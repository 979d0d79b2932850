"""The browser that takes the pictures: a Chromium of this machine, one process a picture."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
GAP = 24
"""Pixels between a page's widths, which stand side by side in one picture."""
MEASURE = """<script>
addEventListener("load", () => document.querySelectorAll("iframe").forEach(
  (frame) => { frame.title = frame.contentDocument.documentElement.scrollHeight; }));
</script>"""


class NoBrowser(Exception):
    """There is no browser on this machine."""


class Browser:
    """Takes pictures of local files."""

    def __init__(self) -> None:
        """Raises `NoBrowser`."""
        path = next((found for name in NAMES if (found := shutil.which(name))), None)
        if path is None:
            raise NoBrowser("Pictures need Chromium, which is not installed (Debian: apt-get install chromium).")
        self._path = path

    def pictures(self, pages: Mapping[str, Path], folder: Path, widths: Sequence[int], *, dark: bool = False) -> None:
        """Draw each page at all widths, side by side, into `<folder>/<name>.png`."""
        heights = self._heights(list(pages.values()), widths)
        window = sum(widths) + GAP * (len(widths) - 1)
        for name, page in pages.items():
            frames = "".join(_frame(page, width, heights[page]) for width in widths)
            self._run(
                f'<body style="margin:0;display:flex;gap:{GAP}px;background:#888">{frames}',
                f"--window-size={window},{heights[page]}",
                f"--screenshot={(folder / f'{name}.png').resolve()}",
                *(["--blink-settings=preferredColorScheme=0"] if dark else []),
            )

    def _heights(self, pages: Sequence[Path], widths: Sequence[int]) -> dict[Path, int]:
        frames = "".join(_frame(page, width, 100) for page in pages for width in widths)
        found = re.findall(r'title="(\d+)"', self._run(MEASURE + frames, "--dump-dom"))
        each = len(widths)
        return {page: max(map(int, found[i * each : (i + 1) * each])) for i, page in enumerate(pages)}

    def _run(self, html: str, *options: str) -> str:
        with tempfile.TemporaryDirectory() as home:
            sheet = Path(home) / "sheet.html"
            sheet.write_text(f"<!DOCTYPE html>{html}", encoding="utf-8")
            command = [
                self._path,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--allow-file-access-from-files",
                f"--user-data-dir={home}/profile",
                *options,
                sheet.as_uri(),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=180)  # noqa: S603
        return done.stdout


def _frame(page: Path, width: int, height: int) -> str:
    style = f"display:block;flex:none;border:0;width:{width}px;height:{height}px"
    return f'<iframe src="{page.resolve().as_uri()}" style="{style}"></iframe>'
