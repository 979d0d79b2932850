"""What would be another after an export and an import: said for each customer, so that nothing is lost in silence."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from gateway.importing.checking import Plan
from gateway.importing.surveying import Survey

Answer = dict[str, Any]


class Difference(NamedTuple):
    """A customer, and what of it does not move."""

    vip_number: str
    message: str


def differences(portfolio: Iterable[Answer], found: Survey, policy: str) -> Iterator[Difference]:
    """Customers as they were exported, against what an import under this policy (its label) would make of the files."""
    cannot = {who.vip_number: problems for who, problems in found.bad}
    plans = {plan.vip_number: plan for plan in found.plans}
    for details in portfolio:
        number = details["vip_number"]
        for problem in cannot.get(number, ()):
            yield Difference(number, f"can't be imported: {problem}")
        if (plan := plans.get(number)) is not None:
            for message in _differences(details, plan, policy):
                yield Difference(number, message)


def _differences(details: Answer, plan: Plan, policy: str) -> Iterator[str]:
    if details["policy_version"] != policy:
        lives = details["policy_version"]
        yield f"lives under the policy {lives}; an import starts it under that of the settings, {policy}"
    event = details.get("next_event")
    pairs = [
        ("the membership", details["state"], plan.state),
        ("the renewal", details["renewal_state"], plan.renewal_state),
        ("the next event", event and (event["name"], event["at"]), plan.next_event),
    ]
    there = dict(zip(plan.numbers, plan.authorizations, strict=True))
    for one in details["authorizations"]:
        number = one["authorization_number"]
        pairs.append((f"authorization {number}", one["state"], there.get(number)))
    for what, here, would_be in pairs:
        if here != would_be:
            yield f"{what} is {_told(here)}; imported it would be {_told(would_be)}"


def _told(value: Any) -> str:
    return " on ".join(value) if isinstance(value, tuple) else str(value or "none")
