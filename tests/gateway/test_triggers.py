"""Some of every kind of trigger, each sent three times at once: one effect, equal answers. `make prove` sends 500."""

import pytest
from temporalio.client import Client

from tests.gateway.triggers.proving import prove


@pytest.mark.parametrize("way", ["client", "http"])
async def test_every_trigger_has_one_effect_and_its_copies_have_equal_answers(client: Client, way: str) -> None:
    await prove(client, way, share=0.1, rolls=1)
