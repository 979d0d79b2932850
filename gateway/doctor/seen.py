"""Whom the doctor looks at: rows of the lists, and each case with what it carries and what the server says of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from temporalio.common import TypedSearchAttributes

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from gateway.doctor.findings import Finding

C = TypeVar("C", bound=Case)


class Row(NamedTuple):
    """A case that runs, as the lists have it. They lag by moments."""

    workflow_id: str
    customer: str | None
    """The workflow ID of an authorization's customer; None for a customer."""
    task_queue: str
    attributes: TypedSearchAttributes


@dataclass(frozen=True)
class Kin:
    """The rows of a customer and its authorizations."""

    number: str
    """The customer's workflow ID."""
    customer: Row | None
    authorizations: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.authorizations if self.customer is None else (self.customer, *self.authorizations)


def families(rows: Iterable[Row]) -> list[Kin]:
    """Every customer with its authorizations, in a fixed order."""
    customers: dict[str, Row] = {}
    bought: dict[str, list[Row]] = {}
    for row in rows:
        if row.customer is None:
            customers[row.workflow_id] = row
        else:
            bought.setdefault(row.customer, []).append(row)
    return [Kin(name, customers.get(name), tuple(bought.get(name, ()))) for name in sorted({*customers, *bought})]


@dataclass(frozen=True)
class Seen(Generic[C]):
    """A case that was looked at."""

    workflow_id: str
    attributes: TypedSearchAttributes
    now: datetime
    """What time it is for this case."""
    clock_was_moved: bool = False
    case: C | None = None
    """What it carries; None where it could not be asked."""
    why: Finding | None = None
    """Why not."""
    attempts: int = 0
    """How often its letter under way has been tried."""


@dataclass(frozen=True)
class Family:
    """A customer and its authorizations that run; no customer where it does not."""

    customer: Seen[CustomerCase] | None
    authorizations: dict[str, Seen[AuthorizationCase]]
    """By number."""
    ended: dict[str, str]
    """Authorizations that their customer counts on and that run no more: how each ended."""

    @property
    def everybody(self) -> list[Seen[CustomerCase] | Seen[AuthorizationCase]]:
        return [*([] if self.customer is None else [self.customer]), *self.authorizations.values()]
