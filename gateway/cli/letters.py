"""Letters to look at: which there are, in words, as a case would write them, and as a test in a mail program."""

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.ladders import show_ladder
from gateway.cli.letter_list import list_all
from gateway.cli.options import Flag
from gateway.cli.output import WrongUsage, document, facts, say
from gateway.cli.posted import MOST, SENT, UNDELIVERED, show_record
from gateway.cli.trying import send

if TYPE_CHECKING:
    from states.letters import Letter

ReaderName = Literal["contact", "account_manager"]
Limit = Annotated[int, Parameter(validator=Number(gte=1, lte=MOST))]


def letters(
    name: str | None = None,
    /,
    *,
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    reader: ReaderName | None = None,
    language: str | None = None,
    of: str | None = None,
    out: Path | None = None,
    send_to: str | None = None,
    ladder: str | None = None,
    sent: Flag = False,
    undelivered: Flag = False,
    since: str | None = None,
    managed_by: str | None = None,
    limit: Limit = 100,
    looking: Looking = LOOKING,
) -> None:
    """List all letters; show, save or send some of them; show what a customer got and will get, or what got out.

    Links in letters that are only looked at, or sent as a test, open nothing.

    Parameters
    ----------
    name
        This letter, with sample data: for each reader, and for each turn that its words can take.
    all_
        Every letter.
    reader
        Only as this reader gets it.
    language
        In this language, such as da or nl-BE, whatever its reader's is.
    of
        With what this customer or authorization knows, as it would write the letter now.
    out
        Save each as .eml, .html and .txt in this folder; with --ladder, the HTML file.
    send_to
        Send each to this address as a test, through the relay of the settings.
    ladder
        Every letter that this customer got, and those that will come by themselves if nobody does anything.
    sent
        The record of letters that got out, of all customers, the newest first.
    undelivered
        The record of letters that did not get out, or came back.
    since
        With a record: from this day on, or this instant.
    managed_by
        With a record: only of the customers of the account manager with this ID.
    limit
        With a record: so many at most.
    """
    if sent or undelivered:
        if name or all_ or reader or language or of or out or send_to or ladder:
            raise WrongUsage("--sent and --undelivered take only --since, --managed-by and --limit")
        show_record((SENT if sent else ()) + (UNDELIVERED if undelivered else ()), since, managed_by, limit, looking)
    elif since or managed_by:
        raise WrongUsage("--since and --managed-by are for --sent and --undelivered")
    elif ladder is not None:
        if name or all_ or reader or language or of or send_to:
            raise WrongUsage("--ladder takes a number, and beside it only --out")
        show_ladder(ladder, out, looking)
    elif name is None and not all_:
        if reader or language or of or out or send_to:
            raise WrongUsage("say which letter, by its name, or --all")
        list_all(looking)
    elif name is not None and all_:
        raise WrongUsage("say either the name of a letter or --all")
    elif name is None and of is not None:
        raise WrongUsage("--of takes the name of a letter, not --all")
    elif out is not None and send_to is not None:
        raise WrongUsage("say either --out or --send-to")
    else:
        found = asyncio.run(_of_case(_known(name), of, reader)) if name and of else _samples(name, reader, language)
        if language is not None:
            found = {stem: _spoken(one, language) for stem, one in found.items()}
        if send_to is not None:
            send(found, send_to, looking)
        else:
            _show(found, out, looking)


def _known(name: str) -> str:
    from states.letters import LETTERS

    asked = name.replace("-", "_")
    if asked in LETTERS:
        return asked
    near = difflib.get_close_matches(asked, LETTERS, 1)
    raise WrongUsage(f"there is no letter {name}; " + (f"{near[0]} is one" if near else "vip letters lists them all"))


# --- letters to look at


def _samples(name: str | None, reader: ReaderName | None, language: str | None) -> "dict[str, Letter]":
    from samples.letters import samples

    wanted = None if name is None else _known(name)
    every = samples((language or "en").partition("-")[0]).items()
    found = {stem: one for stem, one in every if wanted in (None, one.name) and reader in (None, one.reader)}
    return found or _goes_not_to(name, reader)


def _spoken(letter: "Letter", language: str) -> "Letter":
    """The letter for readers of this language. Raises `WrongUsage` for one that nobody has written."""
    from activities.languages import languages

    if not languages().speaks(language):
        raise WrongUsage(f"no letter is written in {language}, only in {', '.join(languages().tags)}")
    manager = letter.account_manager.model_copy(update={"language": language})
    return letter.model_copy(update={"language": language, "account_manager": manager})


def _goes_not_to(name: str | None, reader: ReaderName | None) -> "dict[str, Letter]":
    raise WrongUsage(f"{name} does not go to the {str(reader).replace('_', ' ')}")


async def _of_case(name: str, number: str, reader: ReaderName | None) -> "dict[str, Letter]":
    """As the case with this number would write it, to each of its readers."""
    from cases import shelf
    from cases.authorization import AuthorizationCase
    from cases.customer import CustomerCase
    from gateway.letters.families import case_of
    from gateway.letters.of_case import belongs_to, letter_of
    from states.letters import LETTERS
    from worker import read_catalogue

    kind = LETTERS[name]
    readers = [one for one in kind.readers if reader in (None, one)]
    if not readers:
        return _goes_not_to(name, reader)
    settings = settings_here()
    shelf.put(read_catalogue(settings))
    client = await connected(server(settings))
    case, now = await case_of(client, number)
    if belongs_to(kind) == "customer" and isinstance(case, AuthorizationCase):
        case, now = await case_of(client, case.vip_number)
    elif belongs_to(kind) == "authorization" and isinstance(case, CustomerCase):
        known = ", ".join(case.known) or "none"
        raise WrongUsage(f"{name} is a letter of an authorization, and {number} is a customer, which has {known}")
    return {f"{name}.{one}": letter_of(case, name, one, now) for one in readers}


def _show(found: "dict[str, Letter]", out: Path | None, looking: Looking) -> None:
    from gateway.letters.writing import Writer

    writer = Writer(settings_here())
    written = [writer.write(stem, one) for stem, one in found.items()]
    files: dict[str, list[str]] = {}
    if out is not None:
        try:
            files = {one.name: [str(file) for file in one.save(out)] for one in written}
        except OSError as error:
            raise WrongUsage(f"{out} cannot be written to: {error.strerror or error}") from None
    if looking.json:
        document(
            [
                {"name": one.name, "letter": one.letter.name, "reader": one.letter.reader, "subject": one.subject}
                | ({"files": files[one.name]} if files else {"text": one.text, "html": one.html})
                for one in written
            ]
        )
    elif files:
        say(f"{len(written)} letters stand in {out}, each as .eml, .html and .txt.")
    else:
        for one in written:
            facts(one.subject, (("letter", one.letter.name), ("to", one.letter.reader.replace("_", " "))))
            print(f"\n{one.text}\n")
