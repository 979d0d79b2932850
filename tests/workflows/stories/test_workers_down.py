"""Stories of weeks in which no worker ran (rules, section 2)."""

import pytest

from tests.workflows.stories.conftest import Play
from tests.workflows.stories.telling import When, WorkersDown, accept, authorize, on, order, until


@pytest.mark.rule("2.5", "2.6", "A6", "A18", "M3")
async def test_after_90_days_without_workers_an_order_placed_in_time_is_in_time(play: Play) -> None:
    placed = order("PO-1", ordered_at=When(12, "15:00"))
    await play(
        on(1, "09:00", authorize(5), authorize(3)),
        on(2, "09:00", WorkersDown(92, "09:00", meanwhile=placed)),
        until(92, state="expired", authorizations=("settled", "overdue"), renewal_state="in_term"),
        until(93, authorizations=("settled", "deactivated")),
        until(96),
    )


@pytest.mark.rule("2.5", "2.6", "A6", "A9")
async def test_after_90_days_without_workers_a_late_order_is_as_late_as_it_was(play: Play) -> None:
    placed = order("PO-1", ordered_at=When(20, "15:00"))
    await play(
        on(0, "10:45", accept()),
        on(1, "09:00", authorize(5)),
        on(2, "09:00", WorkersDown(92, "09:00", meanwhile=placed)),
        until(93, authorizations=("settled",), renewal_state="in_term", lists=[]),
    )
