"""What the gateway answers, as the contract names it (docs/contract.md, answers). Names are only ever added.

Instants are RFC 3339 in UTC, days ISO 8601. A field that may be missing is `NotRequired`; none is ever null. A test
holds real answers of cases in every state against them: no field is missing, none unknown.
"""

from gateway.answers.cases import (
    AccountManager,
    Addable,
    Addables,
    Authorization,
    AuthorizedLine,
    Customer,
    NextEvent,
    Order,
    Preview,
    Product,
    WholeCustomer,
)
from gateway.answers.happened import Journal, JournalEntry
from gateway.answers.lists import Agenda, AgendaItem, Counts, ManagedBy, Page, Row, RowManager, ToldLetter
from gateway.answers.reasons import ReasonAgainst

__all__ = [
    "AccountManager",
    "Addable",
    "Addables",
    "Agenda",
    "AgendaItem",
    "Authorization",
    "AuthorizedLine",
    "Counts",
    "Customer",
    "Journal",
    "JournalEntry",
    "ManagedBy",
    "NextEvent",
    "Order",
    "Page",
    "Preview",
    "Product",
    "ReasonAgainst",
    "Row",
    "RowManager",
    "ToldLetter",
    "WholeCustomer",
]
