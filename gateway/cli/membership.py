"""Inviting, accepting, and what can change about a customer."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, change
from gateway.cli.output import WrongUsage

OfferType = Literal["team", "enterprise"]


def invite(
    *,
    organization: str | None = None,
    segment: Literal["commercial", "government", "education"] | None = None,
    offer_type: tuple[OfferType, ...] = (),
    region: str | None = None,
    address: str | None = None,
    postal_code: str | None = None,
    contact_name: str | None = None,
    contact_email: str | None = None,
    manager_id: str | None = None,
    manager_name: str | None = None,
    manager_email: str | None = None,
    manager_language: str | None = None,
    language: str | None = None,
    anniversary_date: str | None = None,
    external_id: str | None = None,
    file: Annotated[str | None, Parameter(name=("--file", "-f"), allow_leading_hyphen=True)] = None,
    doing: Doing = DOING,
) -> None:
    """Invite an organisation. None of it can be edited later.

    Parameters
    ----------
    organization
        The organisation's name.
    segment
        Its market segment.
    offer_type
        What it may buy; may be given twice.
    region
        Its country by two letters, such as DK.
    address
        Street and place, in one line.
    postal_code
        The postal code.
    contact_name
        The primary contact, who gets the invitation.
    contact_email
        The contact's address.
    manager_id
        The account manager's ID.
    manager_name
        The account manager's name.
    manager_email
        The account manager's address.
    manager_language
        The account manager's language.
    language
        The contact's language; by default the region's.
    anniversary_date
        A custom anniversary date; by default 12 months after the first order.
    external_id
        Your own ID of this customer.
    file
        The body as JSON from a file, or - for standard input; options given beside it win.
    """
    body: Answer = _from_file(file) if file else {}
    contact = _present({"name": contact_name, "email": contact_email})
    manager = _present({"id": manager_id, "name": manager_name, "email": manager_email, "language": manager_language})
    body |= _present(
        {
            "organization": organization,
            "market_segment": segment,
            "offer_types": list(offer_type) or None,
            "region": region,
            "address": address,
            "postal_code": postal_code,
            "language": language,
            "anniversary_date": anniversary_date,
            "external_id": external_id,
        }
    )
    for name, person in (("contact", contact), ("account_manager", manager)):
        if person:
            body[name] = {**body.get(name, {}), **person}
    change(doing, body, lambda gateway, said, key: gateway.invite(said, key), showing.customer)


def accept(
    vip_number: str,
    /,
    *,
    name: str,
    identity: str | None = None,
    terms_version: str = "1",
    at: str | None = None,
    doing: Doing = DOING,
) -> None:
    """Accept an invitation on behalf of the member.

    Parameters
    ----------
    vip_number
        The customer.
    name
        Who accepted.
    identity
        By what the accepting person is known, such as an account of an identity service.
    terms_version
        Which version of the terms was accepted.
    at
        When, such as 2027-03-01T10:00:00Z; by default now.
    """
    body = {"accepted_by": _present({"name": name, "identity": identity}), "terms_version": terms_version}
    _update(vip_number, "accept_invitation", {**body, "accepted_at": at}, doing)


def resend(vip_number: str, /, *, doing: Doing = DOING) -> None:
    """Send the invitation again; its clocks start again.

    Parameters
    ----------
    vip_number
        The customer.
    """
    _update(vip_number, "resend_invitation", {}, doing)


def withdraw(vip_number: str, /, *, reason: str, doing: Doing = DOING) -> None:
    """Withdraw an invitation, while nothing was ever authorized or ordered; final.

    Parameters
    ----------
    vip_number
        The customer.
    reason
        Why, for the journal and the letter.
    """
    _update(vip_number, "withdraw_invitation", {"reason": reason}, doing)


def contact(
    vip_number: str, /, *, name: str, email: str, language: str | None = None, reason: str, doing: Doing = DOING
) -> None:
    """Hand over to another contact, who gets the invitation or a welcome.

    Parameters
    ----------
    vip_number
        The customer.
    name
        The new contact.
    email
        The new contact's address.
    language
        The new contact's language; by default it stays.
    reason
        Why, for the journal.
    """
    body = {"name": name, "email": email, "language": language, "reason": reason}
    _update(vip_number, "hand_over_contact", body, doing)


def offer_type(vip_number: str, offer_type: OfferType, /, *, doing: Doing = DOING) -> None:
    """Add an offer type; one that the customer has changes nothing.

    Parameters
    ----------
    vip_number
        The customer.
    offer_type
        What it may buy from now on.
    """
    _update(vip_number, "add_offer_types", {"offer_types": [offer_type]}, doing)


def _update(vip_number: str, name: str, body: Answer, doing: Doing) -> None:
    change(
        doing, body, lambda gateway, said, key: gateway.update_customer(vip_number, name, said, key), showing.customer
    )


def _present(values: Answer) -> Answer:
    return {name: value for name, value in values.items() if value is not None}


def _from_file(name: str) -> Answer:
    import json

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        body = json.loads(text)
    except (OSError, ValueError) as error:
        raise WrongUsage(f"{name} cannot be read as JSON: {error}") from None
    if not isinstance(body, dict):
        raise WrongUsage(f"{name} must hold one JSON object")
    return body
