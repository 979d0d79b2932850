"""May this customer buy, what may it add, and which lists is it in (docs/rules.md, sections 4 and 6)."""

from pathlib import Path
from typing import Any

import pytest

from states.authorization import State as Authorization
from states.catalogue import Catalogue
from states.facts import MarketSegment, OfferType, Quantities
from states.membership import State as Membership
from states.renewal import State as Renewal
from states.standing import Buyer, lists_of, products_for, reasons_against
from tests.states.tables import POLICY

SOLD = Catalogue.from_toml((Path(__file__).parents[2] / "catalogue.toml").read_text(encoding="utf-8"))
DEVICE = "acrobat-pro-enterprise-device"


def buyer(**changes: Any) -> Buyer:
    every = {
        "membership": Membership.ACCEPTED,
        "market_segment": MarketSegment.COMMERCIAL,
        "offer_types": frozenset({OfferType.TEAM}),
    }
    return Buyer(**{**every, **changes})


def codes(who: Buyer, lines: Quantities, *, authorizing: bool = True, by_member: bool = False) -> list[str]:
    found = reasons_against(who, lines, POLICY, SOLD, authorizing=authorizing, by_member=by_member)
    assert all(reason["message"] for reason in found)
    return [reason.code for reason in found]


@pytest.mark.rule("4.8")
@pytest.mark.parametrize("state", [Membership.INVITED, Membership.ACCEPTED])
def test_a_living_customer_may_buy_what_its_offer_types_and_segment_allow(state: Membership) -> None:
    assert codes(buyer(membership=state), {"cc-all-apps-team": 1, "acrobat-pro-team": 100_000}) == []


@pytest.mark.rule("overdue_items")
@pytest.mark.parametrize("authorizing", [True, False])
def test_while_something_is_overdue_nothing_can_be_bought_not_even_directly(authorizing: bool) -> None:
    found = reasons_against(buyer(late=("B", "C")), {"cc-all-apps-team": 1}, POLICY, SOLD, authorizing=authorizing)
    assert [(reason.code, reason["authorizations"]) for reason in found] == [("overdue_items", ["B", "C"])]


@pytest.mark.rule("product_not_authorizable")
@pytest.mark.parametrize(
    ("product", "segment"),
    [
        ("acrobat-pro-enterprise-device", MarketSegment.COMMERCIAL),
        ("cc-all-apps-enterprise-device", MarketSegment.GOVERNMENT),
        ("cc-all-apps-education-device", MarketSegment.EDUCATION),
    ],
)
def test_device_licences_cannot_be_authorized_but_ordered_directly(product: str, segment: MarketSegment) -> None:
    who = buyer(offer_types=frozenset(OfferType), market_segment=segment)
    assert codes(who, {product: 1}) == ["product_not_authorizable"]
    assert codes(who, {product: 1}, authorizing=False) == []


@pytest.mark.rule("product_unknown")
def test_an_unknown_product_gets_no_other_product_code() -> None:
    assert codes(buyer(), {"nonsense": 1}) == ["product_unknown"]


@pytest.mark.rule("offer_type_missing")
def test_a_product_of_an_offer_type_that_the_customer_lacks_is_refused_and_the_offer_type_named() -> None:
    found = reasons_against(buyer(), {"photoshop-enterprise": 1}, POLICY, SOLD, authorizing=True)
    assert [(reason.code, reason["offer_type"]) for reason in found] == [("offer_type_missing", "enterprise")]


@pytest.mark.rule("segment_mismatch")
def test_a_product_of_another_segment_is_refused_and_the_segments_named() -> None:
    found = reasons_against(buyer(), {"cc-all-apps-team-edu": 1}, POLICY, SOLD, authorizing=True)
    assert [(reason.code, reason["segments"]) for reason in found] == [("segment_mismatch", ["education"])]


@pytest.mark.rule("quantity_out_of_range")
@pytest.mark.parametrize(
    ("quantity", "by_member", "refused"),
    [(0, False, True), (-1, True, True), (1, True, False), (250, True, False), (251, True, True), (251, False, False),
     (100_000, False, False), (100_001, False, True)],
)  # fmt: skip
def test_quantities_have_their_range_and_a_member_a_smaller_one(quantity: int, by_member: bool, refused: bool) -> None:
    found = codes(buyer(), {"cc-all-apps-team": quantity}, by_member=by_member)
    assert found == (["quantity_out_of_range"] if refused else [])


@pytest.mark.rule("invitation_expired", "invitation_withdrawn", "3.4")
@pytest.mark.parametrize(
    ("state", "code"), [(Membership.EXPIRED, "invitation_expired"), (Membership.WITHDRAWN, "invitation_withdrawn")]
)
def test_a_membership_that_is_not_alive_buys_nothing(state: Membership, code: str) -> None:
    assert codes(buyer(membership=state), {"cc-all-apps-team": 1}) == [code]


@pytest.mark.rule("4.8")
def test_every_reason_is_named_in_the_rules_order() -> None:
    who = buyer(late=("A",), membership=Membership.EXPIRED)
    lines = {"cc-all-apps-team-edu": 0, "photoshop-enterprise": 1, "nonsense": 1, DEVICE: 1}
    assert codes(who, lines) == [
        "overdue_items", "product_not_authorizable", "product_unknown", "offer_type_missing", "offer_type_missing",
        "segment_mismatch", "quantity_out_of_range", "invitation_expired",
    ]  # fmt: skip


@pytest.mark.rule("6.3")
def test_every_product_is_listed_with_the_reasons_why_it_cannot_be_added() -> None:
    found = {product.product: [reason.code for reason in why] for product, why in products_for(buyer(), POLICY, SOLD)}
    assert len(found) == len(SOLD)
    assert found["cc-all-apps-team"] == []
    assert found[DEVICE] == ["product_not_authorizable", "offer_type_missing"]


LATE = [Authorization.OVERDUE.value, Authorization.DEACTIVATED.value, "lost"]
QUIET = [state.value for state in Authorization if state.value not in [*LATE, "pending"]]


def lists(
    *states: str, membership: Membership = Membership.ACCEPTED, renewal: Renewal = Renewal.NO_TERM, held: int = 0
) -> list[str]:
    holds = {"a": held} if held else {}
    return [
        one.value
        for one in lists_of(membership, renewal, holds, {str(n): state for n, state in enumerate(states)})
    ]  # fmt: skip


@pytest.mark.rule("no_products")
@pytest.mark.parametrize("membership", list(Membership))
@pytest.mark.parametrize("state", [None, *QUIET])
def test_whoever_holds_nothing_and_waits_for_nothing_has_no_products_while_it_is_a_member(
    membership: Membership, state: str | None
) -> None:
    expected = ["no_products"] if membership in (Membership.INVITED, Membership.ACCEPTED) else []
    assert lists(*([state] if state else []), membership=membership) == expected


@pytest.mark.rule("pending_requests")
def test_one_pending_authorization_is_enough_for_the_list_of_pending_requests() -> None:
    assert lists("ordered", "pending", held=1) == ["pending_requests"]


@pytest.mark.rule("overdue_requests")
@pytest.mark.parametrize("state", LATE)
def test_overdue_deactivated_and_lost_authorizations_are_overdue_requests(state: str) -> None:
    assert lists(state) == ["overdue_requests"]


@pytest.mark.rule("upcoming_renewals", "ready_for_renewal")
@pytest.mark.parametrize("renewal", list(Renewal))
def test_renewals_are_listed_while_upcoming_and_while_ready_or_past_due(renewal: Renewal) -> None:
    expected = {
        Renewal.UPCOMING: ["upcoming_renewals"],
        Renewal.READY: ["ready_for_renewal"],
        Renewal.PAST_DUE: ["ready_for_renewal"],
    }
    assert lists(renewal=renewal, held=1) == expected.get(renewal, [])


@pytest.mark.rule("6.1")
def test_the_lists_overlap() -> None:
    assert lists("pending", "overdue", renewal=Renewal.READY, held=1) == [
        "pending_requests", "overdue_requests", "ready_for_renewal",
    ]  # fmt: skip
