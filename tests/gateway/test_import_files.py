"""Reading import files: real spreadsheets are read as they were meant, and what is wrong is said with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importing.cells import day, plain, safe, tidy
from gateway.importing.columns import AUTHORIZATIONS, CUSTOMERS
from tests.gateway.portfolio_files import BOUGHT, HEAD, LINE, ROW, Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_customer_and_what_it_bought_can_move_in(files: Files) -> None:
    found = files.survey(files.customers(ROW), files.bought(LINE))
    (plan,) = found.plans
    assert not found.problems
    assert (plan.organization, plan.state, plan.authorizations) == ("Aarhus Design ApS", "accepted", ("pending",))
    assert plan.next_event == ("order_due", "2027-06-25T00:00:00Z")


def test_numbers_that_are_not_given_are_the_same_every_time_and_others_with_another_secret(files: Files) -> None:
    paths = files.customers(ROW), files.bought(LINE, LINE)
    (first,), (again,) = files.survey(*paths).plans, files.survey(*paths).plans
    (other,) = files.survey(*paths, secret="another").plans
    assert (first.vip_number, first.numbers, first.digest) == (again.vip_number, again.numbers, again.digest)
    assert len(set(first.numbers)) == 2
    assert other.vip_number != first.vip_number
    assert not set(other.numbers) & set(first.numbers)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_come_in_every_encoding_and_with_every_delimiter(
    files: Files, encoding: str, delimiter: str
) -> None:
    row = ROW.replace("Aarhus Design", "Ærø Båd & Sø").replace(",", delimiter)
    path = files.customers(row, head=HEAD.replace(",", delimiter), encoding=encoding)
    (plan,) = files.survey(path).plans
    assert plan.organization == "Ærø Båd & Sø ApS"


def test_utf_8_with_a_damaged_letter_is_not_taken_for_windows_1252(files: Files) -> None:
    path = files.customers(ROW.replace("Aarhus", "Århus"))
    path.write_bytes(path.read_bytes().replace(b"Havnegade", b"S\xf8gade"))
    assert [(line, field) for _, line, field, _ in files.wrong(path)] == [(2, "file")]


def test_a_cell_of_several_lines_is_one_line_and_rows_after_it_keep_their_numbers(files: Files) -> None:
    row = ROW.replace("Havnegade 1", '"Havnegade 1\n2. sal\n"')
    other = ROW.replace("crm-1", "crm-2").replace("commercial", "comercial")
    assert files.wrong(files.customers(row, other))[0][:3] == ("customers.csv", 5, "market_segment")
    (plan,) = files.survey(files.customers(row)).plans
    assert plan.body["address"] == "Havnegade 1, 2. sal"


def test_every_wrong_cell_is_named_with_file_line_and_field_and_what_would_be_right(files: Files) -> None:
    row = ROW.replace("commercial", "firm").replace("DK", "Denmark").replace("mette@", "mette").replace("8000", "")
    found = files.survey(files.customers(ROW, row.replace("crm-1", "crm-2")))
    assert {(one.place.line, one.place.field) for one in found.problems} == {
        (3, "market_segment"), (3, "region"), (3, "contact_email"), (3, "postal_code"),
    }  # fmt: skip
    assert all(one.right for one in found.problems)
    assert [plan.external_id for plan in found.plans] == ["crm-1"]


def test_what_the_rules_refuse_is_named_by_its_cell_too(files: Files) -> None:
    late = "crm-1,2027-06-10,member,photoshop-team,5,PO-1,2027-07-01,,,"
    early = "crm-1,2027-02-10,member,photoshop-team,5,,,,,"
    wrong = files.wrong(files.customers(ROW), files.bought(LINE, late, early))
    assert [(name, line, field) for name, line, field, _ in wrong] == [
        ("authorizations.csv", 3, "ordered_on"), ("authorizations.csv", 4, "requested_on"),
    ]  # fmt: skip
    assert [message for *_, message in wrong] == ["lies in the future", "lies before the invitation"]


def test_a_column_that_nobody_knows_is_an_error_with_the_nearest_name(files: Files) -> None:
    found = files.survey(files.customers(ROW, head=HEAD.replace("postal_code", "postalcode")))
    assert [(one.place.field, one.right) for one in found.problems] == [
        ("postal_code", "up to 40 characters"), ("postalcode", "perhaps postal_code"),
    ]  # fmt: skip


def test_headings_are_read_however_a_person_writes_them(files: Files) -> None:
    assert files.survey(files.customers(ROW, head=HEAD.replace("_", " ").title())).plans


def test_duplicates_within_the_files_are_named_on_both_lines(files: Files) -> None:
    wrong = files.wrong(files.customers(ROW, ROW))
    assert [(line, field) for _, line, field, _ in wrong if field == "external_id"] == [
        (2, "external_id"),
        (3, "external_id"),
    ]


def test_an_authorization_of_two_customers_is_an_error(files: Files) -> None:
    number = "0" * 19 + "7"
    one = LINE.replace(",,,,,", f",,,{number},,")
    rows = files.bought(one, one.replace("crm-1", "crm-2"))
    wrong = files.wrong(files.customers(ROW, ROW.replace("crm-1", "crm-2")), rows)
    assert [(name, line, field) for name, line, field, _ in wrong] == [
        ("authorizations.csv", 3, "authorization_number")
    ]


def test_a_row_of_a_customer_that_is_not_there_is_an_error(files: Files) -> None:
    wrong = files.wrong(files.customers(ROW), files.bought(LINE.replace("crm-1", "crm-9")))
    assert [(name, line, field) for name, line, field, _ in wrong] == [("authorizations.csv", 2, "external_id")]


def test_days_that_are_not_iso_are_asked_for_and_never_guessed(files: Files) -> None:
    path = files.customers(ROW.replace("2027-03-01", "01-03-2027"))
    ((*_, message),) = files.wrong(path)
    assert "--dates" in message
    (danish,), (american,) = files.survey(path, dates="dmy").plans, files.survey(path, dates="mdy").plans
    assert danish.body["history"]["invited_on"] == "2027-03-01"
    assert american.body["history"]["invited_on"] == "2027-01-03"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.3.2027", "2027-03-01"), ("01/03/2027", "2027-03-01"), ("1-3-2027", "2027-03-01"),
        ("1. marts 2027", "2027-03-01"), ("1 maart 2027", "2027-03-01"), ("3-mei-2027", "2027-05-03"),
        ("3. maj 2027", "2027-05-03"), ("24. dec. 2027", "2027-12-24"), ("01-03-2027 00:00:00", "2027-03-01"),
        ("2027-03-01", "2027-03-01"), ("2027-03-01T10:00:00Z", "2027-03-01T10:00:00Z"),
    ],
)  # fmt: skip
def test_danish_and_dutch_days(written: str, meant: str) -> None:
    assert day(written, "dmy") == meant


@pytest.mark.parametrize(
    "written", ["31-02-2027", "1-3-27", "45000", "2027-3-1", "2027-03-01T10:00:00", "soon", "1-3.2027"]
)
def test_what_is_no_day_is_not_made_one(written: str) -> None:
    with pytest.raises(ValueError, match=written.split("T")[0]):
        day(written, "dmy")


def test_a_member_without_a_date_of_acceptance_is_expired_and_the_import_warns_of_it(files: Files) -> None:
    (plan,) = files.survey(files.customers(ROW.replace("2027-03-04", ""))).plans
    assert plan.state == "expired"
    assert any("acceptance" in warning for warning in plan.warnings)


def test_whoever_has_no_past_is_invited_now_and_the_import_warns_of_it(files: Files) -> None:
    (plan,) = files.survey(files.customers(ROW.replace("2027-03-01,2027-03-04", ","))).plans
    assert "history" not in plan.body
    assert any("invited now" in warning for warning in plan.warnings)


def test_rows_of_one_authorization_belong_together_with_their_orders_and_what_is_open(files: Files) -> None:
    number = "0" * 19 + "7"
    rows = (
        f"crm-1,2027-06-01,member,photoshop-team,5,PO-1,2027-06-05,{number},,",
        f"crm-1,,,photoshop-team,2,,,{number},,",
        f"crm-1,,,illustrator-team,1,PO-1,2027-06-05,{number},,",
    )
    (plan,) = files.survey(files.customers(ROW), files.bought(*rows)).plans
    (told,) = plan.body["history"]["authorizations"]
    assert told["lines"] == [
        {"product": "photoshop-team", "quantity": 7},
        {"product": "illustrator-team", "quantity": 1},
    ]
    assert [order["order_reference"] for order in told["orders"]] == ["PO-1"]
    assert plan.authorizations == ("pending",)


def test_what_happened_later_is_a_row_with_an_event(files: Files) -> None:
    number = "0" * 19 + "7"
    head = f"{BOUGHT},reason,days"
    rows = (
        f"crm-1,2027-06-01,member,photoshop-team,5,,,{number},,,,",
        f"crm-1,,,,,,,{number},extend,2027-06-05,Waiting for the budget,7",
    )
    (plan,) = files.survey(files.customers(ROW), files.bought(*rows, head=head)).plans
    assert plan.next_event == ("order_due", "2027-06-23T00:00:00Z")


@given(st.text())
def test_no_cell_is_computed_by_a_spreadsheet_and_each_is_read_back(text: str) -> None:
    assert plain(safe(text)) == text
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_every_column_says_what_would_be_right() -> None:
    assert all(column.right for column in (*CUSTOMERS, *AUTHORIZATIONS))
    assert tidy(" '=1+1 \n x") == "=1+1, x"


def test_the_document_names_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
    section = page[page.index("### Import files") :]
    missing = [column.name for column in (*CUSTOMERS, *AUTHORIZATIONS) if f"`{column.name}`" not in section]
    assert not missing
