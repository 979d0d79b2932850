"""The page in the reseller's colours: whatever they are, every word on it can be read."""

import re
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient

from activities.branding import BLACK, USUAL, WHITE, Colour
from gateway.invitations import app
from tests.activities.branded import LOGO, VIOLET
from tests.gateway.invitations.test_page import LINKS, Customers, address

COLOURS = [str(Colour.of(f"#{code:06x}").towards(BLACK, WHITE, 4.5)) for code in range(0x101010, 0xFFFFFF, 0x0F1B2D)]
"""As settings let them through: white text can be read on them."""
DARK_TEXT = Colour.of("#14181a")


def page(colour: Colour = USUAL, **more: object) -> TestClient:
    made = app(Customers(), LINKS, reseller_name="Nordlys <Software>", support="+45", colour=colour, **more)  # type: ignore[arg-type]
    return TestClient(made)


def colours(style: str) -> list[dict[str, Colour]]:
    """Those of the light scheme, and of the dark one."""
    schemes = re.findall(r":root \{([^}]*)\}", style)[:2]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6}|#fff)\b", scheme)) for scheme in schemes]
    return [{name: WHITE if value == "#fff" else Colour.of(value) for name, value in one.items()} for one in found]


def test_the_logo_is_in_the_page_and_says_whose_it_is() -> None:
    answer = page(logo=LOGO).get(address())
    found = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)" width="220" height="48">', answer.text)
    assert found is not None
    assert b64decode(found[1]) == LOGO.content
    assert found[2] == "Nordlys &lt;Software&gt;"
    assert "img-src data:;" in answer.headers["content-security-policy"]
    assert "<img" not in page().get(address()).text


def test_the_style_is_the_one_the_policy_lets_through() -> None:
    answer = page(VIOLET).get(address())
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in answer.headers["content-security-policy"]
    assert str(VIOLET) in style
    assert "style=" not in answer.text
    assert "url(" not in style


@pytest.mark.parametrize("code", COLOURS)
def test_every_word_can_be_read_in_light_and_dark(code: str) -> None:
    light, dark = colours(page(Colour.of(code)).get("/invitations/x").text)
    for scheme in (light, dark):
        for ink in ("ink", "muted", "wrong"):
            for ground in ("card", "paper"):
                assert scheme[ink].contrast(scheme[ground]) >= 4.5, (ink, ground)
        assert scheme["ink"].contrast(scheme["tint"]) >= 4.5
        assert scheme["wrong"].contrast(scheme["wrong-tint"]) >= 4.5
        assert scheme["on-strong"].contrast(scheme["strong"]) >= 4.5
        # The ring around what has the focus, and the rule beside the date (WCAG 2.2, 1.4.11).
        for ground in ("card", "paper", "tint"):
            assert scheme["strong"].contrast(scheme[ground]) >= 3
