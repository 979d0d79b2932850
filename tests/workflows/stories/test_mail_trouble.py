"""Stories of letters that do not get out: no state waits for them (rules, sections 2 and 8)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import (
    CONTACT,
    MANAGER,
    RollOver,
    accept,
    authorize,
    deactivate,
    direct_order,
    hand_over,
    lift,
    mail_down,
    mail_up,
    on,
    order,
    refused,
    refuses,
    takes,
    until,
)


@pytest.mark.rule("2.8", "11.2", "A9", "A10")
async def test_after_three_weeks_without_mail_only_the_newest_letters_go(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(7, "20:00", mail_down()),
        until(17, authorizations=("overdue",)),
        on(20, "09:00", RollOver()),
        on(28, "10:00", mail_up()),
        until(30, authorizations=("overdue",)),
        until(50),
    )


@pytest.mark.every_way
@pytest.mark.rule("2.8", "11.3")
async def test_a_letter_whose_reason_is_gone_when_mail_is_back_is_not_sent(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(14, "20:00", mail_down()),
        on(20, "09:00", order("PO-1")),
        on(24, "10:00", mail_up()),
        until(40, authorizations=("settled",)),
    )


@pytest.mark.rule("A11", "A12", "4.3")
async def test_without_mail_on_the_day_nothing_is_deactivated_before_a_warning_got_out(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(47, "20:00", mail_down()),
        until(63, authorizations=("overdue",)),
        on(64, "10:00", mail_up()),
        until(65, authorizations=("deactivated",)),
        until(70),
    )


@pytest.mark.rule("2.9")
async def test_a_letter_that_nobody_takes_for_two_weeks_is_undelivered(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", direct_order("PO-1", 5)),
        on(3, "08:30", mail_down()),
        on(3, "09:00", direct_order("PO-2", 2)),
        until(17, unreachable=True, authorizations=("settled", "ordered")),
        on(21, "10:00", mail_up()),
        until(22),
        on(23, "09:00", direct_order("PO-3", 1)),
        until(25),
    )


@pytest.mark.rule("8.1", "M7")
async def test_a_contact_whose_address_is_refused_is_unreachable_until_another_takes_over(play: Play) -> None:
    stage = await play(
        on(0, "10:45", accept()),
        on(1, "08:00", refuses(CONTACT)),
        on(1, "09:00", authorize(5)),
        until(2, unreachable=True),
        on(3, "09:00", hand_over("Ida Friis", "ida@example.com")),
        until(4, unreachable=False),
        until(20, unreachable=False, authorizations=("overdue",)),
    )
    assert any(CONTACT in one.text for one in stage.sink.to(MANAGER))


@pytest.mark.rule("8.2")
async def test_after_a_refusal_nothing_goes_to_that_address_until_that_is_lifted(play: Play) -> None:
    stage = await play(
        on(0, "10:45", accept()),
        on(1, "08:00", authorize(5), authorize(3)),
        on(2, "08:00", refuses(CONTACT)),
        on(2, "09:00", order("PO-1")),
        on(3, "09:00", takes(CONTACT)),
        on(4, "09:00", RollOver()),
        on(5, "09:00", order("PO-2", of=1)),
        until(8, unreachable=True),
        on(9, "09:00", lift()),
        until(10, unreachable=False),
        on(11, "09:00", direct_order("PO-3", 1)),
        until(12),
    )
    texts = [one.text for one in stage.sink.to(CONTACT)]
    assert not any("PO-1" in text or "PO-2" in text for text in texts)
    assert any("PO-3" in text for text in texts)


@pytest.mark.rule("A19", "4.3")
async def test_where_no_warning_can_get_out_the_account_manager_decides(play: Play) -> None:
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(30, "09:00", refuses(CONTACT), refuses(MANAGER)),
        on(61, "09:00", refused(deactivate(), "not_overdue")),
        until(70, unreachable=True, authorizations=("overdue",)),
        on(71, "09:00", deactivate()),
        until(72, authorizations=("deactivated",)),
        on(73, "09:00", takes(CONTACT), takes(MANAGER), lift("contact"), lift("account_manager")),
        on(74, "09:00", order("PO-1")),
        until(75, unreachable=False, authorizations=("ordered",)),
    )
