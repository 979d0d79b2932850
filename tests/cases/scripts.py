"""Random lives of a customer: what people might ask of it, in any order, with days in between."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from cases.simulation import Simulation
from states.refusals import Refused

BEGIN = datetime(2027, 1, 11, 9, 30, tzinfo=UTC)
INVITE: dict[str, Any] = {
    "organization": "Aarhus Design ApS",
    "market_segment": "commercial",
    "offer_types": ["team", "enterprise"],
    "region": "DK",
    "address": "Havnegade 1",
    "postal_code": "8000",
    "contact": {"name": "Mette Holm", "email": "mette@example.com"},
    "account_manager": {"id": "am-1", "name": "Jens Lund", "email": "jens@example.com"},
}


class Wish(NamedTuple):
    """After these hours: a command; to one of the authorizations begun so far, or to the customer."""

    hours: int
    name: str
    body: dict[str, Any]
    which: int | None = None


def lines_of(quantity: int) -> list[dict[str, Any]]:
    return [{"product": "cc-all-apps-team", "quantity": quantity}]


_QUANTITIES = st.integers(0, 4)
_REASON = {"reason": "so it was agreed"}
_REFERENCES = st.sampled_from(["PO-1", "PO-2", "PO-3", "PO-4"])
_OF_CUSTOMER = st.one_of(
    st.sampled_from(
        [
            ("accept_invitation", {"accepted_by": {"name": "Mette Holm"}, "terms_version": "2027-1"}),
            ("resend_invitation", {}),
            ("withdraw_invitation", _REASON),
            ("hand_over_contact", {"name": "Ida Friis", "email": "ida@example.com", "reason": "left"}),
            ("assign_account_manager", {"id": "am-2", "name": "Piet Smit", "email": "piet@example.com"}),
            ("add_offer_types", {"offer_types": ["enterprise"]}),
        ]
    ),
    st.builds(
        lambda who, quantity: ("authorize_purchase", {"requested_by": who, "lines": lines_of(quantity)}),
        st.sampled_from(["member", "account_manager"]),
        _QUANTITIES,
    ),
    st.builds(
        lambda name, reference, quantity: (name, {"order_reference": reference, "lines": lines_of(quantity)}),
        st.sampled_from(["record_order", "place_renewal_order"]),
        _REFERENCES,
        _QUANTITIES,
    ),
    st.builds(lambda reference: ("place_renewal_order", {"order_reference": reference}), _REFERENCES),
    st.builds(lambda quantity: ("decline_renewal", {**_REASON, "lines": lines_of(quantity)}), _QUANTITIES),
)
_OF_AUTHORIZATION = st.one_of(
    st.sampled_from(
        [
            ("cancel", _REASON),
            ("write_off", _REASON),
            ("deactivate", _REASON),
            ("extend", {**_REASON, "days": 5}),
            ("confirm_return", {}),
            ("decline_return", _REASON),
        ]
    ),
    st.builds(lambda reference: ("place_order", {"order_reference": reference}), _REFERENCES),
    st.builds(
        lambda reference, quantity: ("place_order", {"order_reference": reference, "lines": lines_of(quantity)}),
        _REFERENCES,
        _QUANTITIES,
    ),
    st.builds(lambda reference: ("request_return", {**_REASON, "order_reference": reference}), _REFERENCES),
)
_HOURS = st.one_of(st.integers(0, 30), st.integers(30, 24 * 20), st.integers(24 * 20, 24 * 200))
WISHES = st.lists(
    st.one_of(
        st.builds(lambda hours, wish: Wish(hours, wish[0], wish[1]), _HOURS, _OF_CUSTOMER),
        st.builds(
            lambda hours, wish, which: Wish(hours, wish[0], wish[1], which),
            _HOURS,
            _OF_AUTHORIZATION,
            st.integers(0, 2),
        ),
    ),
    max_size=25,
)


def ask(simulation: Simulation, wish: Wish, now: datetime) -> Any:
    """The answer, or the codes of the refusal; None when there is no such authorization."""
    numbers = list(simulation.authorizations)
    if wish.which is not None and wish.which >= len(numbers):
        return simulation.until(now)
    try:
        return simulation.tell(wish.name, wish.body, now, None if wish.which is None else numbers[wish.which])
    except Refused as refused:
        return [reason.code for reason in refused.reasons]


def after(hours: int) -> timedelta:
    return timedelta(hours=hours, microseconds=hours * 7)
