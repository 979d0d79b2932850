"""Lives of customers, made up from a seed: what each is asked for, one after the other, and what is asked again."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from tests.workflows.lab import INVITATION

Body = dict[str, Any]
CUSTOMER = "customer"
ROLL_OVER = "roll_over"
INVITE = "invite"
BEGINS = ("authorize_purchase", "record_order")
"""What begins an authorization; it is called by the key of this step."""


class Step(NamedTuple):
    """One request. A repeat has the key of an earlier one, and its body."""

    key: str
    case: str
    name: str
    body: Body
    at_once: int = 1
    """So many callers ask for it at the same time, with the same key."""
    repeat: bool = False

    @property
    def of_membership(self) -> bool:
        return self.case == CUSTOMER and self.name not in BEGINS


class Life(NamedTuple):
    name: str
    steps: list[Step]


Chapter = Callable[[str, Random], Iterator[Step]]
"""What belongs together in a life, in its order. Chapters go on side by side."""


def lives(customers: int, seed: int, chapters: Sequence[Chapter] | None = None) -> list[Life]:
    """So many lives, of all chapters or of these; the same ones for the same seed."""
    told = (membership, ordered, cancelled, returned) if chapters is None else chapters
    return [_life(f"c{number:02}", told, Random(f"{seed}-{number}")) for number in range(customers)]


def _life(name: str, told: Sequence[Chapter], chance: Random) -> Life:
    chapters = [[*chapter(name, chance)] for chapter in told]
    steps = [_step(name, CUSTOMER, INVITE, _invitation(name))]
    while chapters := [chapter for chapter in chapters if chapter]:
        step = chance.choice(chapters).pop(0)
        steps.append(step._replace(at_once=2) if step.name != ROLL_OVER and chance.random() < 0.15 else step)
        if chance.random() < 0.12:
            steps.append(_step(name, chance.choice([CUSTOMER, step.case]), ROLL_OVER, {}))
        if chance.random() < 0.25:
            steps.append(_again(steps, chance))
    return Life(name, steps)


def _again(steps: list[Step], chance: Random) -> Step:
    asked = [step for step in steps if step.name != ROLL_OVER]
    return chance.choice(asked)._replace(at_once=1, repeat=True)


def _invitation(name: str) -> Body:
    return {
        **INVITATION,
        "organization": f"Customer {name}",
        "contact": {"name": "Mette Holm", "email": f"{name}@example.com"},
        "account_manager": {"id": f"am-{name}", "name": "Jens Friis", "email": f"manager.{name}@example.org"},
    }


def membership(name: str, chance: Random) -> Iterator[Step]:
    """Accepted, handed over, assigned."""
    if chance.random() < 0.5:
        yield _step(f"{name}-resend", CUSTOMER, "resend_invitation", {})
    accepted_by = {"name": "Mette Holm", "identity": name}
    yield _step(
        f"{name}-accept", CUSTOMER, "accept_invitation", {"accepted_by": accepted_by, "terms_version": "2026-1"}
    )
    yield _step(f"{name}-offer", CUSTOMER, "add_offer_types", {"offer_types": ["enterprise"]})
    contact = {"name": "Lars Dahl", "email": f"lars.{name}@example.com", "reason": "a new colleague"}
    yield _step(f"{name}-contact", CUSTOMER, "hand_over_contact", contact)
    manager = {"id": f"am-{name}-2", "name": "Ida Krogh", "email": f"ida.{name}@example.org"}
    yield _step(f"{name}-assign", CUSTOMER, "assign_account_manager", manager)
    yield _step(f"{name}-late", CUSTOMER, "resend_invitation", {})  # refused: it is accepted


def ordered(name: str, chance: Random) -> Iterator[Step]:
    """Authorized, ordered in parts, partly returned."""
    case = f"{name}-ordered"
    quantity = chance.randint(4, 9)
    by = chance.choice(["account_manager", "member"])
    lines = [*_lines(quantity), {"product": "photoshop-team", "quantity": 2}]
    yield _step(case, CUSTOMER, "authorize_purchase", {"lines": lines, "requested_by": by, "purchase_order": case})
    if chance.random() < 0.6:
        yield _step(f"{case}-extend", case, "extend", {"days": chance.randint(1, 7), "reason": "they asked"})
    yield _step(f"{case}-order-1", case, "place_order", {"order_reference": "PO-1", "lines": _lines(2)})
    yield _step(
        f"{case}-order-2", case, "place_order", {"order_reference": "PO-2", "lines": _lines(quantity)}
    )  # refused
    yield _step(f"{case}-order-3", case, "place_order", {"order_reference": "PO-3", "lines": _lines(quantity - 3)})
    yield _step(f"{case}-order-4", case, "place_order", {"order_reference": "PO-4"})
    yield _step(f"{case}-cancel", case, "cancel", {"reason": "too late"})  # refused
    yield _step(f"{case}-return", case, "request_return", {"order_reference": "PO-1", "reason": "too many"})
    yield from (
        [_step(f"{case}-confirm", case, "confirm_return", {"lines": _lines(1)})]
        if chance.random() < 0.5
        else [_step(f"{case}-decline", case, "decline_return", {"reason": "in use"})]
    )


def cancelled(name: str, chance: Random) -> Iterator[Step]:
    """Authorized and cancelled; the workflow ends."""
    case = f"{name}-cancelled"
    lines = _lines(chance.randint(1, 9))
    yield _step(case, CUSTOMER, "authorize_purchase", {"lines": lines, "requested_by": "account_manager"})
    extended = _step(f"{case}-extend", case, "extend", {"days": 3, "reason": "they asked"})
    yield extended
    yield _step(f"{case}-roll-over", case, ROLL_OVER, {})
    yield extended._replace(repeat=True)  # the server has forgotten it
    yield _step(f"{case}-cancel", case, "cancel", {"reason": "changed their mind"})


def returned(name: str, chance: Random) -> Iterator[Step]:
    """Ordered directly, and all of it returned; the workflow ends."""
    case = f"{name}-returned"
    reference = f"D-{case}"
    order = {"order_reference": reference, "lines": _lines(chance.randint(1, 9))}
    asked = _step(f"{case}-return", case, "request_return", {"order_reference": reference, "reason": "too many"})
    yield _step(case, CUSTOMER, "record_order", order)
    yield asked
    yield _step(f"{case}-roll-over", case, ROLL_OVER, {})
    yield _step(f"{case}-confirm", case, "confirm_return", {})
    yield asked._replace(repeat=True)  # the run that answered it is not the one that was closed


def _lines(quantity: int) -> list[Body]:
    return [{"product": "cc-all-apps-team", "quantity": quantity}]


def _step(key: str, case: str, name: str, body: Body) -> Step:
    """The journal says who did it: so each request can be found there."""
    return Step(key, case, name, body if name == ROLL_OVER else {**body, "actor": key})
