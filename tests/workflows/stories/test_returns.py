"""Stories of licences that are given back (rules, section 4)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import (
    accept,
    ask_return,
    authorize,
    confirm_return,
    decline_return,
    direct_order,
    on,
    order,
    refused,
    until,
)


@pytest.mark.rule("A15", "A16", "R13")
async def test_returning_everything_ends_the_term(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        on(1, "09:00", order("PO-1")),
        on(3, "09:00", ask_return("PO-1")),
        until(4, authorizations=("return_requested",), renewal_state="in_term"),
        on(5, "09:00", confirm_return()),
        until(6, authorizations=("returned",), renewal_state="no_term", lists=["no_products"]),
        until(20),
        on(20, "13:00", direct_order("PO-2", 1)),
        until(21, renewal_state="in_term"),
    )


@pytest.mark.rule("A15", "A16", "A18")
async def test_parts_can_be_returned_one_after_the_other_within_the_window(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        on(1, "09:00", order("PO-1"), refused(ask_return("PO-9"), "not_found")),
        on(3, "09:00", ask_return("PO-1", 3), refused(ask_return("PO-1", 1), "return_already_open")),
        on(4, "09:00", confirm_return(2)),
        on(5, "09:00", refused(ask_return("PO-1", 4), "exceeds_held"), ask_return("PO-1", 1)),
        on(6, "09:00", confirm_return(), refused(confirm_return(), "no_return_open")),
        until(7, authorizations=("ordered",)),
        until(30, authorizations=("settled",)),
        on(30, "13:00", refused(ask_return("PO-1"), "return_window_closed")),
    )


@pytest.mark.rule("A15", "A17", "A18")
async def test_a_return_still_open_when_its_window_ends_keeps_the_authorization_open(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5), refused(ask_return("PO-1"), "not_ordered")),
        on(1, "09:00", order("PO-1")),
        on(2, "09:00", ask_return("PO-1", 1)),
        on(3, "09:00", decline_return()),
        on(15, "23:00", ask_return("PO-1", 2)),
        until(30, authorizations=("return_requested",)),
        on(31, "09:00", decline_return()),
        until(32, authorizations=("settled",)),
    )


@pytest.mark.rule("A15", "A16", "A18", "R13")
async def test_each_order_has_a_return_window_of_its_own(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        on(1, "09:00", order("PO-1", 3)),
        on(10, "09:00", order("PO-2")),
        on(16, "09:00", refused(ask_return("PO-1"), "return_window_closed"), ask_return("PO-2")),
        on(17, "09:00", confirm_return()),
        until(18, authorizations=("ordered",), renewal_state="in_term"),
        until(30, authorizations=("settled",)),
    )
