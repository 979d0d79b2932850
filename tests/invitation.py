"""The customer that most tests begin with."""

from typing import Any

INVITE: dict[str, Any] = {
    "organization": "Aarhus Design ApS",
    "market_segment": "commercial",
    "offer_types": ["team"],
    "region": "DK",
    "address": "Havnegade 1",
    "postal_code": "8000",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "account_manager": {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com"},
}
