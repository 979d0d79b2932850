"""Bodies that work, one for each operation that takes one, in the order of a customer's life."""

from typing import Any

_LINES = [{"product": "cc-all-apps-team", "quantity": 5}]
BODIES: dict[str, dict[str, Any]] = {
    "invite": {
        "organization": "Aarhus Design ApS",
        "market_segment": "commercial",
        "offer_types": ["team"],
        "region": "DK",
        "address": "Vestergade 1, Aarhus",
        "postal_code": "8000",
        "contact": {"name": "Mette Holm", "email": "mette@example.com"},
        "account_manager": {"id": "am-1", "name": "Jens Friis", "email": "jens@example.org"},
        "external_id": "crm-4711",
    },
    "accept": {"accepted_by": {"name": "Mette Holm", "identity": "mette"}, "terms_version": "2027-1"},
}


def example_of(operation: str) -> Any:
    """What the operation answers to its example; None: nothing was kept."""
    return None
