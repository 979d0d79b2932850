"""An attempt to send a letter is seen through; a server that hears nothing of it gives it to another worker."""

import asyncio

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities import attempt
from activities.attempt import seen_through


class Slow:
    """A relay that takes its time."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def send(self) -> str:
        self.begun.set()
        await self.may_end.wait()
        return "sent"


async def test_a_long_attempt_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "BEAT", 0.001)
    slow, environment, beats = Slow(), ActivityEnvironment(), list[None]()

    def beat(*_details: object) -> None:
        beats.append(None)
        if len(beats) == 3:
            slow.may_end.set()

    environment.on_heartbeat = beat
    assert await environment.run(seen_through, slow.send()) == "sent"
    assert len(beats) == 3


async def test_a_cancelled_attempt_is_seen_through() -> None:
    slow, environment = Slow(), ActivityEnvironment()
    sending = asyncio.ensure_future(environment.run(seen_through, slow.send()))
    await slow.begun.wait()
    environment.cancel()
    await asyncio.sleep(0)
    slow.may_end.set()
    assert await sending == "sent"


async def test_a_worker_that_stops_and_has_waited_breaks_it_off() -> None:
    slow, environment = Slow(), ActivityEnvironment()
    sending = asyncio.ensure_future(environment.run(seen_through, slow.send()))
    await slow.begun.wait()
    environment.cancel(ActivityCancellationDetails(worker_shutdown=True))
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert not slow.may_end.is_set()
