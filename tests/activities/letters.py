"""The renderer and composer with which tests write letters."""

from activities.composing import MimeComposer
from activities.links import Links
from activities.mail import Message, Rendered
from activities.rendering import JinjaRenderer
from states.letters import Letter

LINKS = Links(["the secret of the tests"], "https://vip.example.com")
RENDERER = JinjaRenderer(reseller_name="Nordlys Software", support="+45 70 12 34 56", links=LINKS)
COMPOSER = MimeComposer("Nordlys Software", "licences@reseller.example")


def rendered(letter: Letter) -> Rendered:
    return RENDERER.render(letter)


def composed(letter: Letter) -> Message:
    return COMPOSER.compose(letter, rendered(letter))
