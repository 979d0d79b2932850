"""Journals: what a case tells itself, and what only the register still knows."""

import re

from starlette.responses import Response

from cases.words import AUTHORIZATION_NUMBER
from gateway.calling import not_found
from gateway.errors import NotFound, Unavailable
from gateway.http.answering import json
from gateway.http.operations import Asked, Handler
from gateway.vocabulary import Kind


def journal_of(kind: Kind) -> Handler:
    """The journal behind an address of this kind."""

    async def journal(asked: Asked) -> Response:
        if await _kind(asked) not in (kind, None):
            raise not_found(asked.number)
        return json({"items": await asked.gateway.journal(asked.number)})

    return journal


async def _kind(asked: Asked) -> Kind | None:
    """Whose number it is. None: the server has forgotten it, or cannot say now."""
    if not re.fullmatch(AUTHORIZATION_NUMBER, asked.number):
        return "customer"
    try:
        return await asked.gateway.kind(asked.number)  # a customer may have such a number too
    except (NotFound, Unavailable):
        return None
