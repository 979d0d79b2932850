"""Operations on many customers: lists, counts, a file for spreadsheets, and the agenda."""

from typing import Any

from starlette.responses import Response

from gateway import answers
from gateway.agenda.whole import DAYS, LONGEST
from gateway.http.answering import json, read_after
from gateway.http.callers import Role
from gateway.http.operations import Asked, Operation
from gateway.http.parameters import Parameter
from gateway.http.sheet import download
from register.wanted import LARGEST_PAGE, LONGEST_QUESTION, SORTS, Wanted
from states.facts import MarketSegment
from states.membership import State
from states.standing import CustomerList

_ID = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"}
_ID_IN_WORDS = "1 to 64 letters, digits and ._:-"

_LIST = Parameter("list", "In this list; repeated: in all of them.", {"type": "string", "enum": [*CustomerList]}, True)
_MANAGED_BY = Parameter("managed_by", "ID of the account manager.", _ID, right=_ID_IN_WORDS)
_FILTERS = (
    _LIST,
    _MANAGED_BY,
    Parameter("segment", "Market segment.", {"type": "string", "enum": [*MarketSegment]}),
    Parameter("invitation_status", "State of the membership.", {"type": "string", "enum": [*State]}),
    Parameter("external_id", "The caller's own ID of a customer.", _ID, right=_ID_IN_WORDS),
    Parameter(
        "q",
        "Begins of words: organisation, contact's name and e-mail, VIP number, purchase orders, order references.",
        {"type": "string", "maxLength": LONGEST_QUESTION},
    ),
    Parameter("sort", "What to sort by; `-` reverses.", {"type": "string", "enum": [*SORTS], "default": "name"}),
)
_PAGING = (
    Parameter("limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 50}),
    Parameter("cursor", "`next_cursor` of the page before.", {"type": "string", "maxLength": 2000}),
)
_DAYS = Parameter("days", "So many days ahead.", {"type": "integer", "minimum": 1, "maximum": LONGEST, "default": DAYS})


def _wanted(query: Any) -> Wanted:
    names = ("managed_by", "segment", "invitation_status", "external_id", "q")
    told = {name: query[name] for name in names if name in query}
    return Wanted(lists=tuple(query.get("list", ())), **told)


def _how(asked: Asked) -> dict[str, Any]:
    """How a list is read: sorted, and not without what its caller has changed."""
    return {"sort": asked.query.get("sort", "name"), "after": read_after(asked.request)}


async def _page(asked: Asked) -> Response:
    limit, cursor = asked.query.get("limit", 50), asked.query.get("cursor")
    return json(await asked.gateway.page(_wanted(asked.query), limit=limit, cursor=cursor, **_how(asked)))


async def _counts(asked: Asked) -> Response:
    return json(await asked.gateway.counts(asked.query.get("managed_by"), after=read_after(asked.request)))


async def _csv(asked: Asked) -> Response:
    return await download(asked.gateway.every(_wanted(asked.query), **_how(asked)))


async def _agenda(asked: Asked) -> Response:
    managed_by, days = asked.query.get("managed_by"), asked.query.get("days", DAYS)
    return json(await asked.gateway.agenda(managed_by, days, after=read_after(asked.request)))


LISTS = (
    Operation(
        "customers", "GET", "/v1/customers", Role.READ, "A page of a list of customers.", _page, answers.Page,
        parameters=(*_FILTERS, *_PAGING), reads_lists=True,
    ),
    Operation(
        "counts", "GET", "/v1/customers/counts", Role.READ, "How many customers there are, and in each list.",
        _counts, answers.Counts, parameters=(_MANAGED_BY,), reads_lists=True,
    ),
    Operation(
        "customers_csv", "GET", "/v1/customers.csv", Role.READ, "A list of customers as a file for spreadsheets.",
        _csv, str, parameters=_FILTERS, media_type="text/csv", reads_lists=True,
    ),
    Operation(
        "agenda", "GET", "/v1/agenda", Role.READ, "What happens by itself, and what waits for a person.",
        _agenda, answers.Agenda, parameters=(_MANAGED_BY, _DAYS), reads_lists=True,
    ),
)  # fmt: skip
