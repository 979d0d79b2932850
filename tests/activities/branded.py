"""A reseller with a logo and a colour of its own."""

import struct
import zlib
from pathlib import Path

from activities.branding import Colour, Logo
from activities.mail import Message
from activities.rendering import JinjaRenderer
from states.letters import Letter
from tests.activities.letters import COMPOSER, LINKS

VIOLET = Colour.of("#7b2d8e")


def png(width: int, height: int) -> bytes:
    """A picture of that size, in grey."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The head of a picture of that size."""
    comment, frame = b"\xff\xfe\x00\x06grey", b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width)
    return b"\xff\xd8\xff\xe0\x00\x04JF" + comment + frame + b"\x01\x01\x11\x00\xff\xd9"


LOGO = Logo(Path("/logo.png"), png(440, 96), "png", 440, 96)
BRANDED = JinjaRenderer(
    reseller_name="Nordlys Software", support="+45 70 12 34 56", links=LINKS, logo=LOGO, colour=VIOLET
)


def composed_branded(letter: Letter) -> Message:
    return COMPOSER.compose(letter, BRANDED.render(letter))
