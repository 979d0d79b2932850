"""A new version is deployed: `vip replay` before it, `vip roll-over` after it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from gateway.cli.asking import LOOKING, Looking, connected, server, settings_here
from gateway.cli.output import document, say, table
from gateway.cli.progress import progress

if TYPE_CHECKING:
    from gateway.replaying import Replayed

Answer = dict[str, Any]
AtLeastOne = Annotated[int, Parameter(validator=Number(gte=1))]

NOT_ALL = 1
"""Exit status: some cases do not replay, or did not roll over."""
TOLD = 20
"""So many of them are named for a person; JSON names all."""


def replay(*, limit: AtLeastOne | None = None, looking: Looking = LOOKING) -> int:
    """Replay every open case with the code of this installation: would each go on under it? Nothing is changed.

    Parameters
    ----------
    limit
        Only so many, the ones whose run began last.
    """
    done = asyncio.run(_replayed(limit, looking))
    if looking.json:
        document(_answer(done))
    else:
        _show(done)
    return NOT_ALL if done.failed else 0


async def _replayed(limit: int | None, looking: Looking) -> "Replayed":
    from gateway import replaying

    client = await connected(server(settings_here()))
    there = await replaying.how_many(client)
    with progress("cases", min(there, limit or there), shown=not looking.json) as step:
        return await replaying.replay(client, step, limit=limit)


def _answer(done: "Replayed") -> Answer:
    failed = [vars(one) for one in done.failed]
    return {
        "cases": sum(done.cases.values()),
        "events": done.events,
        "types": [
            {"workflow_type": kind, "cases": count, "failed": sum(one.workflow_type == kind for one in done.failed)}
            for kind, count in sorted(done.cases.items())
        ],
        "failed": failed,
    }


def _show(done: "Replayed") -> None:
    rows = ((one["workflow_type"], one["cases"], one["failed"]) for one in _answer(done)["types"])
    table("", ("workflow type", "cases", "do not replay"), rows, empty="No case is open.")
    for one in done.failed[:TOLD]:
        say(f"{one.workflow_id}: {one.why}")
    if (more := len(done.failed) - TOLD) > 0:
        say(f"… and {more} more; --json names them all.")
    for advice in dict.fromkeys(one.advice for one in done.failed):
        say(advice)
    if done.failed:
        say("Do not deploy this: docs/changing-a-lifecycle.md says what to do for each kind of change.")


def roll_over(
    *,
    wait: Annotated[bool, Parameter(negative="--no-wait")] = True,
    patience: AtLeastOne = 60,
    looking: Looking = LOOKING,
) -> int:
    """Bring every open case onto a fresh run, after a deployment: then nothing needs the code of before.

    The server asks them all, in a batch; a case that begins meanwhile is on a fresh run anyway.

    Parameters
    ----------
    wait
        Wait until they have moved; otherwise only ask them.
    patience
        Seconds in which no case moves, after which those that are left are given up.
    """
    answer = asyncio.run(_rolled_over(wait, patience, looking))
    if looking.json:
        document(answer)
    elif not answer["cases"]:
        say("No case is open.")
    elif not wait:
        say(f"{answer['cases']} cases are asked to roll over: temporal batch describe --job-id {answer['job_id']}")
    else:
        say(f"{answer['rolled_over']} of {answer['cases']} cases are on a fresh run.")
        for one in answer["left"][:TOLD]:
            say(f"{one['workflow_id']}: still in run {one['run_id']}")
        if (more := len(answer["left"]) - TOLD) > 0:
            say(f"… and {more} more; --json names them all.")
        if answer["left"]:
            say("Either no worker takes their tasks, or the tasks fail: see its log. Then run this again.")
    return NOT_ALL if answer.get("left") else 0


async def _rolled_over(wait: bool, patience: float, looking: Looking) -> Answer:
    from gateway import deploying

    client = await connected(server(settings_here()))
    roll = await deploying.ask_all_to_roll_over(client)
    asked: Answer = {"cases": len(roll.runs), "job_id": roll.job_id}
    if not wait:
        return asked
    with progress("cases", len(roll.runs), shown=not looking.json) as step:
        left = await deploying.wait_for_fresh_runs(client, roll, step, still=patience)
    named = [{"workflow_id": workflow_id, "run_id": run_id} for run_id, workflow_id in left.items()]
    return {**asked, "rolled_over": len(roll.runs) - len(left), "left": named}
