"""The reseller's colour and logo: what is taken, what is refused, and what follows from it."""

from pathlib import Path

import pytest

from activities.branding import BLACK, DARK_CARD, LARGEST_LOGO, READABLE, USUAL, WHITE, Colour, Logo, Palette
from settings import SettingsError, load
from tests.activities.branded import jpeg, png

DARK_TEXT, MUTED, DARK_MUTED = map(Colour.of, ("#14181a", "#5f6b6a", "#a3aeac"))
TEXT, LIGHT_TEXT, PAGE, DARK_PAGE = map(Colour.of, ("#1f2726", "#e7ebea", "#f3f4f1", "#14181a"))


def test_contrast_is_that_of_the_guidelines() -> None:
    assert BLACK.contrast(WHITE) == WHITE.contrast(BLACK) == pytest.approx(21)
    assert Colour.of("#767676").contrast(WHITE) == pytest.approx(4.54, abs=0.005)
    assert USUAL.contrast(USUAL) == 1


@pytest.mark.parametrize("colour", ["#17605a", "#000000", "#0000ff", "#c00000", "#767676", "#7b2d8e", "#005a00"])
def test_everything_is_readable_in_any_colour_that_is_taken(colour: str) -> None:
    palette = Palette(Colour.parse(colour))
    pairs = [
        (WHITE, palette.strong),
        (TEXT, palette.tint),
        (LIGHT_TEXT, palette.dark_tint),
        (palette.dark_strong, palette.dark_tint),
        (palette.dark_strong, DARK_CARD),
        (DARK_TEXT, palette.dark_strong),
        (MUTED, WHITE),
        (MUTED, PAGE),
        (DARK_MUTED, DARK_CARD),
        (DARK_MUTED, DARK_PAGE),
        (TEXT, WHITE),
        (LIGHT_TEXT, DARK_CARD),
    ]
    assert [pair for pair in pairs if pair[0].contrast(pair[1]) < READABLE] == []


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("teal", "it looks like #17605a"),
        ("#17605", "it looks like #17605a"),
        ("#ff8800", "white text on #ff8800 has a contrast of 2.4 and needs 4.5; #b25f00 is dark enough"),
        ("#ffffff", "white text on #ffffff has a contrast of 1.0 and needs 4.5; #757575 is dark enough"),
    ],
)
def test_a_colour_that_nobody_can_read_on_is_refused_with_one_that_can(
    monkeypatch: pytest.MonkeyPatch, value: str, right: str
) -> None:
    monkeypatch.setenv("VIP_RESELLER_COLOUR", value)
    with pytest.raises(SettingsError, match=r"^VIP_RESELLER_COLOUR is wrong: ") as wrong:
        load(env_file=None)
    assert right in str(wrong.value)


def test_the_colour_named_in_a_refusal_is_taken() -> None:
    for given in ("#ff8800", "#ffffff", "#00ffff", "#77cc77"):
        with pytest.raises(ValueError, match="is dark enough") as wrong:
            Colour.parse(given)
        Colour.parse(str(wrong.value).split("; ")[1].split()[0])


@pytest.mark.parametrize(("content", "kind"), [(png(440, 96), "png"), (jpeg(440, 96), "jpeg")])
def test_a_logo_is_read_with_its_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, kind: str
) -> None:
    (tmp_path / "logo").write_bytes(content)
    monkeypatch.setenv("VIP_RESELLER_LOGO", str(tmp_path / "logo"))
    logo = load(env_file=None).reseller_logo
    assert logo == Logo(tmp_path / "logo", content, kind, 440, 96)


@pytest.mark.parametrize(
    ("content", "right"),
    [
        (None, "cannot be read (No such file or directory); it is a PNG or JPEG file of at most 30 KB"),
        (b"<svg/>", "is something else; it is a PNG or JPEG file of at most 30 KB"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "is something else"),
        (png(440, 96)[:20], "is something else"),
        (png(0, 0), "is something else"),
        (jpeg(440, 96)[:12], "is something else"),
        (png(1, 1) + b"\0" * LARGEST_LOGO, "is larger; it is a PNG or JPEG file of at most 30 KB"),
    ],
)
def test_a_file_that_is_no_logo_is_refused_with_what_would_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, right: str
) -> None:
    path = tmp_path / "logo"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("VIP_RESELLER_LOGO", str(path))
    with pytest.raises(SettingsError, match=r"^VIP_RESELLER_LOGO is wrong: ") as wrong:
        load(env_file=None)
    assert f"{path} {right}" in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((440, 96), (220, 48)),
        ((1200, 100), (240, 20)),
        ((100, 400), (12, 48)),
        ((80, 20), (80, 20)),
        ((9999, 1), (240, 1)),
    ],
)
def test_a_logo_keeps_its_shape_and_is_never_blown_up(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert Logo(Path("logo"), b"", "png", *size).shown == shown
