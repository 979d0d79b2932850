"""What is mine to do: `vip agenda`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, ask
from gateway.cli.output import say, table

if TYPE_CHECKING:
    from gateway.answers import Agenda

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
    ask(looking, lambda gateway: gateway.agenda(managed_by, days), _tell)


def _tell(answer: "Agenda") -> None:
    rows = (
        (one["on"], one["organization"], f"{one['text']}\n{one.get('command', '')}".rstrip()) for one in answer["items"]
    )
    table("", ("on", "customer", "what"), rows, empty="Nothing waits, and nothing happens by itself.")
    waiting = sum(one["kind"] == "waits" for one in answer["items"])
    if answer["items"]:
        say("")
        say(f"{waiting} wait for you; {len(answer['items']) - waiting} happen by themselves until {answer['until']}.")
