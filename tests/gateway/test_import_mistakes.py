"""Mistakes that people make in spreadsheets: each is named once, where it stands, with what would be right."""

from pathlib import Path

import pytest

from tests.gateway.portfolio_files import BOUGHT, HEAD, LINE, ROW, Files

NUMBER = "0" * 19 + "7"
ASKED = f"crm-1,2027-06-01,member,photoshop-team,5,,,{NUMBER},,,,"
EVENTS = f"{BOUGHT},reason,days"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def happened(event: str, on: str, reason: str, days: str = "", product: str = "", quantity: str = "") -> str:
    return f"crm-1,,,{product},{quantity},,,{NUMBER},{event},{on},{reason},{days}"


def named(files: Files, *paths: Path) -> list[tuple[int, str]]:
    return [(line, field) for _, line, field, _ in files.wrong(*paths)]


@pytest.mark.parametrize(
    "column", ["contact_name", "contact_email", "account_manager_id", "postal_code", "offer_types"]
)
def test_a_cell_that_must_be_filled_is_named_when_it_is_empty(files: Files, column: str) -> None:
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True)) | {column: ""}
    assert named(files, files.customers(",".join(cells.values()))) == [(2, column)]


def test_a_customer_without_any_contact_is_told_which_cells_are_empty(files: Files) -> None:
    row = ROW.replace("Mette Holm,mette@example.com", ",")
    assert named(files, files.customers(row)) == [(2, "contact_email"), (2, "contact_name")]


def test_a_customer_that_stands_there_twice_is_named_in_the_column_that_was_filled(files: Files) -> None:
    assert named(files, files.customers(ROW, ROW)) == [(2, "external_id"), (3, "external_id")]


def test_what_only_follows_from_a_cell_that_cannot_be_read_is_not_told(files: Files) -> None:
    line = "crm-1,2027-06-10,member,photoshop-team,five,PO-1,2027-06-11,,,"
    ((*_, message),) = files.wrong(files.customers(ROW), files.bought(line))
    assert message == "five is not a whole number"


def test_two_extensions_on_one_day_are_two_if_they_differ(files: Files) -> None:
    rows = happened("extend", "2027-06-05", "Budget", "3"), happened("extend", "2027-06-05", "Holidays", "4")
    (plan,) = files.survey(files.customers(ROW), files.bought(ASKED, *rows, head=EVENTS)).plans
    assert plan.next_event == ("order_due", "2027-06-23T00:00:00Z")


def test_one_extension_that_stands_there_twice_is_asked_about(files: Files) -> None:
    row = happened("extend", "2027-06-05", "Budget", "3")
    assert named(files, files.customers(ROW), files.bought(ASKED, row, row, head=EVENTS)) == [(4, "event")]


def test_a_warning_got_out_for_the_first_time_once(files: Files) -> None:
    rows = happened("warned", "2027-06-08", ""), happened("warned", "2027-06-09", "")
    assert named(files, files.customers(ROW), files.bought(ASKED, *rows, head=EVENTS)) == [(4, "event")]


def test_declines_of_one_day_with_other_reasons_are_two(files: Files) -> None:
    customer = ROW.replace("2027-03-01,2027-03-04", "2026-06-01,2026-06-02")
    asked = f"crm-1,2026-06-20,member,photoshop-team,5,PO-1,2026-06-20,{NUMBER},,,,"
    first = happened("decline_renewal", "2027-06-10", "Two have left", "", "photoshop-team", "2").replace(NUMBER, "")
    other = happened("decline_renewal", "2027-06-10", "One has left", "", "photoshop-team", "1").replace(NUMBER, "")
    (plan,) = files.survey(files.customers(customer), files.bought(asked, first, other, head=EVENTS)).plans
    assert [one["reason"] for one in plan.body["history"]["renewal_declines"]] == ["Two have left", "One has left"]


def test_rows_of_one_renewal_order_must_agree_on_its_day(files: Files) -> None:
    customer = ROW.replace("2027-03-01,2027-03-04", "2026-06-01,2026-06-02")
    asked = f"crm-1,2026-06-20,member,photoshop-team,5,PO-1,2026-06-20,{NUMBER},,"
    renewed = "crm-1,,,photoshop-team,2,R-1,2027-06-09,,place_renewal_order,"
    other = renewed.replace("2027-06-09", "2027-06-10")
    assert named(files, files.customers(customer), files.bought(asked, renewed, other)) == [(4, "ordered_on")]


def test_a_past_that_no_customer_can_bring_along_is_refused_in_clear_words(files: Files) -> None:
    rows = (LINE.replace(",,,,,", f",,,{count:020X},,") for count in range(400))
    found = files.survey(files.customers(ROW), files.bought(*rows))
    ((_, (problem,)),) = found.bad
    assert (problem.code, problem.place.line) == ("body_too_large", 2)
    assert "400 authorizations" in problem.message
    assert "64 KB" in problem.message
    assert problem.right


@pytest.mark.parametrize("number", ["X1", "abcdefghijklmnopqrst", "1.23457E+19"])
def test_a_vip_number_that_is_none_is_named(files: Files, number: str) -> None:
    assert named(files, files.customers(f"{number},{ROW}", head=f"vip_number,{HEAD}")) == [(2, "vip_number")]


def test_an_external_id_that_cannot_be_used_is_named(files: Files) -> None:
    ((*_, line, field, message),) = files.wrong(files.customers(ROW.replace("crm-1", "kunde 1")))
    assert (line, field) == (2, "external_id")
    assert "kunde 1" in message


def test_an_authorization_number_that_is_none_is_named(files: Files) -> None:
    rows = files.bought(LINE.replace(",,,,,", ",,,4711,,"))
    assert named(files, files.customers(ROW), rows) == [(2, "authorization_number")]
