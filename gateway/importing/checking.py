"""Each draft is tried on the pure core: what is wrong in it, and the customer that it would be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from cases.customer import CustomerCase
from cases.messages import LARGEST_BODY, Invite, too_large
from cases.ordering import happens
from cases.takeover import take_over
from gateway import keys
from gateway.errors import Refused as RefusedAtTheDoor
from gateway.importing.columns import AUTHORIZATIONS, CUSTOMERS, OF_CUSTOMER, Path
from gateway.importing.drafting import Draft
from gateway.importing.problems import Place, Problem
from states.catalogue import Catalogue
from states.membership import State
from states.policy import Policy
from states.refusals import Refused
from workflows.visibility import customer_attributes, customer_memo

_RIGHT = {column.name: column.right for column in (*AUTHORIZATIONS, *CUSTOMERS)}
_FOLLOWS = ("missing", "too_short")


@dataclass(frozen=True, slots=True)
class Plan:
    """A customer that can move in: what starts it, and how it would stand now."""

    place: Place
    vip_number: str
    external_id: str | None
    organization: str
    numbers: tuple[str, ...]
    body: dict[str, Any]
    digest: str
    attributes: TypedSearchAttributes
    memo: dict[str, Any]
    state: str
    renewal_state: str
    authorizations: tuple[str, ...]
    """The states of its authorizations."""
    next_event: tuple[str, str] | None
    warnings: tuple[str, ...]


class Checker:
    """What is the same for every draft."""

    def __init__(self, policy: Policy, catalogue: Catalogue, now: datetime, *, show_organization: bool) -> None:
        self.policy = policy
        self._catalogue, self._now, self._shown = catalogue, now, show_organization

    def check(self, draft: Draft) -> Plan | None:
        """None when something is wrong with it: then the draft says what."""
        if too_large(draft.body):
            draft.problems.append(_too_large(draft))
            return None
        try:
            invite = Invite.model_validate(draft.body)
        except ValidationError as error:
            draft.problems += _of_form(draft, error)
            return None
        if draft.problems:
            return None
        try:
            digest = keys.digest(draft.body)
            case = self._begun(draft.vip_number, invite)
        except Refused as refused:
            draft.problems += _of_rules(draft, refused)
            return None
        except RefusedAtTheDoor:
            draft.problems.append(_too_large(draft))
            return None
        return self._plan(draft, invite, case, digest)

    def _begun(self, vip_number: str, invite: Invite) -> CustomerCase:
        if invite.history is None:
            return CustomerCase.begin(vip_number, invite, self.policy, self._now)
        return take_over(vip_number, invite, self.policy, self._now, lambda: "0" * 20)

    def _plan(self, draft: Draft, invite: Invite, case: CustomerCase, digest: str) -> Plan:
        event = case.next_event(self._now)
        attributes = customer_attributes(case, self._now, self._shown)
        pairs = [SearchAttributePair(key, value) for key, value in attributes.items() if value not in (None, [])]
        return Plan(
            place=draft.place,
            vip_number=draft.vip_number,
            external_id=draft.external_id,
            organization=invite.organization,
            numbers=tuple(case.known),
            body=draft.body,
            digest=digest,
            attributes=TypedSearchAttributes(pairs),
            memo=customer_memo(case),
            state=case.state.value,
            renewal_state=case.renewal.state.value,
            authorizations=tuple(case.state_of(number, self._now) for number in case.known),
            next_event=None if event is None else (event[0], happens(event[1]) or ""),
            warnings=(*draft.warnings, *self._warnings(invite, case)),
        )

    def _warnings(self, invite: Invite, case: CustomerCase) -> Iterator[str]:
        if invite.history is None:
            yield "no day gone by is given: it is invited now, and the invitation goes out"
        elif case.state is State.EXPIRED and invite.history.accepted_on is None:
            days = self.policy.invitation.expires_after_days
            yield f"no date of acceptance is given, and the invitation is older than {days} days: it is expired"
        products = {product for one in case.known.values() for product in one.facts.lines}
        for product in sorted(product for product in products if self._catalogue.get(product) is None):
            yield f"{product} is not in the catalogue"


def _too_large(draft: Draft) -> Problem:
    bought = len(draft.body.get("history", {}).get("authorizations", ()))
    said = (
        f"with its {bought} authorizations is more than the {LARGEST_BODY // 1024} KB that one customer can bring along"
    )
    right = "a shorter past: leave out rows of what was cancelled, returned or expired years ago"
    return Problem(draft.place, said, right, "body_too_large")


def _of_form(draft: Draft, error: ValidationError) -> list[Problem]:
    """What is of the wrong form; but for what only follows from a cell of the same row that could not be read."""
    unread = {(problem.place.file, problem.place.line) for problem in draft.problems}
    problems = []
    for one in error.errors(include_url=False, include_context=False, include_input=True):
        place = _place(draft, one["loc"])
        if one["type"] in _FOLLOWS:
            if (place.file, place.line) in unread:
                continue
            said = "is missing"
        else:
            told = one["input"] if isinstance(one["input"], str | int) else ""
            said = f"{told} {one['msg'].removeprefix('Value error, ').removeprefix('Input ')}".strip()
        problems.append(Problem(place, said, _RIGHT.get(place.field, "")))
    return problems


def _of_rules(draft: Draft, refused: Refused) -> Iterator[Problem]:
    for reason in refused.reasons:
        field = reason.get("field")
        if field is None:
            name = "anniversary_date" if reason.code == "anniversary_out_of_range" else "row"
            yield Problem(draft.place.in_column(name), str(reason["message"]), "", reason.code)
            continue
        path = tuple(int(one) if one.isdecimal() else one for one in field.split("."))
        place = _place(draft, path)
        message = str(reason["message"]).removeprefix(f"{field}: ")
        yield Problem(place, message, _RIGHT.get(place.field, "") if "future" in message else "", reason.code)


def _place(draft: Draft, path: Path) -> Place:
    """Where the value stands, or the nearest thing around it."""
    for length in range(len(path), 0, -1):
        if (place := draft.where.get(path[:length])) is not None:
            return place
        if (column := OF_CUSTOMER.get(path[:length])) is not None:
            return draft.place.in_column(column)
    return draft.place
