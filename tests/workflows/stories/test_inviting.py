"""Stories of a membership (rules, section 3)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import (
    CONTACT,
    MANAGER,
    When,
    accept,
    assign,
    authorize,
    hand_over,
    on,
    order,
    refused,
    resend,
    until,
    withdraw,
)


@pytest.mark.rule("M1", "M2", "M3", "M4", "M5")
async def test_an_invitation_is_reminded_of_expires_and_can_be_sent_again(play: Play) -> None:
    await play(
        on(1, "09:00", authorize(5)),
        until(25, state="invited"),
        until(32, state="expired", authorizations=("overdue",)),
        on(33, "09:00", refused(authorize(1), "overdue_items"), order("PO-1"), refused(accept(), "invitation_expired")),
        on(33, "09:10", refused(authorize(1), "invitation_expired")),
        on(34, "09:00", resend(), authorize(1)),
        until(38, state="invited", renewal_state="in_term"),
        on(39, "09:00", accept(), accept()),
        until(70, state="accepted"),
    )


@pytest.mark.rule("M3", "M5")
async def test_an_acceptance_told_after_the_expiry_counts_if_it_happened_before(play: Play) -> None:
    await play(
        until(31, state="expired"),
        on(33, "09:00", accept(accepted_at=When(20, "09:00"))),
        until(34, state="accepted", console_access=True),
    )


@pytest.mark.rule("M4")
async def test_an_invitation_is_resent_five_times_a_day_at_most(play: Play) -> None:
    await play(
        on(2, "09:00", *[resend()] * 5, refused(resend(), "resend_limit")),
        on(3, "00:30", resend()),
        until(32, state="invited"),
        until(34, state="expired"),
    )


@pytest.mark.rule("M6")
async def test_a_wrong_invitation_is_withdrawn_and_stays_so(play: Play) -> None:
    await play(
        until(3, state="invited"),
        on(4, "09:00", withdraw()),
        on(5, "09:00", refused(withdraw(), "invitation_withdrawn"), refused(authorize(1), "invitation_withdrawn")),
        until(60, state="withdrawn", lists=[]),
    )


@pytest.mark.rule("M6")
async def test_an_invitation_under_which_something_was_authorized_stays(play: Play) -> None:
    await play(
        on(1, "09:00", authorize(1), refused(withdraw(), "something_authorized")),
        until(31, state="expired", authorizations=("overdue",)),
        on(32, "09:00", refused(withdraw(), "something_authorized")),
    )


@pytest.mark.rule("M7", "M3")
async def test_a_handed_over_contact_gets_the_letters_from_then_on(play: Play) -> None:
    new, newer = "ida@example.com", "kaj@example.com"
    stage = await play(
        on(2, "09:00", hand_over("Ida Friis", new), refused(accept(invitation=1), "not_found")),
        until(32, state="expired"),
        on(33, "09:00", hand_over("Kaj Lund", newer)),
        on(34, "09:00", authorize(5), accept(invitation=3)),
        on(35, "09:00", hand_over("Mette Holm", CONTACT)),
        until(50, state="accepted", authorizations=("overdue",)),
    )
    assert [len(stage.sink.to(one)) for one in (new, newer)] == [5, 3]
    assert stage.sink.to(CONTACT)[-1].subject.startswith("Forfald")


@pytest.mark.rule("M9", "A9")
async def test_the_authorizations_follow_to_another_account_manager(play: Play) -> None:
    stage = await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(9, "09:00", assign("Piet Smit", "piet@example.org")),
        until(20, authorizations=("overdue",)),
    )
    assert len(stage.sink.to(MANAGER)) == 2
    assert len(stage.sink.to("piet@example.org")) == 3
