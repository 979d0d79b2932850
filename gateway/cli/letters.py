"""Letters to look at: which there are, in words, as a case would write them, and as a test in a mail program."""

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gateway.cli.asking import LOOKING, Answer, Looking, connected, server, settings_here
from gateway.cli.ladders import show_ladder
from gateway.cli.output import WrongUsage, document, facts, say, table
from gateway.cli.trying import send

if TYPE_CHECKING:
    from gateway.letters.catalogue import Described
    from states.letters import Letter

ReaderName = Literal["contact", "account_manager"]


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
    looking: Looking = LOOKING,
) -> None:
    """List all letters; show, save or send some of them; or show what a customer got and will get.

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
    """
    if ladder is not None:
        if name or all_ or reader or language or of or send_to:
            raise WrongUsage("--ladder takes a number, and beside it only --out")
        show_ladder(ladder, out, looking)
    elif name is None and not all_:
        if reader or language or of or out or send_to:
            raise WrongUsage("say which letter, by its name, or --all")
        _list(looking)
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


# --- which letters there are


def _list(looking: Looking) -> None:
    from gateway.letters.catalogue import describe
    from worker import read_policy

    policy = read_policy(settings_here())
    every = describe({policy.name: policy})
    if looking.json:
        document([_answer(one, policy.name) for one in every])
        return
    rows = ((one.name, one.to.replace(" and ", "\n"), one.thread, _when(one, policy.name)) for one in every)
    table("", ("letter", "to", "thread", "what"), rows, empty="")


def _when(letter: "Described", policy: str) -> str:
    from gateway.letters.catalogue import days

    told = [
        one.words + (f": {days(one.days[policy], letter.family)}" if one.days[policy] else "")
        for one in letter.occasions
    ]
    return "\n".join(told) or "a letter to the contact is refused, or comes too late"


def _answer(letter: "Described", policy: str) -> Answer:
    when = [{"rule": one.rule, "what": one.words, "days": list(one.days[policy])} for one in letter.occasions]
    return {
        "letter": letter.name,
        "says": letter.says,
        "readers": list(letter.readers),
        "reminder": letter.reminder,
        "when": when,
        "dates": list(letter.dates),
        "thread": letter.thread,
        "shelf_life": letter.kept.replace("*", ""),
    }


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
