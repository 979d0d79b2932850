"""The languages of letters and pages. English stands in the templates; each other language is one catalogue file.

A catalogue (`email_templates/locale/<language>.po`) is offered when it translates every message of `letters.pot`: a
letter is in one language from its subject to its last line, so one that lacks a sentence is left out altogether.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.localedata import exists
from babel.messages.catalog import Catalog, TranslationError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from langcodes import Language as Tag
from langcodes import closest_match
from langcodes.tag_parser import LanguageTagError

CATALOGUES = Path(__file__).parent.parent / "email_templates" / "locale"
TEMPLATE = "letters.pot"
"""Every message there is, written by `make messages`."""
SOURCE = "en"
"""What the templates are written in, and what is left when nothing else fits."""
FORMS = {SOURCE: "en-GB"}
"""How a language without a region writes dates and numbers, where it is not as CLDR has it for the language alone."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Language:
    """What one reader gets: the words of a catalogue, and the forms of dates and numbers of their region."""

    tag: str
    """For `Content-Language` and `lang`: `da`, or `nl-BE` for a Belgian."""
    locale: Locale
    translations: NullTranslations


class Languages:
    """The languages that are offered, and which of them a reader gets."""

    def __init__(self, offered: Mapping[str, NullTranslations]) -> None:
        self._offered = offered
        self._nearest = lru_cache(maxsize=1000)(self._find_nearest)

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages on offer, English first."""
        return tuple(self._offered)

    def names(self) -> list[tuple[str, str]]:
        """Each language on offer, with its own name for itself."""
        return [(tag, Locale.parse(tag, sep="-").get_display_name() or tag) for tag in self.tags]

    def speaks(self, wanted: str | None) -> bool:
        """Whether a reader who wants this language gets it or a near one."""
        return self._nearest(wanted) is not None

    def choose(self, *wanted: str | None) -> Language:
        """The first of the wanted languages that is offered, or has a near one (Norwegian: Danish); else English."""
        tags = [tag for tag in (*wanted, SOURCE) if tag]
        tag, nearest = next((tag, nearest) for tag in tags if (nearest := self._nearest(tag)))
        return self._language(nearest, Tag.get(tag))

    def _find_nearest(self, wanted: str | None) -> str | None:
        try:
            nearest, _ = closest_match(wanted or "und", list(self._offered))
        except LanguageTagError:
            return None
        return nearest if nearest in self._offered else None

    def _language(self, code: str, wanted: Tag) -> Language:
        catalogue = Tag.get(code)
        if wanted.territory and wanted.language == catalogue.language and not catalogue.territory:
            tag = f"{code}-{wanted.territory}"
            if exists(tag.replace("-", "_")):  # else nobody has written down how they write there
                return Language(tag, Locale.parse(tag, sep="-"), self._offered[code])
        return Language(code, Locale.parse(FORMS.get(code, code), sep="-"), self._offered[code])


@cache
def languages(folder: Path = CATALOGUES) -> Languages:
    """English and every complete catalogue of a folder. What is left out is logged, with the first reasons."""
    offered = {SOURCE: NullTranslations()}
    everything = read(folder / TEMPLATE)
    for path in sorted(folder.glob("*.po")):
        code = path.stem.replace("_", "-")
        try:
            catalogue = read(path)
            wrong = gaps(catalogue, everything)
        except (PoFileError, UnknownLocaleError, ValueError) as error:
            wrong = [f"cannot be read: {error}"]
        if wrong:
            log.warning("%s is not offered, %d messages are wrong: %s", path.name, len(wrong), "; ".join(wrong[:3]))
        else:
            offered[code] = compiled(catalogue)
    return Languages(offered)


def read(path: Path) -> Catalog:
    """A catalogue. Raises `PoFileError` and `ValueError` for a file that is none."""
    with path.open("rb") as file:
        return read_po(file, locale=None if path.name == TEMPLATE else path.stem.replace("-", "_"), abort_invalid=True)


def gaps(catalogue: Catalog, everything: Catalog) -> list[str]:
    """What keeps a catalogue from being offered: messages missing, fuzzy or empty, placeholders that differ."""
    wrong = []
    for message in everything:
        if not message.id:
            continue
        own = catalogue.get(message.id, message.context)
        name = message.id if isinstance(message.id, str) else message.id[0]
        if own is None:
            wrong.append(f"{name!r} is missing")
        elif own.fuzzy:
            wrong.append(f"{name!r} is fuzzy")
        elif not all(own.string if isinstance(own.string, list | tuple) else [own.string]):
            wrong.append(f"{name!r} is not translated")
        else:
            wrong += [f"{name!r}: {error}" for error in _errors(own, catalogue)]
    return wrong


def _errors(message: Any, catalogue: Catalog) -> list[TranslationError]:
    # Babel looks at placeholders only where a message is marked as a format; here every message is one.
    message.flags.add("python-format")
    return list(message.check(catalogue))


def compiled(catalogue: Catalog) -> GNUTranslations:
    """A catalogue as gettext uses it; no compiled file is kept."""
    file = BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    return GNUTranslations(file)


def speak(environment: Environment) -> None:
    """Teach an environment `{% trans %}`, `_` and their like; a render's `language` translates."""

    @pass_context
    def gettext(context: Context, message: str) -> str:
        return _words(context).gettext(message)

    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int) -> str:
        return _words(context).ngettext(one, many, number)

    @pass_context
    def pgettext(context: Context, about: str, message: str) -> str:
        return _words(context).pgettext(about, message)

    @pass_context
    def npgettext(context: Context, about: str, one: str, many: str, number: int) -> str:
        return _words(context).npgettext(about, one, many, number)

    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )


def _words(context: Context) -> NullTranslations:
    language: Language = context["language"]
    return language.translations
