"""How the reseller's letters look: its colour, and what follows from it, and its logo."""

import re
from base64 import b64encode
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

READABLE = 4.5
"""The contrast that text needs at least (WCAG 2.2, 1.4.3)."""
COMFORTABLE = 6.0
"""The contrast of what is lightened for dark mode."""
LARGEST_LOGO = 30_000
"""Bytes. Base64 makes 41 KB of them, and a letter stays under 100 KB."""
LOGO_BOX = (240, 48)
"""Pixels that a logo is shown in; files of two or three times as many are sharp on every screen."""


@dataclass(frozen=True)
class Colour:
    """A colour of a screen: `#17605a`."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises `ValueError`."""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
            raise ValueError("it looks like #17605a: a # and six hexadecimal digits, for red, green and blue")
        return cls(*bytes.fromhex(text[1:]))

    @classmethod
    def parse(cls, value: Any) -> Any:
        """A colour that white text can be read on. Anything but text is left as it is. Raises `ValueError`."""
        if not isinstance(value, str):
            return value
        colour = cls.of(value.strip())
        if (contrast := colour.contrast(WHITE)) < READABLE:
            enough = colour.towards(BLACK, WHITE, READABLE)
            raise ValueError(
                f"white text on {colour} has a contrast of {contrast:.1f} and needs {READABLE}; {enough} is dark enough"
            )
        return colour

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """With a share of another colour, 0 to 1."""
        pairs = ((self.red, other.red), (self.green, other.green), (self.blue, other.blue))
        return Colour(*(round(mine + (its - mine) * share) for mine, its in pairs))

    def towards(self, end: "Colour", background: "Colour", contrast: float) -> "Colour":
        """The first shade of the same hue on the way to white or black that has the contrast on the background, else
        white or black."""
        hue, lightness, saturation = rgb_to_hls(self.red / 255, self.green / 255, self.blue / 255)
        way = (1.0 if end == WHITE else 0.0) - lightness
        for step in range(100):
            parts = hls_to_rgb(hue, lightness + way * step / 100, saturation)
            shade = Colour(*(round(part * 255) for part in parts))
            if shade.contrast(background) >= contrast:
                return shade
        return end

    def contrast(self, other: "Colour") -> float:
        """From 1 to 21, as WCAG defines it."""
        darker, lighter = sorted((self._luminance, other._luminance))
        return (lighter + 0.05) / (darker + 0.05)

    @property
    def _luminance(self) -> float:
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (self.red / 255, self.green / 255, self.blue / 255)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
DARK_CARD = Colour.of("#1d2326")
USUAL = Colour.of("#17605a")


class Palette:
    """The colours of a letter that follow from the reseller's: `strong` for button, rule and links; `tint` behind the
    action; in the dark `dark_strong` and `dark_tint`."""

    def __init__(self, colour: Colour) -> None:
        self.strong = colour
        self.tint = colour.mixed(WHITE, 0.92)
        self.dark_tint = DARK_CARD.mixed(colour, 0.16)
        self.dark_strong = colour.towards(WHITE, self.dark_tint, COMFORTABLE)


@dataclass(frozen=True)
class Logo:
    """A picture that travels in the letter: PNG or JPEG, which every mail program shows (Outlook shows neither SVG nor
    WebP). Sizes are those of the file, in pixels."""

    path: Path
    content: bytes
    kind: str
    """`png` or `jpeg`, as in `image/png`."""
    width: int
    height: int

    @classmethod
    def parse(cls, value: Any) -> Any:
        """The file at a path. Anything but a path is left as it is. Raises `ValueError`."""
        if not isinstance(value, str | Path):
            return value
        path, right = Path(value), f"it is a PNG or JPEG file of at most {LARGEST_LOGO // 1000} KB"
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_LOGO + 1)
        except OSError as error:
            raise ValueError(f"{path} cannot be read ({error.strerror}); {right}") from None
        if len(content) > LARGEST_LOGO:
            raise ValueError(f"{path} is larger; {right}: {LOGO_BOX[0] * 2} pixels of width are enough")
        if not (found := _measured(content)):
            raise ValueError(f"{path} is something else; {right}")
        return cls(path.absolute(), content, *found)

    @property
    def cid(self) -> str:
        """What the page calls it by, without brackets; the same in every letter."""
        return f"logo.{sha256(self.content).hexdigest()[:16]}@letter"

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height in which it fits its box; never larger than the file has it."""
        scale = min(1.0, LOGO_BOX[0] / self.width, LOGO_BOX[1] / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))

    def put_into(self, page: str) -> str:
        """The page of a letter with the picture in it, as a browser shows it beside no letter."""
        return page.replace(f"cid:{self.cid}", f"data:image/{self.kind};base64,{b64encode(self.content).decode()}")


def _measured(content: bytes) -> tuple[str, int, int] | None:
    """Kind, width and height."""
    kind, sizes = "png", content[16:24] if content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") else b""
    width, height = int.from_bytes(sizes[:4], "big"), int.from_bytes(sizes[4:], "big")
    if content.startswith(b"\xff\xd8\xff"):
        kind, (width, height) = "jpeg", _size_of_jpeg(content)
    return (kind, width, height) if width and height else None


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    """From the frame's segment; segments before it are passed over. (0, 0) when there is none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + max(length, 2)
    return 0, 0
