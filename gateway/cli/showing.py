"""Customers, authorizations and what happened to them, for people to read."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from gateway.answers import Authorization, Customer, Preview, Row, WholeCustomer
from gateway.cli.output import facts, quantities, table, when


def customer(answer: Customer | WholeCustomer) -> None:
    """The details page: the customer, what is open, products and licences, every authorization."""
    contact, manager = answer["contact"], answer["account_manager"]
    facts(
        answer["organization"],
        (
            ("VIP number", answer["vip_number"]),
            ("external ID", answer.get("external_id")),
            ("membership", _membership(answer)),
            ("renewal", answer["renewal_state"]),
            ("anniversary date", answer.get("anniversary_date")),
            ("lists", ", ".join(answer["lists"]) or "none"),
            ("next", event(answer)),
            ("unreachable", "a letter could not be delivered; see the journal" if answer["unreachable"] else None),
            ("stopped", _stopped(answer)),
            ("contact", f"{contact['name']} <{contact['email']}>"),
            ("managed by", f"{manager['name']} <{manager['email']}> ({manager['id']})"),
            ("segment", answer["market_segment"]),
            ("offer types", ", ".join(answer["offer_types"])),
            ("address", f"{answer['address']}, {answer['postal_code']}, {answer['region']}"),
            ("language", answer["language"]),
            ("policy", answer["policy_version"]),
        ),
    )
    products = answer["products"]
    if products:
        counts = ("held", "open", "deactivated", "renewed", "declined")
        rows = ([one["product"], one["name"], *(dict(one)[name] or "" for name in counts)] for one in products)
        table("Products and licences", ("product", "name", *counts), rows, empty="")
    if every := cast(WholeCustomer, answer).get("authorizations"):
        authorizations(every)


def authorizations(answers: Sequence[Authorization]) -> None:
    table(
        "Authorizations",
        ("number", "state", "requested", "lines", "next"),
        (
            (one["authorization_number"], one["state"], when(one["requested_at"]), quantities(one["lines"]), event(one))
            for one in answers
        ),
        empty="",
    )


def authorization(answer: Authorization | Preview) -> None:
    """An authorization with every date."""
    months = f"{answer['months_to_order']} months from {answer['order_from']}"
    facts(
        f"Authorization {answer.get('authorization_number', '(nothing was authorized)')}",
        (
            ("customer", answer["vip_number"]),
            ("state", answer["state"]),
            ("requested", f"{when(answer['requested_at'])} by {answer['requested_by'].replace('_', ' ')}"),
            ("purchase order", answer.get("purchase_order")),
            ("to order", f"{months} (provisional)" if answer["provisional"] else months),
            ("order due by", answer.get("order_due_by")),
            ("overdue on", answer.get("overdue_on")),
            ("last warning on", answer.get("last_warning_on")),
            ("deactivated on", answer.get("deactivated_on")),
            ("return until", answer.get("return_until")),
            ("next", event(answer)),
        ),
    )
    rows = ((one["product"], one["name"], one["quantity"], one["ordered"], one["returned"]) for one in answer["lines"])
    table("Products", ("product", "name", "authorized", "ordered", "returned"), rows, empty="")
    if answer["orders"]:
        placed = (
            (one["order_reference"], when(one["ordered_at"]), quantities(one["lines"])) for one in answer["orders"]
        )
        table("Orders", ("reference", "ordered", "lines"), placed, empty="")


def rows(answers: Sequence[Row]) -> None:
    """The list of the Customers page."""
    table(
        "",
        ("VIP number", "customer", "anniversary", "segment", "managed by", "membership", "next"),
        (
            (
                one["vip_number"],
                f"{one['organization']}\n{one['contact']['email']}",
                one.get("anniversary_date"),
                one["market_segment"],
                one["account_manager"]["name"],
                f"{one['invitation_status']}\nunreachable" if one["unreachable"] else one["invitation_status"],
                (event(one) or "").replace(" ", "\n", 1),
            )
            for one in answers
        ),
        empty="No customer is in this list.",
    )


def journal(entries: Sequence[Mapping[str, Any]], *, whose: bool = False) -> None:
    """What happened, in order. The time is the effective one; where it was processed later, that is told too."""
    headings = ("when (UTC)", *(("whose",) if whose else ()), "what", "by", "why", "processed")
    table(
        "",
        headings,
        (
            (
                moment(one["effective_at"]),
                *((one["whose"],) if whose else ()),
                what(one),
                one.get("actor"),
                one.get("reason"),
                None if same_minute(one) else moment(one["processed_at"]),
            )
            for one in entries
        ),
        empty="Nothing happened.",
    )


def what(entry: Mapping[str, Any]) -> str:
    """One entry of a journal in a phrase."""
    if entry["kind"] == "letter":
        return f"letter {entry['letter']} to the {entry['reader'].replace('_', ' ')}: {entry['outcome']}"
    machine, trigger = entry.get("machine", ""), entry.get("trigger", "")
    if entry["kind"] == "transition":
        return f"{machine}: {entry.get('from') or 'begins'} -> {entry.get('to')} ({trigger})"
    return f"{machine}: {trigger}" if machine else trigger.replace("_", " ") or "noted"


def moment(instant: str) -> str:
    return instant[:16].replace("T", " ")


def same_minute(entry: Mapping[str, Any]) -> bool:
    return moment(entry["effective_at"]) == moment(entry["processed_at"])


def event(answer: Mapping[str, Any]) -> str | None:
    """The next change of state by itself, and when."""
    found = answer.get("next_event")
    return f"{found['name']} {when(found['at'])}" if found else None


def _stopped(answer: Customer) -> str | None:
    readers = " and the ".join(reader.replace("_", " ") for reader in answer.get("letters_stopped", ()))
    return f"no letters to the {readers}, until another takes over or vip lift-address" if readers else None


def _membership(answer: Customer) -> str:
    access = "has access to the Admin Console" if answer["console_access"] else "no access to the Admin Console yet"
    return f"{answer['state']}, {access}"
