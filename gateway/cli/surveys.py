"""What an import would do, and why it can't: as tables or JSON."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from gateway.cli.asking import Looking
from gateway.cli.output import WrongUsage, document, failed, say, table, when
from gateway.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.importing.checking import Checker, Plan
    from gateway.importing.drafting import Draft
    from gateway.importing.problems import Problem
    from gateway.importing.surveying import Survey
    from settings import Settings

Answer = dict[str, Any]
REFUSED = 1
_SHOWN = 50
"""Problems that a person gets to see at once; one mistake in a column is one in every row."""


def checker(settings: "Settings") -> "Checker":
    """What drafts are tried with, under the policy and catalogue of the settings. Raises `WrongUsage`."""
    from datetime import UTC, datetime

    from cases import shelf
    from gateway.importing.checking import Checker
    from settings import SettingsError
    from worker import read_catalogue, read_policy

    try:
        policy, catalogue = read_policy(settings), read_catalogue(settings)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    shelf.put(catalogue)
    return Checker(policy, catalogue, datetime.now(UTC), show_organization=settings.organization_in_lists)


def watched(looking: Looking) -> "Callable[[list[Draft]], Iterable[Draft]]":
    """A bar while drafts are checked."""

    def watch(drafts: "list[Draft]") -> "Iterator[Draft]":
        with progress("checked", len(drafts), shown=not looking.json) as step:
            for draft in drafts:
                yield draft
                step()

    return watch


def refused(message: str, problems: "list[Problem]", looking: Looking) -> int:
    """Every problem for a program; for a person the first of them, and how many there are."""
    if looking.json:
        told = [one.answer() for one in problems]
        return failed(problems[0].code, message, told, as_json=True, status=REFUSED)
    shown = [{"code": one.code, "message": str(one)} for one in problems[:_SHOWN]]
    failed(problems[0].code, message, shown, as_json=False, status=REFUSED)
    more = f"{len(problems) - _SHOWN} more are not shown here. " if len(problems) > _SHOWN else ""
    print(f"vip: {more}{message}", file=sys.stderr)
    return REFUSED


def foretold(found: "Survey", met: bool, looking: Looking) -> int:
    """What an import would do."""
    problems, plans = found.problems, [*found.settled, *found.plans]
    if looking.json:
        items = [_item(plan, plan in found.settled) for plan in plans]
        reasons = [problem.answer() for problem in problems]
        document({"items": items, "total": found.customers, "compared_with_the_server": met, "reasons": reasons})
    else:
        rows = (
            (
                plan.vip_number,
                plan.organization,
                f"{plan.state}, {plan.renewal_state}",
                ", ".join(f"{count} {state}" for state, count in Counter(plan.authorizations).items()),
                plan.next_event and plan.next_event[0],
                plan.next_event and when(plan.next_event[1]),
            )
            for plan in plans
        )
        headings = ("VIP number", "customer", "what", "authorizations", "next", "on")
        table("", headings, rows, empty="No customer could be imported.")
        for warning in warnings(plans):
            say(f"{warning['vip_number']}: {warning['message']}")
        if found.settled:
            say(f"{len(found.settled)} of them are there already.")
        if not met:
            say("No server answers, so nobody knows who is there already.")
    if problems and not looking.json:
        return refused(f"{things_wrong(problems)}.", problems, looking)
    return REFUSED if problems else 0


def _item(plan: "Plan", settled: bool) -> Answer:
    event = plan.next_event
    return {
        "vip_number": plan.vip_number,
        "organization": plan.organization,
        "state": plan.state,
        "renewal_state": plan.renewal_state,
        "authorizations": list(plan.authorizations),
        **({"next_event": {"name": event[0], "at": event[1]}} if event else {}),
        "already_there": settled,
        "warnings": list(plan.warnings),
    }


def warnings(plans: "list[Plan]") -> list[Answer]:
    return [{"vip_number": plan.vip_number, "message": warning} for plan in plans for warning in plan.warnings]


def things_wrong(problems: "list[Problem]") -> str:
    return "1 thing is wrong" if len(problems) == 1 else f"{len(problems)} things are wrong"
