import html
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.meta import find_undeclared_variables

from activities.languages import languages
from activities.mail import Rendered
from activities.rendering import BLOCKS, COMMON_BLOCKS, LONGEST_SUBJECT, TEMPLATES, environment
from activities.wording import Wording
from samples.letters import LINK, MANAGER, NUMBER, ONE, VIP_NUMBER, sample, samples
from states.facts import AccountManager, Contact, Reader
from states.letters import LETTERS
from tests.activities.letters import LINKS, RENDERER, rendered
from tests.activities.pages import Page

LANGUAGES = languages().tags
SAMPLES = samples()
EVERYTHING = {f"{language}.{name}": each for language in LANGUAGES for name, each in samples(language).items()}
TEMPLATE_FILES = sorted(path.name for path in TEMPLATES.glob("*.j2"))
HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}{% raw %}"


def every_letter() -> pytest.MarkDecorator:
    """In every language."""
    return pytest.mark.parametrize("name", EVERYTHING)


@cache
def written_as(name: str) -> Rendered:
    return rendered(EVERYTHING[name])


def test_every_letter_has_two_templates_and_every_template_a_letter() -> None:
    expected = sorted(f"{name}.{kind}.j2" for name in LETTERS for kind in ("txt", "html"))
    assert expected == TEMPLATE_FILES


def test_every_letter_and_reader_has_a_sample() -> None:
    told = {(letter.name, letter.reader) for letter in SAMPLES.values()}
    assert told == {(name, reader) for name, kind in LETTERS.items() for reader in kind.readers}


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_says_only_what_the_layout_shows(name: str) -> None:
    template = environment(TEMPLATES).get_template(f"{name}.txt.j2")
    assert set(template.blocks) <= BLOCKS | {"particulars", "tables"}
    assert {"subject", "headline", "date", "happened", "action", "next"} <= set(template.blocks)
    layout = environment(TEMPLATES).get_template("layouts/letter.txt.j2")
    assert set(layout.blocks) == BLOCKS | COMMON_BLOCKS | {"tables"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html.j2")), ids=lambda path: path.name)
def test_html_takes_sentences_as_data_and_never_includes_plain_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "{% include" not in source
    assert "|safe" not in source.replace(" ", "")
    for imported in re.findall(r'{% (?:import|from) "([^"]+)"', source):
        assert imported.endswith((".html.j2", "_facts.txt.j2"))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.j2")), ids=lambda path: path.name)
def test_templates_use_only_names_that_the_renderer_gives(path: Path) -> None:
    given = set(RENDERER.context(SAMPLES["welcome.contact"])) | {"words", "subject", "tables", "facts"}
    given |= {"_", "gettext", "ngettext", "pgettext", "npgettext", "_trans"}  # the last one is made by {% trans %}
    parsed = environment(TEMPLATES).parse(path.read_text(encoding="utf-8"))
    assert find_undeclared_variables(parsed) <= given


@every_letter()
def test_a_letter_names_whose_it_is_what_happened_and_the_one_action(name: str) -> None:
    letter, written = EVERYTHING[name], written_as(name)
    for text in (written.text, Page(written.html).text):
        assert letter.organization in text
        assert letter.vip_number in text
        assert letter.account_manager.name in text
        assert letter.time_zone in text
        assert "Nordlys Software" in text
        assert "+45 70 12 34 56" in text
    assert letter.contact.name in written.text
    assert 10 < len(written.subject) <= LONGEST_SUBJECT
    assert "\n" not in written.subject


@every_letter()
def test_both_editions_say_the_same_dates_numbers_and_links(name: str) -> None:
    written = written_as(name)
    page = Page(written.html)
    dates = r"\d{1,2}\.? [A-Za-z]+ 20\d\d \(\w+\)"
    assert re.search(dates, written.text)
    assert set(re.findall(dates, " ".join(written.text.split()))) == set(re.findall(dates, page.text))
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert links == set(re.findall(r"https?://\S+", written.text))
    for paragraph in written.text.split("\n\n"):
        if paragraph.startswith("- ") or ":" in paragraph or "\n-" in paragraph or paragraph.startswith("    http"):
            continue
        assert " ".join(paragraph.split()) in page.text


@every_letter()
def test_every_date_names_its_zone(name: str) -> None:
    written = written_as(name)
    for text in (written.text, Page(written.html).text):
        flat = " ".join(text.split())
        assert len(re.findall(r"\b20\d\d\b(?!-)", flat)) == len(re.findall(r"\b20\d\d \(CES?T\)", flat))


@every_letter()
def test_the_text_is_plain_and_the_page_complete_in_itself(name: str) -> None:
    written = written_as(name)
    for text in (written.text, written.html, written.subject):
        assert not re.search(r"None|\{\{|\{%|%\(|%s|<bound|Undefined|&amp;amp;", text)
    assert not re.search(r"[a-zæøå)][.;:][A-ZÆØÅ]", written.text), "two sentences run together"
    links = {LINKS.url(LINK)}
    assert all(
        line in links or len(line) <= 78 or line.startswith("- ") for line in map(str.strip, written.text.split("\n"))
    )
    assert not re.search(r"  \S|[ ]$|\n\n\n", written.text.replace("\n    ", "\n"))
    page = Page(written.html)
    assert not {"img", "link", "script", "iframe", "form", "object"} & {tag for tag, _ in page.tags}
    assert "url(" not in written.html
    assert "@import" not in written.html
    assert all(attributes["href"] in links for tag, attributes in page.tags if tag == "a")
    assert ("html", {"lang": name.partition(".")[0], "dir": "ltr"}) in page.tags
    assert f"<title>{html.escape(written.subject)}</title>" in written.html
    assert len(written.html.encode()) < 50_000


@every_letter()
def test_the_date_and_the_action_stand_before_the_salutation_of_a_page(name: str) -> None:
    page = Page(written_as(name).html).text
    _, date, salutation_line, _, action, *_ = written_as(name).text.split("\n\n")
    salutation = page.index(salutation_line)
    assert page.index(" ".join(date.split())) < salutation
    assert page.index(" ".join(action.split())) < salutation


def test_readers_get_different_letters_where_both_get_one() -> None:
    for name, kind in LETTERS.items():
        if len(kind.readers) == 2:
            to_contact, to_manager = (rendered(SAMPLES[f"{name}.{reader}"]).text for reader in kind.readers)
            assert "vip " not in to_contact
            assert MANAGER.name in to_contact.split("Kind regards")[1]
            assert "Kind regards" not in to_manager


@pytest.mark.parametrize("name", [n for n, letter in SAMPLES.items() if hasattr(letter, "months_to_order")])
def test_letters_of_an_authorization_name_products_and_quantities(name: str) -> None:
    letter = SAMPLES[name]
    for line in letter.lines:  # type: ignore[attr-defined]
        assert f"- {line.name}: {line.quantity:,} requested, {line.ordered:,} ordered, {line.open:,} open" in (
            rendered(letter).text
        )
    assert NUMBER in rendered(letter).text


@pytest.mark.parametrize(
    "name",
    ["products_added_by_member", "order_reminder", "payment_overdue", "overdue_reminder", "deactivation_warning"],
)
def test_the_account_manager_learns_what_to_order_and_how_to_record_it(name: str) -> None:
    text = " ".join(rendered(SAMPLES[f"{name}.account_manager"]).text.split())
    assert "Order 12 months, starting on 18 March 2027 (CET). This is provisional" in text
    assert f"vip order {NUMBER}" in text
    fixed = sample(name, Reader.ACCOUNT_MANAGER, provisional=False, months_to_order=1)
    text = " ".join(rendered(fixed).text.split())
    assert "Order 1 month, starting on 18 March 2027 (CET)." in text
    assert "provisional" not in text


@pytest.mark.parametrize("name", ["products_added", "order_received", "licences_reactivated"])
def test_before_the_acceptance_the_contact_is_asked_to_accept_first(name: str) -> None:
    before = rendered(SAMPLES[f"{name}_accept_first.contact"])
    after = rendered(SAMPLES[f"{name}.contact"])
    assert LINKS.url(LINK) in before.text
    assert "Accept the invitation" in before.text.split("Dear ")[1].split("\n\n")[2]
    assert "https://" not in after.text
    assert "Admin Console" in after.text


def test_a_letter_with_another_action_still_tells_of_the_waiting_invitation() -> None:
    text = rendered(SAMPLES["payment_overdue_accept_first.contact"]).text
    assert "Ask Mette Holm to place the order now" in text
    assert LINKS.url(LINK) in text


def test_no_letter_gives_the_account_manager_the_customers_link() -> None:
    letter = sample("payment_overdue", Reader.ACCOUNT_MANAGER, accept_link=LINK)
    assert "https://" not in rendered(letter).text
    assert "<a " not in rendered(letter).html


@pytest.mark.parametrize("name", SAMPLES)
def test_hostile_names_stay_text(name: str) -> None:
    letter = SAMPLES[name]
    hostile = letter.model_copy(
        update={
            "organization": HOSTILE,
            "contact": Contact(name=HOSTILE, email="a@b.example"),
            "account_manager": AccountManager(id="m", name=HOSTILE, email="m@b.example"),
            **{name: HOSTILE for name in ("reason", "order_reference", "purchase_order", "accepted_by", "address")
               if name in type(letter).model_fields},
            **{name: tuple(line.model_copy(update={"name": HOSTILE}) for line in getattr(letter, name))
               for name in ("lines", "order_lines", "return_lines", "removed") if name in type(letter).model_fields},
        }
    )  # fmt: skip
    written = rendered(hostile)
    page = Page(written.html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script" not in written.html
    assert "7*7" in written.text
    assert "49" not in written.text.replace("1949", "")
    assert page.tags[0][0] == "html"
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "thead", "tbody", "tr", "td", "th", "p", "h1",
        "a", "span", "br",
    }  # fmt: skip


def test_a_long_name_is_cut_in_the_subject_alone() -> None:
    long = "The Royal Academy of Photography, Film and Printing of the Northern Provinces"
    written = rendered(sample("payment_overdue", Reader.CONTACT, organization=long))
    assert len(written.subject) <= LONGEST_SUBJECT
    assert written.subject.startswith("Overdue: 15 licences without an order for The Royal Academy")
    assert written.subject.endswith("…")
    assert long in " ".join(written.text.split())


@every_letter()
def test_a_subject_has_room_for_a_long_name_and_a_long_month(name: str) -> None:
    letter = EVERYTHING[name]
    september = {
        field: date(2027, 9, 30)
        for field, value in letter
        if isinstance(value, date) and not isinstance(value, datetime)
    }
    subject = RENDERER.render(
        letter.model_copy(
            update={"organization": "Nordjyllands Fagskole for Film og Fotografi i Frederikshavn og Omegn", **september}
        )
    ).subject
    assert "Nordjyllan" in subject
    assert len(subject) <= LONGEST_SUBJECT


def test_an_undefined_name_is_an_error(tmp_path: Path) -> None:
    made = environment(TEMPLATES).from_string("{{ nobody_said_this }}")
    with pytest.raises(UndefinedError):
        made.render()
    field = environment(TEMPLATES).from_string("{{ letter.nobody_said_this }}")
    with pytest.raises(UndefinedError):
        field.render(letter=SAMPLES["welcome.contact"])


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "15 July 2027 (UTC)"),
        ("Europe/London", "15 July 2027 (BST)"),
        ("America/Sao_Paulo", "15 July 2027 (UTC-03)"),
        ("Asia/Kathmandu", "15 July 2027 (UTC+05:45)"),
        ("Pacific/Kiritimati", "15 July 2027 (UTC+14)"),
    ],
)
def test_a_date_names_its_zone_as_people_there_do(zone: str, told: str) -> None:
    assert Wording(languages().choose("en"), zone).day(datetime(2027, 7, 15, tzinfo=UTC).date()) == told


def test_the_day_of_writing_is_the_local_one() -> None:
    letter = sample("welcome", Reader.CONTACT, written_at=datetime(2027, 3, 2, 23, 30, tzinfo=UTC))
    assert "Member since Wednesday 3 March 2027 (CET)" in rendered(letter).text


def test_one_licence_is_spoken_of_as_one() -> None:
    for name in ("licences_deactivated", "deactivation_warning", "payment_overdue"):
        text = rendered(sample(name, Reader.CONTACT, lines=ONE)).text
        assert "1 licence of Photoshop" in text
        assert "1 licences" not in text
        assert not re.search(r"\b(They|them)\b", text)


def test_a_customer_with_many_products_is_told_their_number_and_a_table() -> None:
    text = rendered(SAMPLES["payment_overdue_four_products.contact"]).text
    assert "24 licences of 4 products" in text
    assert "- Substance 3D: 2 requested" in text
    assert VIP_NUMBER in text
