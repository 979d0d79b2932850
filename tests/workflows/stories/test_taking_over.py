"""Stories of customers that lived before they came here (rules, section 10)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import On, authorize, lines, on, order, refused, renew, until


async def test_a_customer_takes_up_its_life_where_it_stands(play: Play) -> None:
    placed = {"order_reference": "PO-1", "ordered_on": On(-293)}
    await play(
        until(1, state="accepted", authorizations=("settled", "overdue", "pending"), renewal_state="upcoming"),
        on(2, "09:00", refused(authorize(1), "overdue_items"), order("PO-2", of=1)),
        on(8, "09:00", order("PO-3", of=2)),
        until(30),
        until(45, renewal_state="ready"),
        on(60, "09:00", renew("R-1")),
        until(80, renewal_state="in_term"),
        invite={
            "history": {
                "invited_on": On(-310),
                "accepted_on": On(-305),
                "authorizations": [
                    {
                        "requested_on": On(-300),
                        "lines": lines(5),
                        "orders": [placed],
                    },
                    {"requested_on": On(-5), "lines": lines(3)},
                    {"requested_on": On(-25), "lines": lines(2), "requested_by": "member"},
                ],
            }
        },
    )


@pytest.mark.rule("11.15", "A12")
async def test_nothing_that_was_due_is_deactivated_without_its_notice(play: Play) -> None:
    await play(
        until(0, state="accepted", authorizations=("overdue",)),
        until(1, authorizations=("overdue",)),
        until(2, authorizations=("deactivated",)),
        until(10),
        invite={
            "history": {
                "invited_on": On(-100),
                "accepted_on": On(-98),
                "authorizations": [{"requested_on": On(-90), "lines": lines(5)}],
            }
        },
    )


@pytest.mark.rule("M3")
async def test_a_member_without_an_acceptance_has_expired(play: Play) -> None:
    await play(
        until(1, state="expired", authorizations=()),
        until(20),
        invite={"history": {"invited_on": On(-40)}},
    )
