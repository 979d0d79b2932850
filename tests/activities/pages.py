"""The page of a letter as its reader has it."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """What a reader of the HTML sees, and where it leads; and what only a list of letters shows of it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.preheader: list[str] = []
        self._hidden = 0
        self._in_preheader = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "title")
        self._in_preheader |= tag == "div" and "display:none" in (dict(attrs).get("style") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_preheader &= tag != "div"
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            (self.preheader if self._in_preheader else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
