"""Inviting, accepting, and what can change about a customer."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, cast

from cyclopts import Parameter

from gateway import bodies
from gateway.answers import Customer as Answered
from gateway.bodies import Accept, AcceptedBy, AddOfferTypes, HandOver, Nothing
from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, change
from gateway.cli.options import At, Reason, ReasonInLetter, VipNumber
from gateway.cli.output import WrongUsage
from gateway.vocabulary import MarketSegment, OfferType


@Parameter(name="*")
@dataclass(frozen=True)
class Contact:
    name: Annotated[str | None, Parameter(name="--contact-name")] = None
    """The primary contact, who gets the invitation."""
    email: Annotated[str | None, Parameter(name="--contact-email")] = None
    """The contact's address."""


@Parameter(name="*")
@dataclass(frozen=True)
class Manager:
    id: Annotated[str | None, Parameter(name="--manager-id")] = None
    """The account manager's ID."""
    name: Annotated[str | None, Parameter(name="--manager-name")] = None
    """The account manager's name."""
    email: Annotated[str | None, Parameter(name="--manager-email")] = None
    """The account manager's address."""
    language: Annotated[str | None, Parameter(name="--manager-language")] = None
    """The account manager's language."""


@Parameter(name="*")
@dataclass(frozen=True)
class Customer:
    """Who is invited: what stands here goes into the body of the invitation by the same names."""

    organization: str | None = None
    """The organisation's name."""
    market_segment: Annotated[MarketSegment | None, Parameter(name="--segment")] = None
    """Its market segment."""
    offer_types: Annotated[tuple[OfferType, ...], Parameter(name="--offer-type")] = ()
    """What it may buy; may be given twice."""
    region: str | None = None
    """Its country by two letters, such as DK."""
    address: str | None = None
    """Street and place, in one line."""
    postal_code: str | None = None
    """The postal code."""
    contact: Contact = Contact()
    account_manager: Manager = Manager()
    language: str | None = None
    """The contact's language; by default the region's."""
    anniversary_date: str | None = None
    """A custom anniversary date; by default 12 months after the first order."""
    external_id: str | None = None
    """Your own ID of this customer."""


_NOBODY = Customer()


def invite(
    *,
    customer: Customer = _NOBODY,
    file: Annotated[str | None, Parameter(name=("--file", "-f"), allow_leading_hyphen=True)] = None,
    doing: Doing = DOING,
) -> None:
    """Invite an organisation. None of it can be edited later.

    Parameters
    ----------
    file
        The body as JSON from a file, or - for standard input; options given beside it win.
    """
    body: Answer = _from_file(file) if file else {}
    for name, said in _present(asdict(customer)).items():
        before = body.get(name)
        body[name] = {**before, **said} if isinstance(said, dict) and isinstance(before, dict) else said
    change(doing, body, lambda gateway, said, key: gateway.start_customer(said, key), _show)


def accept(
    vip_number: VipNumber,
    /,
    *,
    name: str,
    identity: str | None = None,
    terms_version: str = "1",
    at: At = None,
    doing: Doing = DOING,
) -> None:
    """Accept an invitation on behalf of the member.

    Parameters
    ----------
    name
        Who accepted.
    identity
        By what the accepting person is known, such as an account of an identity service.
    terms_version
        Which version of the terms was accepted.
    """
    who: AcceptedBy = {"name": name} if identity is None else {"name": name, "identity": identity}
    body: Accept = {"accepted_by": who, "terms_version": terms_version, "accepted_at": at}
    change(doing, body, lambda gateway, said, key: gateway.accept(vip_number, said, key), showing.customer)


def resend(vip_number: VipNumber, /, *, doing: Doing = DOING) -> None:
    """Send the invitation again; its clocks start again."""
    change(doing, Nothing(), lambda gateway, said, key: gateway.resend(vip_number, said, key), showing.customer)


def withdraw(vip_number: VipNumber, /, *, reason: ReasonInLetter, doing: Doing = DOING) -> None:
    """Withdraw an invitation, while nothing was ever authorized or ordered; final."""
    body: bodies.Reason = {"reason": reason}
    change(doing, body, lambda gateway, said, key: gateway.withdraw(vip_number, said, key), showing.customer)


def contact(
    vip_number: VipNumber,
    /,
    *,
    name: str,
    email: str,
    language: str | None = None,
    reason: Reason,
    doing: Doing = DOING,
) -> None:
    """Hand over to another contact, who gets the invitation or a welcome.

    Parameters
    ----------
    name
        The new contact.
    email
        The new contact's address.
    language
        The new contact's language; by default it stays.
    """
    body: HandOver = {"name": name, "email": email, "language": language, "reason": reason}
    change(doing, body, lambda gateway, said, key: gateway.hand_over_contact(vip_number, said, key), showing.customer)


def offer_type(vip_number: VipNumber, offer_type: OfferType, /, *, doing: Doing = DOING) -> None:
    """Add an offer type; one that the customer has changes nothing.

    Parameters
    ----------
    offer_type
        What it may buy from now on.
    """
    body: AddOfferTypes = {"offer_types": [offer_type]}
    change(doing, body, lambda gateway, said, key: gateway.add_offer_types(vip_number, said, key), showing.customer)


def _show(answer: Answer) -> None:
    showing.customer(cast(Answered, answer))


def _present(values: Answer) -> Answer:
    """Only what was said, at every depth."""
    told = {name: _present(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in told.items() if value not in (None, (), {})}


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
