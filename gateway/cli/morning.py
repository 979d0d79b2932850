"""What is mine to do: `vip agenda`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, ask
from gateway.cli.listing import check_filled

if TYPE_CHECKING:
    from gateway.answers import Agenda
    from gateway.client import Gateway

Days = Annotated[int, Parameter(validator=Number(gte=1, lte=366))]


def agenda(*, managed_by: str | None = None, days: Days = 14, looking: Looking = LOOKING) -> None:
    """What waits for the account manager, and what happens by itself, in order of date.

    Each thing that waits comes with the command that settles it; what stands there in capitals you decide.

    Parameters
    ----------
    managed_by
        Only customers of the account manager with this ID.
    days
        So many days ahead, for what happens by itself.
    """

    async def question(gateway: "Gateway") -> "Agenda":
        answer = await gateway.agenda(managed_by, days)
        if not answer["items"]:
            await check_filled(gateway)
        return answer

    ask(looking, question, _tell)


def _tell(answer: "Agenda") -> None:
    every = answer["items"]
    if not every:
        print("Nothing waits, and nothing happens by itself.")
        return
    for one in every:
        print(f"{one['on']}  {one['organization']}: {one['text']}")
        if "command" in one:
            print(f"            {one['command']}")  # whatever the width: a line that was broken can't be pasted
    waiting = sum(one["kind"] == "waits" for one in every)
    print(f"\n{waiting} wait for you; {len(every) - waiting} happen by themselves until {answer['until']}.")
