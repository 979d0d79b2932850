"""Stories of an authorization and its orders (rules, section 4)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import (
    OTHER,
    When,
    accept,
    authorize,
    cancel,
    direct_order,
    extend,
    lines,
    on,
    order,
    refused,
    until,
    write_off,
)


@pytest.mark.every_way
@pytest.mark.rule("A1", "A4", "A6", "A18", "M5", "R1")
async def test_an_order_in_time_ends_the_reminders_and_is_settled_after_its_return_window(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        until(8, authorizations=("pending",), lists=["pending_requests"]),
        on(10, "14:20", order("PO-1")),
        until(11, authorizations=("ordered",), renewal_state="in_term", lists=[]),
        until(40, authorizations=("settled",)),
    )


@pytest.mark.rule("A9", "A10", "A11", "A12", "A13")
async def test_what_is_never_ordered_is_deactivated_and_a_later_order_reactivates_it(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        until(16, authorizations=("overdue",), lists=["overdue_requests"]),
        on(20, "09:00", refused(authorize(1), "overdue_items")),
        until(70, authorizations=("deactivated",), lists=["overdue_requests"]),
        on(75, "16:00", order("PO-1")),
        on(75, "16:30", authorize(2)),
        until(100, authorizations=("settled", "overdue")),
    )


@pytest.mark.rule("A6", "A9")
async def test_a_late_order_lifts_the_block_at_once(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        on(30, "09:00", refused(authorize(1), "overdue_items"), order("PO-1"), authorize(1)),
        until(31, authorizations=("ordered", "pending"), lists=["pending_requests"]),
        until(60, authorizations=("settled", "overdue")),
    )


@pytest.mark.rule("A6", "A9", "A18")
async def test_an_order_told_after_the_deadline_is_late_and_what_follows_counts_from_the_day_it_was_placed(
    play: Play,
) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        until(16, authorizations=("overdue",)),
        on(17, "09:00", order("PO-1", ordered_at=When(12, "15:00"))),
        until(18, authorizations=("ordered",)),
        until(28, authorizations=("settled",)),
    )


@pytest.mark.rule("A5", "A6", "A9", "A12", "A13")
async def test_partial_orders_hold_what_they_cover_and_leave_the_rest_its_deadlines(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(10)),
        on(5, "09:00", order("PO-1", 2), refused(order("PO-1", 3), "order_reference_conflict")),
        until(6, authorizations=("pending",), renewal_state="in_term"),
        on(20, "09:00", order("PO-2", 3), refused(order("PO-3", 9), "exceeds_open")),
        until(21, authorizations=("overdue",)),
        on(70, "09:00", order("PO-4", 1)),
        until(71, authorizations=("deactivated",)),
        on(80, "09:00", order("PO-1"), order("PO-5"), refused(order("PO-6"), "nothing_open")),
        until(81, authorizations=("ordered",)),
        until(100, authorizations=("settled",)),
    )


@pytest.mark.rule("A7")
async def test_cancelling_takes_what_is_open(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5), authorize(3)),
        on(3, "09:00", order("PO-1", 2, of=1)),
        on(4, "09:00", cancel(0), cancel(1), refused(cancel(0), "not_pending")),
        until(5, authorizations=("cancelled", "ordered")),
        until(60, authorizations=("cancelled", "settled")),
    )


@pytest.mark.rule("A14")
async def test_writing_off_lifts_the_block_and_keeps_what_was_ordered(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5), authorize(4), authorize(3), authorize(2)),
        on(2, "09:00", order("PO-1", 1, of=1), order("PO-1", 1, of=3), refused(write_off(0), "not_overdue")),
        on(20, "09:00", write_off(0), write_off(1), refused(authorize(1), "overdue_items")),
        until(21, authorizations=("written_off", "settled", "overdue", "overdue")),
        until(65, authorizations=("written_off", "settled", "deactivated", "deactivated")),
        on(66, "09:00", write_off(2), write_off(3), refused(order("PO-2", of=2), "nothing_open"), authorize(1)),
        until(67, authorizations=("written_off", "settled", "written_off", "settled", "pending")),
    )


@pytest.mark.rule("A8", "A9", "A12")
async def test_an_extension_moves_every_deadline_and_the_reminders_come_again(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(0, "11:00", authorize(5)),
        on(12, "09:00", extend(10), refused(extend(5), "extension_limit")),
        on(22, "09:00", extend(4)),
        until(28, authorizations=("pending",)),
        until(30, authorizations=("overdue",)),
        on(30, "13:00", refused(extend(1), "not_pending")),
        until(74, authorizations=("overdue",)),
        until(80, authorizations=("deactivated",)),
    )


@pytest.mark.rule("A2", "A9", "M5")
async def test_a_member_may_authorize_before_the_acceptance(play: Play) -> None:
    await play(
        on(0, "11:00", authorize(5, by="member")),
        on(0, "11:05", refused(authorize(251, by="member"), "quantity_out_of_range")),
        until(2, state="invited", authorizations=("pending",), console_access=False),
        on(4, "09:00", accept()),
        until(16, state="accepted", authorizations=("overdue",), console_access=True),
    )


@pytest.mark.rule("A3", "A18", "R1")
async def test_a_direct_order_buys_what_cannot_be_authorized(play: Play) -> None:
    device = "acrobat-pro-enterprise-device"
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", refused(authorize(5, device), "product_not_authorizable")),
        on(1, "09:10", direct_order("PO-1", 5, device), direct_order("PO-1", 5, device)),
        on(1, "09:20", refused(direct_order("PO-1", 6, device), "order_reference_conflict")),
        on(3, "09:00", direct_order("PO-2", 2, OTHER, ordered_at=When(2, "16:00"))),
        until(4, authorizations=("ordered", "ordered"), renewal_state="in_term", lists=[]),
        until(40, authorizations=("settled", "settled")),
        invite={"offer_types": ["team", "enterprise"]},
    )


@pytest.mark.rule("A1", "A9")
async def test_a_request_told_late_takes_up_its_life_where_it_stands(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(20, "09:00", authorize(5, requested_at=When(1, "09:00"))),
        until(21, authorizations=("overdue",)),
        on(22, "09:00", order("PO-1", ordered_at=When(3, "09:00"))),
        on(30, "09:00", authorize(4, lines=[*lines(1), *lines(2), *lines(3, OTHER)])),
        until(40, authorizations=("settled", "pending")),
    )
