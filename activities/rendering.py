"""Words of a letter: subject, text and HTML, from the templates of its name.

The sentences stand once, in the blocks of `<letter>.txt.j2`. `<letter>.html.j2` arranges them: it gets each block's
plain text as `words.<block>`, and escapes it.
"""

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from activities.branding import USUAL, Colour, Logo, Palette
from activities.languages import SOURCE, languages, speak
from activities.links import Links
from activities.mail import Rendered, address_of
from activities.wording import Wording
from states.facts import Reader
from states.letters import InvitationLink, Letter

TEMPLATES = Path(__file__).parent.parent / "email_templates"
LONGEST_SUBJECT = 78
TEXT_WIDTH = 74
LAYOUT = "layouts/letter.txt.j2"
BLOCKS = frozenset({"subject", "headline", "date", "happened", "action", "button", "command", "next"})
"""The sentences a letter may have; `button` names what its link leads to."""
COMMON_BLOCKS = frozenset({"salutation", "closing", "help", "zone", "accept_first", "see_invitation"})
"""The sentences of the layout, which every letter has."""


def wanted_language(letter: Letter) -> str | None:
    """What the letter's reader wants to read: the customer's language, or the account manager's own."""
    return letter.language if letter.reader is Reader.CONTACT else letter.account_manager.language


class JinjaRenderer:
    """Renders a letter for its reader, in the reseller's name, and in the reseller's language where the reader's is not
    offered."""

    def __init__(
        self,
        *,
        reseller_name: str,
        support: str,
        links: Links,
        language: str = SOURCE,
        logo: Logo | None = None,
        colour: Colour = USUAL,
        templates: Path = TEMPLATES,
    ) -> None:
        self._reseller_name = reseller_name
        self._support = support
        self._links = links
        self._language = language
        self._logo = logo
        self._palette = Palette(colour)
        self._environment = environment(templates)

    def render(self, letter: Letter) -> Rendered:
        """Raises a `jinja2.TemplateError` for a name the template uses and the letter lacks."""
        context = self.context(letter)
        template = self._environment.get_template(f"{letter.name}.txt.j2")
        words = self._words(template, context)
        subject = words["subject"]
        if len(subject) > LONGEST_SUBJECT:
            subject = self._short_subject(template, context, len(subject) - LONGEST_SUBJECT)
        html = self._environment.get_template(f"{letter.name}.html.j2")
        return Rendered(
            subject=subject,
            text=_tidy(template.render(context)),
            html=html.render(context, words=words, subject=subject) + "\n",
            language=context["language"].tag,
            logo=self._logo,
        )

    def _words(self, template: Template, context: dict[str, Any]) -> dict[str, str]:
        inner = template.new_context(context)
        blocks = self._environment.get_template(LAYOUT).blocks | template.blocks
        return {name: "\n\n".join(paragraphs("".join(blocks[name](inner)))) for name in sorted(BLOCKS | COMMON_BLOCKS)}

    def _short_subject(self, template: Template, context: dict[str, Any], excess: int) -> str:
        name = context["organization"]
        shorter = name[: max(len(name) - excess - 1, 12)].rstrip() + "…"
        return self._words(template, {**context, "organization": shorter})["subject"]

    def context(self, letter: Letter) -> dict[str, Any]:
        """Every name a template may use."""
        language = languages().choose(wanted_language(letter), self._language)
        wording = Wording(language, letter.time_zone)
        link = _link(letter)
        return {
            "letter": letter,
            "to_contact": letter.reader is Reader.CONTACT,
            "organization": letter.organization,
            "reader_name": address_of(letter)[0],
            "manager": letter.account_manager.name,
            "reseller": self._reseller_name,
            "support": self._support,
            "logo": self._logo,
            "colours": self._palette,
            "link": self._links.url(link) if link else None,
            "language": language,
            "written_on": wording.today(letter.written_at),
            "day": wording.day,
            "weekday": wording.weekday,
            "short_day": wording.short_day,
            "zone": wording.zone,
            "number": wording.number,
            "total": wording.total,
            "licences": wording.licences,
        }


@cache
def environment(templates: Path) -> Environment:
    """Templates that fail on an undefined name, and escape what goes into HTML."""
    made = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html", "html.j2"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    speak(made)
    made.filters["paragraphs"] = paragraphs
    made.filters["wrap"] = wrap
    return made


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a block, each on one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def wrap(text: str) -> str:
    """The paragraphs of a block at the width of a text letter. Words, and so links, stay whole."""
    return "\n\n".join(
        textwrap.fill(part, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False) for part in paragraphs(text)
    )


def _link(letter: Letter) -> InvitationLink | None:
    link = getattr(letter, "link", None) or getattr(letter, "accept_link", None)
    return link if letter.reader is Reader.CONTACT else None


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
