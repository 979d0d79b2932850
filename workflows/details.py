"""What an operator reads on a case's page: current details in Markdown, and the words of its timers.

The UI carries current details in an address, so they stay under 2 KB and hold no personal data; the organisation's name
heads them unless the setting says no. Blank lines are part of it: the UI's Markdown runs headings into lists otherwise.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from cases.answers import authorization_answer
from cases.authorization import AuthorizationCase, next_event
from cases.customer import CustomerCase
from states.authorization import AUTHORIZATION
from states.calendar import local_date
from states.lifecycle import Lifecycle
from states.membership import MEMBERSHIP
from states.membership import State as Membership
from states.renewal import RENEWAL
from states.standing import membership_reasons
from workflows.names import authorization_id, customer_id

SHOWN = 7
"""Entries of a list; the rest is counted."""
_REMINDERS = {"remind": "reminder", "warn": "warning of the deactivation"}


def timer_summary(trigger: StrEnum, at: datetime, zone: str) -> str:
    """A timer in the timeline: what it waits for."""
    return f"{_REMINDERS.get(trigger.value, trigger.value)} on {local_date(at, zone)} ({zone})"


def customer_details(case: CustomerCase, now: datetime, namespace: str, show_organization: bool) -> str:
    """State, next event, what stands in the way of buying, open authorizations, possible updates."""
    zone, late = case.policy.time_zone, case.late(now)
    anniversary = case.renewal.facts.anniversary or case.renewal.facts.custom_anniversary
    facts = [
        f"Membership **{case.state.value}**, renewal **{case.renewal.state.value}**"
        + (f", anniversary {anniversary}" if anniversary else ""),
        f"Next: {_next(case.next_event(now), zone)}",
        f"In the lists: {', '.join(one.value for one in case.lists(now)) or 'none'}",
    ]
    if late:
        facts.append(
            "**Buys nothing new** until what is late below is ordered (`place_order`) or given up (`write_off`)"
        )
    elif reasons := membership_reasons(case.state):
        facts.append(f"**Buys nothing**: {reasons[0]['message']}")
    if case.is_unreachable():
        facts.append("**Unreachable**: a letter could not be delivered; the query `journal` tells which")
    if case.stopped:
        facts.append(f"**No letters to the {_readers(case.stopped)}** until another takes over, or `lift_address`")
    if case.lost:
        facts.append(f"**Lost**: {_some(list(case.lost))} ended without a word; `write_off_lost` gives it up")
    text = [_heading(case.profile.organization if show_organization else case.vip_number), _list(facts)]
    if open_ones := list(case.open_authorizations()):
        links = [
            f"{_link(one.authorization_number, namespace, authorization_id(one.authorization_number))}: "
            f"**{one.state.value}**, {_next(next_event(one.state, one.facts, case.policy, now), zone, brief=True)}"
            for one in open_ones[:SHOWN]
        ]
        if more := len(open_ones) - len(links):
            links.append(f"and {more} more: filter by VipNumber")
        text += ["#### Open authorizations", _list(links)]
    allowed = [*_MEMBERSHIP[case.state], *_RENEWAL[case.renewal.state]]
    if case.state in (Membership.INVITED, Membership.ACCEPTED) and not late:
        allowed += ["authorize_purchase", "record_order"]
    return "\n\n".join([*text, *_possible(allowed)])


def authorization_details(case: AuthorizationCase, now: datetime, namespace: str, show_organization: bool) -> str:
    """State, next event, what is to be ordered until when, the customer, possible updates."""
    answer = authorization_answer(
        case.authorization_number, case.vip_number, case.state.value, case.facts, case.view, case.policy, now
    )
    event = next_event(case.state, case.facts, case.policy, now)
    lines = [f"{line['quantity']} x {line['product']}{_ordered(line)}" for line in answer["lines"]]
    facts = [
        f"**{case.state.value}**",
        f"Next: {_next(event, case.policy.time_zone)}",
        f"Customer {_link(case.vip_number, namespace, customer_id(case.vip_number))}",
        f"Products: {_some(lines)}",
    ]
    if "order_due_by" in answer:
        facts += [
            f"To be ordered by {answer['order_due_by']}, deactivated on {answer['deactivated_on']} at the earliest",
            f"To be ordered from {answer['order_from']}: {answer['months_to_order']} months"
            + (" (provisional)" if answer["provisional"] else ""),
        ]
    if "return_until" in answer:
        facts.append(f"Can be returned until {answer['return_until']}")
    if case.unreachable:
        facts.append("**Unreachable**: a letter could not be delivered; the query `journal` tells which")
    if stopped := {*case.stopped, *case.view.stopped}:
        facts.append(f"**No letters to the {_readers(stopped)}** until the customer's `lift_address`")
    heading = _heading(case.view.organization if show_organization else case.authorization_number)
    # By hand only when it does not come by itself.
    allowed = [name for name in _AUTHORIZATION[case.state] if name != "deactivate" or event is None]
    return "\n\n".join([heading, _list(facts), *_possible(allowed)])


def _commands(lifecycle: Lifecycle[Any]) -> dict[StrEnum, list[str]]:
    """The updates that each state knows: its triggers that are no clock's."""
    by_clock = {moment.trigger for moments in lifecycle.moments.values() for moment in moments} | {"licences_changed"}
    return {
        state: list(
            dict.fromkeys(
                row.trigger.value for row in lifecycle.rows if row.source is state and row.trigger not in by_clock
            )
        )
        for state in lifecycle.states
    }


_MEMBERSHIP, _RENEWAL, _AUTHORIZATION = _commands(MEMBERSHIP), _commands(RENEWAL), _commands(AUTHORIZATION)


def _heading(name: str) -> str:
    """A name as text, never as Markdown of its own."""
    return "## " + "".join("\\" + letter if letter in "\\`*_{}[]()<>#+-.!|~&" else letter for letter in name)


def _next(event: tuple[str, datetime] | None, zone: str, *, brief: bool = False) -> str:
    if event is None:
        return "nothing by itself"
    return f"{event[0]} on {local_date(event[1], zone)}" + ("" if brief else f" ({zone})")


def _link(text: str, namespace: str, workflow_id: str) -> str:
    return f"[{text}](/namespaces/{quote(namespace, safe='')}/workflows/{quote(workflow_id, safe='')})"


def _list(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _ordered(line: dict[str, Any]) -> str:
    returned = f", {line['returned']} returned" if line["returned"] else ""
    return f" ({line['ordered']} ordered{returned})" if line["ordered"] else ""


def _readers(stopped: Iterable[str]) -> str:
    return " and the ".join(sorted(reader.replace("_", " ") for reader in stopped))


def _possible(updates: Sequence[str]) -> list[str]:
    names = ", ".join(f"`{name}`" for name in updates)
    return ["#### Updates possible now", names or "None: the case is closed."]
