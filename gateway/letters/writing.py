"""Letters that are looked at and not sent: as readers would get them, but for links, which open nothing."""

from dataclasses import dataclass
from pathlib import Path

from activities.composing import MimeComposer
from activities.links import Links
from activities.mail import Rendered
from activities.rendering import JinjaRenderer
from gateway.errors import Refused
from settings import Settings
from states.letters import Letter

EXAMPLE = {
    "name": "Example Reseller",
    "address": "licences@reseller.example.com",
    "support": "help@reseller.example.com",
}
"""In whose name letters are written where no settings tell."""
OPENS_NOTHING = "what is signed with this opens nothing"
"""Whoever gets a letter to look at must not be able to accept with its link."""


def nothing_to_tell(name: str, whose: str, why: str) -> Refused:
    """A letter that a case cannot write."""
    message = f"{name} cannot be written for {whose} now: {why}."
    return Refused("nothing_to_tell", message, [{"code": "nothing_to_tell", "message": message}])


@dataclass(frozen=True)
class Written:
    """One letter in words and bytes. `name` tells it from its sisters: `payment_overdue.contact`."""

    name: str
    letter: Letter
    subject: str
    text: str
    html: str
    raw: bytes

    def save(self, folder: Path) -> list[Path]:
        """Write `<name>.eml`, `.html` and `.txt`. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / f"{self.name}.{kind}" for kind in ("eml", "html", "txt")]
        told = (self.raw, self.html.encode(), f"Subject: {self.subject}\n\n{self.text}".encode())
        for file, content in zip(files, told, strict=True):
            file.write_bytes(content)
        return files


class Writer:
    """Writes letters in the reseller's name, as the settings have it."""

    def __init__(self, settings: Settings) -> None:
        sender = settings.mail_from
        self.composer = MimeComposer(
            sender.name if sender else EXAMPLE["name"], sender.address if sender else EXAMPLE["address"]
        )
        self.renderer = JinjaRenderer(
            reseller_name=settings.reseller_name or EXAMPLE["name"],
            support=settings.support or EXAMPLE["support"],
            language=settings.language,
            logo=settings.reseller_logo,
            colour=settings.reseller_colour,
            links=Links([OPENS_NOTHING], settings.public_url or "https://vip.example.com"),
        )

    def words(self, letter: Letter) -> Rendered:
        """Raises `Refused` for a letter of a case that does not have what its words tell."""
        try:
            return self.renderer.render(letter)
        except Exception as error:
            why = f"its words tell what is not so now ({type(error).__name__})"
            raise nothing_to_tell(letter.name, letter.organization, why) from None

    def write(self, name: str, letter: Letter) -> Written:
        """Raises `Refused`, and `activities.mail.NotSent` for what no mail can carry."""
        rendered = self.words(letter)
        message = self.composer.compose(letter, rendered)
        page = rendered.logo.put_into(rendered.html) if rendered.logo else rendered.html
        return Written(name, letter, rendered.subject, rendered.text, page, message.raw)
