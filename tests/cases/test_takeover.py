"""Taking over an existing portfolio: each test proves the sentence of the rules that it quotes (sections 10 and 11)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cases.journal import Kind
from cases.simulation import Simulation
from states.authorization import State
from states.catalogue import Catalogue
from states.membership import State as Membership
from states.policy import Policy
from states.refusals import Refused
from states.renewal import State as Renewal
from tests.cases.scripts import INVITE, lines_of

NUMBER = "0" * 19 + "7"


def at(day: str, hour: int = 0) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def asked(on: str, *orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "authorization_number": NUMBER, "requested_on": on, "requested_by": "member",
        "lines": lines_of(5), "orders": list(orders), **more,
    }  # fmt: skip


def order(on: str, reference: str = "PO-1", quantity: int | None = None) -> dict[str, Any]:
    lines = {} if quantity is None else {"lines": lines_of(quantity)}
    return {"order_reference": reference, "ordered_on": on, **lines}


class Take:
    """Take over such a history at such a moment."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy, self.catalogue = policy, catalogue

    def __call__(self, now: datetime, *authorizations: dict[str, Any], **history: Any) -> Simulation:
        simulation = Simulation("A" * 20, history.pop("policy", self.policy), self.catalogue)
        past = {"invited_on": "2027-01-01", "authorizations": list(authorizations), **history}
        simulation.invite({**INVITE, "history": past}, now)
        return simulation


@pytest.fixture
def take(policy: Policy, catalogue: Catalogue) -> Take:
    return Take(policy, catalogue)


def states(simulation: Simulation, who: str) -> list[tuple[str, str]]:
    """The journal's changes of state, by the day of their effective time."""
    return [
        (entry.effective_at.date().isoformat(), entry.target or "")
        for name, entry in simulation.timeline()
        if name == who and entry.kind is Kind.TRANSITION
    ]


def letters(simulation: Simulation) -> list[tuple[str, str, str, str]]:
    """What became of letters: when, which, to whom, and how."""
    found = [entry for _, entry in simulation.timeline() if entry.kind is Kind.LETTER]
    found.sort(key=lambda entry: entry.processed_at)
    return [
        (f"{e.processed_at:%Y-%m-%d %H}", str(e.letter), str(e.reader).split("_")[-1], str(e.outcome)) for e in found
    ]


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    assert {reason.code for reason in refused.value.reasons} == {"invalid_request"}
    return [reason["field"] for reason in refused.value.reasons]


def test_every_state_it_has_been_through_is_in_the_journal_with_its_effective_time(take: Take) -> None:
    """ "They take up their life where it stands: every state they have been through is in the journal"."""
    now = at("2028-01-10", 10)
    taken = take(now, asked("2027-02-01", order("2027-03-01")), accepted_on="2027-01-05")
    assert states(taken, "customer") == [
        ("2027-01-01", "invited"), ("2027-01-05", "accepted"),
        ("2027-03-01", "in_term"), ("2027-12-03", "upcoming"),
    ]  # fmt: skip
    assert taken.customer.known[NUMBER].state is State.SETTLED
    assert {entry.processed_at for _, entry in taken.timeline()} == {now}
    assert taken.customer.renewal.facts.anniversary == at("2028-03-01").date()


def test_an_authorization_that_still_lives_tells_of_its_past_too(take: Take) -> None:
    taken = take(at("2027-03-05", 10), asked("2027-02-01", order("2027-03-01")))
    assert states(taken, NUMBER) == [("2027-02-01", "pending"), ("2027-02-16", "overdue"), ("2027-03-01", "ordered")]


def test_of_a_final_authorization_no_workflow_is_started_but_its_customer_knows_it(take: Take) -> None:
    taken = take(at("2027-06-01", 10), asked("2027-02-01", order("2027-02-03")))
    assert taken.authorizations == {}
    assert taken.customer.known[NUMBER].state is State.SETTLED


def test_no_letter_goes_out_about_days_gone_by(take: Take) -> None:
    """ "no letter goes out about days gone by"; "The next letter is the next one that becomes due"."""
    taken = take(at("2027-02-12", 10), asked("2027-02-01"), accepted_on="2027-01-05")
    assert letters(taken) == []
    taken.until(at("2027-02-14"))
    assert letters(taken) == [("2027-02-13 08", "order_reminder", "manager", "sent")]


def test_what_happens_after_the_taking_over_is_told_even_of_a_day_before_it(take: Take) -> None:
    taken = take(at("2027-02-12", 10), asked("2027-02-01"), accepted_on="2027-01-05")
    ordered = {"order_reference": "PO-9", "ordered_at": "2027-02-11T09:00:00Z"}
    taken.tell("place_order", ordered, at("2027-02-12", 11), NUMBER)
    assert letters(taken) == [("2027-02-12 11", "order_received", "contact", "sent")]


def test_past_day_61_it_gets_one_warning_at_the_first_letter_hour_and_is_deactivated_after_the_notice(
    take: Take,
) -> None:
    """ "A taken-over authorization that is already past day 61 gets one warning at the first letter hour and is
    deactivated at 00:00 after the notice"."""
    taken = take(at("2027-09-01", 10), asked("2027-02-01"), accepted_on="2027-01-05")
    assert taken.customer.known[NUMBER].state is State.OVERDUE
    taken.until(at("2027-09-10"))
    assert letters(taken) == [
        ("2027-09-02 08", "deactivation_warning", "contact", "sent"),
        ("2027-09-02 08", "deactivation_warning", "manager", "sent"),
        ("2027-09-03 08", "licences_deactivated", "contact", "sent"),
        ("2027-09-03 08", "licences_deactivated", "manager", "sent"),
    ]
    assert states(taken, NUMBER)[-1] == ("2027-09-03", "deactivated")


def test_under_a_policy_without_notice_it_is_deactivated_at_once(take: Take) -> None:
    """ "under a policy without notice at once"."""
    figures = take.policy.authorization.model_copy(update={"notice_before_deactivation_days": 0})
    hasty = take.policy.model_copy(update={"authorization": figures})
    taken = take(at("2027-09-01", 10), asked("2027-02-01"), accepted_on="2027-01-05", policy=hasty)
    assert states(taken, NUMBER)[-1] == ("2027-04-03", "deactivated")
    taken.until(at("2027-10-01"))
    assert letters(taken) == []


def test_a_day_without_an_hour_began_at_midnight_local_time(take: Take) -> None:
    """ "Dates without an hour mean 00:00 local"."""
    danish = take.policy.model_copy(update={"time_zone": "Europe/Copenhagen"})
    taken = take(at("2027-07-10", 10), asked("2027-07-01"), accepted_on="2027-01-05", policy=danish)
    assert taken.authorizations[NUMBER].facts.requested_at == datetime(2027, 6, 30, 22, tzinfo=UTC)


def test_on_one_day_invitation_acceptance_request_and_order_happened_in_this_order(take: Take) -> None:
    """ "on one day invitation, acceptance, request, order happened in this order"."""
    day = "2027-01-01"
    later = f"{day}T10:00:00Z"
    taken = take(at("2027-01-02"), asked(later, order(day)), accepted_on=day)
    assert states(taken, "customer") == [(day, "invited"), (day, "accepted"), (day, "in_term")]
    assert states(taken, NUMBER) == [(day, "pending"), (day, "ordered")]
    assert taken.authorizations[NUMBER].facts.orders[0].ordered_at == at(day, 10)


def test_the_buying_rules_are_not_applied_to_the_past(take: Take) -> None:
    """ "The buying rules are not applied to the past": neither what was overdue, nor what was never sold so."""
    never_sold = [{"product": "no-longer-sold", "quantity": 100_000}]
    second = asked("2027-02-20", authorization_number="0" * 19 + "8", lines=never_sold)
    taken = take(at("2027-02-25", 10), asked("2027-02-01"), second, accepted_on="2027-01-05")
    assert taken.customer.late(at("2027-02-25", 10)) == (NUMBER,)
    assert len(taken.authorizations) == 2
    wish = {"lines": lines_of(1), "requested_by": "member"}
    with pytest.raises(Refused) as refused:
        taken.tell("authorize_purchase", wish, at("2027-02-25", 11))
    assert refused.value.code == "overdue_items"


def test_a_member_whose_invitation_is_older_than_30_days_without_acceptance_is_expired(take: Take) -> None:
    """ "A member without a date of acceptance whose invitation is older than 30 days is expired"."""
    taken = take(at("2027-03-01", 10))
    assert taken.customer.state is Membership.EXPIRED
    assert states(taken, "customer") == [("2027-01-01", "invited"), ("2027-02-01", "expired")]


def test_a_younger_invitation_still_stands_and_is_reminded_of(take: Take) -> None:
    taken = take(at("2027-01-09", 10))
    assert taken.customer.state is Membership.INVITED
    taken.until(at("2027-01-16"))
    assert letters(taken) == [("2027-01-15 08", "invitation_reminder", "contact", "sent")]


def test_what_was_accepted_after_its_days_must_have_been_sent_again(take: Take) -> None:
    taken = take(at("2027-06-01", 10), accepted_on="2027-03-10")
    assert [state for _, state in states(taken, "customer")] == ["invited", "expired", "invited", "accepted"]


def test_an_order_on_the_day_on_which_it_became_overdue_came_in_time(take: Take) -> None:
    """Section 11: "At the very instant of a deadline, an event that says when it happened wins"."""
    taken = take(at("2027-02-20", 10), asked("2027-02-01", order("2027-02-16")))
    assert states(taken, NUMBER) == [("2027-02-01", "pending"), ("2027-02-16", "ordered")]


def test_several_orders_add_up_and_the_rest_stays_open(take: Take) -> None:
    first, second = order("2027-02-03", "PO-1", 2), order("2027-02-05", "PO-2", 1)
    taken = take(at("2027-02-10", 10), asked("2027-02-01", second, first))
    facts = taken.authorizations[NUMBER].facts
    assert [one.order_reference for one in facts.orders] == ["PO-1", "PO-2"]
    assert taken.customer.renewal.facts.ending == {"cc-all-apps-team": 3}
    assert taken.authorizations[NUMBER].state is State.PENDING


def test_without_a_request_it_was_a_direct_order_and_its_reference_is_known(take: Take) -> None:
    direct = {"lines": lines_of(5), "orders": [order("2027-02-03", "D-1")], "purchase_order": "their-4711"}
    taken = take(at("2027-02-10", 10), direct, accepted_on="2027-01-05")
    (begun,) = taken.authorizations.values()
    assert begun.facts.direct
    assert begun.facts.purchase_order == "their-4711"
    again = {"order_reference": "D-1", "lines": lines_of(5)}
    assert taken.tell("record_order", again, at("2027-02-10", 11))["authorization_number"] == begun.number
    assert len(taken.customer.known) == 1


def test_renewal_orders_of_the_past_carry_the_term_on(take: Take) -> None:
    renewed = [order("2028-02-10", "R-1")]
    history = {"accepted_on": "2027-01-05", "renewal_orders": renewed}
    taken = take(at("2028-06-01", 10), asked("2027-02-01", order("2027-03-01")), **history)
    assert taken.customer.renewal.state is Renewal.IN_TERM
    assert taken.customer.held() == {"cc-all-apps-team": 5}
    assert taken.customer.renewal.facts.anniversary == at("2029-03-01").date()


def test_what_was_never_renewed_has_lapsed(take: Take) -> None:
    taken = take(at("2028-06-01", 10), asked("2027-02-01", order("2027-03-01")), accepted_on="2027-01-05")
    assert states(taken, "customer")[-1] == ("2028-04-01", "lapsed")
    assert letters(taken) == []


def test_a_renewal_order_outside_its_window_is_named(take: Take) -> None:
    with pytest.raises(Refused) as refused:
        take(at("2028-06-01"), asked("2027-02-01", order("2027-03-01")), renewal_orders=[order("2027-06-01")])
    assert fields(refused) == ["history.renewal_orders.0"]


WRONG = {
    "acceptance before the invitation": ({"accepted_on": "2026-12-31"}, [], ["history.accepted_on"]),
    "order before the request": (
        {},
        [asked("2027-02-01", order("2027-01-31"))],
        ["history.authorizations.0.orders.0.ordered_on"],
    ),
    "request before the invitation": ({}, [asked("2026-12-31")], ["history.authorizations.0.requested_on"]),
    "in the future": (
        {"invited_on": "2027-03-02", "accepted_on": "2027-03-03"},
        [],
        ["history.invited_on", "history.accepted_on"],
    ),
    "more ordered than authorized": (
        {},
        [asked("2027-02-01", order("2027-02-03", "PO-1", 3), order("2027-02-04", "PO-2", 3))],
        ["history.authorizations.0.orders.1.lines"],
    ),
    "nothing open any more": (
        {},
        [asked("2027-02-01", order("2027-02-03"), order("2027-02-04", "PO-2"))],
        ["history.authorizations.0.orders.1"],
    ),
    "one number twice": (
        {},
        [asked("2027-02-01"), asked("2027-02-02")],
        ["history.authorizations.1.authorization_number"],
    ),
    "one reference twice": (
        {},
        [asked("2027-02-01", order("2027-02-03", "PO-1", 1), order("2027-02-04", "PO-1", 1))],
        ["history.authorizations.0.orders.1.order_reference"],
    ),
    "neither request nor one order": (
        {},
        [{"lines": lines_of(5)}],
        ["history.authorizations.0.requested_on"],
    ),
    "not a date": ({"invited_on": "yesterday"}, [], ["history.invited_on"]),
    "an hour without a zone": ({"invited_on": "2027-01-01T10:00:00"}, [], ["history.invited_on"]),
    "everything at once": (
        {"accepted_on": "2026-12-31"},
        [asked("2026-12-31"), asked("2027-02-01", order("2027-01-31"))],
        [
            "history.accepted_on",
            "history.authorizations.0.requested_on",
            "history.authorizations.1.authorization_number",
            "history.authorizations.1.orders.0.ordered_on",
        ],
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_an_error_in_a_history_is_refused_with_its_field(
    case: tuple[dict[str, Any], list[dict[str, Any]], list[str]], take: Take
) -> None:
    history, authorizations, named = case
    with pytest.raises(Refused) as refused:
        take(at("2027-03-01", 10), *authorizations, **history)
    assert fields(refused) == named
