"""Which language a reader gets, and how its dates and numbers read."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from activities.languages import CATALOGUES, languages
from activities.rendering import JinjaRenderer
from activities.wording import Wording
from cases.journal import Why
from samples.letters import MANAGER, sample
from settings import SettingsError, load
from states.facts import LetterLine, Reader
from states.letters import LETTERS
from tests.activities.letters import LINKS, RENDERER, composed, rendered
from worker import mail_of

DAY = date(2027, 3, 15)


def wording(language: str, zone: str = "Europe/Copenhagen") -> Wording:
    return Wording(languages().choose(language), zone)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("en", "en"),
        ("da", "da"),
        ("nl", "nl"),
        ("da-DK", "da-DK"),
        ("nl-BE", "nl-BE"),
        ("en-US", "en-US"),
        ("nb", "da"),
        ("nb-NO", "da"),
        ("fo", "da"),
        ("af", "nl"),
        ("nl-ZZ", "nl"),
        ("da-QQ", "da"),
        ("en-419", "en"),
        ("zz", "en"),
        ("zh-Hant", "en"),
        ("und", "en"),
        ("en-a", "en"),
        ("", "en"),
    ],
)
def test_a_reader_gets_the_nearest_language_there_is(wanted: str, given: str) -> None:
    assert languages().choose(wanted).tag == given


@pytest.mark.parametrize(
    ("customer", "reseller", "given"),
    [("nl", "da", "nl"), ("fr", "da", "da"), ("fr", "nl-BE", "nl-BE"), ("fr", "de", "en"), ("nb", "nl", "da")],
)
def test_the_customers_language_goes_before_the_resellers_and_english_comes_last(
    customer: str, reseller: str, given: str
) -> None:
    renderer = JinjaRenderer(reseller_name="Nordlys", support="+45", links=LINKS, language=reseller)
    assert renderer.render(sample("welcome", Reader.CONTACT, language=customer)).language == given


@pytest.mark.parametrize(("own", "given"), [("nl", "nl"), (None, "da"), ("fr", "da")])
def test_an_account_manager_reads_their_own_language_whatever_the_customers(own: str | None, given: str) -> None:
    renderer = JinjaRenderer(reseller_name="Nordlys", support="+45", links=LINKS, language="da")
    manager = MANAGER.model_copy(update={"language": own})
    letter = sample("order_reminder", Reader.ACCOUNT_MANAGER, language="en", account_manager=manager)
    assert renderer.render(letter).language == given


@pytest.mark.parametrize("wanted", ["da", "nl-BE", "fr"])
def test_a_letter_is_in_one_language_from_its_head_to_its_last_line(wanted: str) -> None:
    letter = sample("payment_overdue", Reader.CONTACT, language=wanted)
    tag = languages().choose(wanted).tag
    assert f"Content-Language: {tag}\r\n".encode() in composed(letter).raw
    assert f'<html lang="{tag}"' in rendered(letter).html
    alone = rendered(sample("payment_overdue", Reader.CONTACT, language="en"))
    if tag == "en":
        assert rendered(letter).text == alone.text
    else:
        assert not {line for line in rendered(letter).text.split("\n") if " the " in line}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Monday 15 March 2027 (CET)", "15 March 2027 (CET)", "15 March 2027", "12,345")),
        ("en-US", ("Monday, March 15, 2027 (CET)", "March 15, 2027 (CET)", "March 15, 2027", "12,345")),
        ("da", ("mandag den 15. marts 2027 (CET)", "15. marts 2027 (CET)", "15. marts 2027", "12.345")),
        ("nb", ("mandag den 15. marts 2027 (CET)", "15. marts 2027 (CET)", "15. marts 2027", "12.345")),
        ("nl", ("maandag 15 maart 2027 (CET)", "15 maart 2027 (CET)", "15 maart 2027", "12.345")),
        ("nl-BE", ("maandag 15 maart 2027 (CET)", "15 maart 2027 (CET)", "15 maart 2027", "12.345")),
    ],
)
def test_dates_and_numbers_are_written_as_the_reader_writes_them(language: str, told: tuple[str, ...]) -> None:
    says = wording(language)
    assert (says.weekday(DAY), says.day(DAY), says.short_day(DAY), str(says.number(12345))) == told


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("en", "Europe/Copenhagen", "Europe/Copenhagen (Denmark)"),
        ("da", "Europe/Amsterdam", "Europe/Amsterdam (Nederlandene)"),
        ("nl", "Europe/Copenhagen", "Europe/Copenhagen (Denemarken)"),
        ("nl", "America/New_York", "America/New_York (Verenigde Staten)"),
        ("nl", "UTC", "UTC"),
        ("da", "Etc/UTC", "Etc/UTC"),
    ],
)
def test_a_time_zone_is_told_with_its_country_in_the_readers_words(language: str, zone: str, told: str) -> None:
    assert wording(language, zone).zone == told


@pytest.mark.parametrize(
    ("language", "quantities", "told"),
    [
        ("en", (1,), "1 licence of A"),
        ("en", (1200, 1), "1,200 licences of A and 1 of B"),
        ("en", (1, 1, 2), "1 licence of A, 1 of B and 2 of C"),
        ("en", (1, 1, 2, 1), "5 licences of 4 products"),
        ("en", (), "no licences"),
        ("da", (1, 2), "1 licens til A og 2 til B"),
        ("da", (1200, 1, 3), "1.200 licenser til A, 1 til B og 3 til C"),
        ("da", (3, 3, 3, 3), "12 licenser til 4 produkter"),
        ("nl", (1, 2), "1 licentie van A en 2 van B"),
        ("nl", (1200, 1, 3), "1.200 licenties van A, 1 van B en 3 van C"),
    ],
)
def test_quantities_read_as_a_phrase_of_the_language(language: str, quantities: tuple[int, ...], told: str) -> None:
    lines = [LetterLine(product=name, name=name, quantity=n) for name, n in zip("ABCD", quantities, strict=False)]
    assert wording(language).licences(lines, "quantity") == told


@pytest.mark.parametrize("language", languages().tags)
def test_every_letter_that_a_contact_may_miss_and_every_reason_has_its_words(language: str) -> None:
    for name, kind in LETTERS.items():
        if Reader.CONTACT not in kind.readers:
            continue
        letter = sample(
            "letter_undeliverable",
            Reader.ACCOUNT_MANAGER,
            undelivered_letter=name,
            account_manager=MANAGER.model_copy(update={"language": language}),
        )
        told = rendered(letter).text
        same = language == "en" or (language, name) == ("da", "invitation")
        assert (name.replace("_", " ") in told) == same
    for why in (Why.RECIPIENT_REFUSED, Why.MESSAGE_REFUSED, Why.SHELF_LIFE_OVER):
        letter = sample("letter_undeliverable", Reader.ACCOUNT_MANAGER, reason=why)
        assert why.replace("_", " ") not in rendered(letter).text


def test_a_language_is_one_file(tmp_path: Path) -> None:
    for path in CATALOGUES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    danish = (tmp_path / "da.po").read_text(encoding="utf-8").replace('"Language: da', '"Language: sv')
    (tmp_path / "sv.po").write_text(danish, encoding="utf-8")
    offered = languages(tmp_path)
    assert "sv" in offered.tags
    assert offered.choose("sv-FI").tag == "sv-FI"
    assert Wording(offered.choose("sv"), "UTC").weekday(DAY) == "måndag 15 mars 2027 (UTC)"
    assert dict(offered.names())["sv"] == "svenska"


def test_a_language_may_have_more_than_two_plurals(tmp_path: Path) -> None:
    one, many = "%(number)s licence of %(product)s", "%(number)s licences of %(product)s"
    sentence = f'msgid "{one}"\nmsgid_plural "{many}"\n'
    (tmp_path / "letters.pot").write_text(f'msgid ""\nmsgstr ""\n\n{sentence}msgstr[0] ""\nmsgstr[1] ""\n')
    forms = (
        "%(number)s licencja na %(product)s",
        "%(number)s licencje na %(product)s",
        "%(number)s licencji na %(product)s",
    )
    said = "".join(f'msgstr[{place}] "{form}"\n' for place, form in enumerate(forms))
    rule = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    (tmp_path / "pl.po").write_text(f'msgid ""\nmsgstr "Plural-Forms: {rule}\\n"\n\n{sentence}{said}', encoding="utf-8")
    polish = Wording(languages(tmp_path).choose("pl"), "UTC")
    told = [polish.licences([LetterLine(product="a", name="A", quantity=n)], "quantity") for n in (1, 3, 5, 12)]
    assert told == ["1 licencja na A", "3 licencje na A", "5 licencji na A", "12 licencji na A"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('msgstr "Accepteer uiterlijk %(day)s"', 'msgstr ""'),
        ('msgstr "Accepteer uiterlijk %(day)s"', 'msgstr "Accepteer uiterlijk %(dag)s"'),
        ('msgid "Accept by %(day)s"', '#, fuzzy\nmsgid "Accept by %(day)s"'),
        ('msgid "Accept by %(day)s"', 'msgid "Accept until %(day)s"'),
        ('msgid "Accept by %(day)s"', "this is no catalogue"),
    ],
    ids=["not translated", "a placeholder misspelt", "fuzzy", "stale", "broken"],
)
def test_a_catalogue_with_one_mistake_is_left_out_and_its_readers_get_the_next_language(
    tmp_path: Path, old: str, new: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path in CATALOGUES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    dutch = (tmp_path / "nl.po").read_text(encoding="utf-8")
    assert old in dutch
    (tmp_path / "nl.po").write_text(dutch.replace(old, new), encoding="utf-8")
    offered = languages(tmp_path)
    assert offered.tags == ("en", "da")
    assert not offered.speaks("nl-BE")
    assert offered.choose("nl", "da").tag == "da"
    assert "nl.po is not offered" in caplog.text


def test_a_letter_written_late_at_night_names_the_local_day_in_the_readers_language() -> None:
    letter = sample("welcome", Reader.CONTACT, language="da", written_at=datetime(2027, 3, 2, 23, 30, tzinfo=UTC))
    assert "Medlem siden onsdag den 3. marts 2027 (CET)" in RENDERER.render(letter).text


async def test_a_reseller_whose_language_nobody_has_translated_to_is_told_at_once() -> None:
    given = {"smtp_url": "smtp://127.0.0.1:25", "mail_from": "a@example.com", "public_url": "http://127.0.0.1:8025"}
    given |= {"link_secret": "s" * 32, "reseller_name": "Nordlys", "support": "+45"}
    await mail_of(load(env_file=None, language="nb", **given)).close()
    with pytest.raises(SettingsError, match="no complete catalogue for fr, only for en, da, nl"):
        mail_of(load(env_file=None, language="fr", **given))
