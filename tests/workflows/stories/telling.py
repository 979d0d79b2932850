"""The words of which stories are made: a story is data, a list of steps, each at a day and an hour.

Days count from the story's first day; hours are on the wall of the policy's time zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_THIS_YEAR = datetime.now(UTC).year
YEAR = _THIS_YEAR + 2 + (3 - (_THIS_YEAR + 2)) % 4
"""The year in which stories begin: in the future, and the one before a leap year."""
PRODUCT = "cc-all-apps-team"
OTHER = "acrobat-pro-team"
MANAGER = "jens@example.org"
CONTACT = "mette@example.com"

Day = int | date


@dataclass(frozen=True)
class When:
    """An instant that a body tells, by the story's calendar."""

    day: Day
    clock: str


@dataclass(frozen=True)
class On:
    """A date that a body tells."""

    day: int


@dataclass(frozen=True)
class Tell:
    """An update: to the customer, or to one of its authorizations by their order (0 is the first)."""

    name: str
    body: dict[str, Any]
    to: int | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Mail:
    """The mail relay is switched off, or on again."""

    up: bool


@dataclass(frozen=True)
class Address:
    """The relay's answer to a recipient from now on; None: it takes its mail again."""

    email: str
    answer: str | None


@dataclass(frozen=True)
class Shows:
    """What the details say: fields of the customer, and the states of its authorizations in their order."""

    customer: dict[str, Any]
    authorizations: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RollOver:
    """An operator asks the customer and everything of it to continue as new."""


@dataclass(frozen=True)
class WorkersDown:
    """No worker runs until then; meanwhile others keep trying to tell this."""

    day: Day
    clock: str
    meanwhile: Tell


Act = Tell | Mail | Address | Shows | RollOver | WorkersDown


@dataclass(frozen=True)
class Step:
    day: Day
    clock: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Calendar:
    """A story's first moment and its time zone."""

    begin: date
    clock: str
    zone: str

    def at(self, day: Day, clock: str) -> datetime:
        on = day if isinstance(day, date) else self.begin + timedelta(days=day)
        return datetime.combine(on, time.fromisoformat(clock), ZoneInfo(self.zone)).astimezone(UTC)

    def told(self, value: Any) -> Any:
        """A body with its moments as instants."""
        if isinstance(value, When):
            return self.at(value.day, value.clock).isoformat()
        if isinstance(value, On):
            return (self.begin + timedelta(days=value.day)).isoformat()
        if isinstance(value, dict):
            return {name: self.told(part) for name, part in value.items()}
        return [self.told(part) for part in value] if isinstance(value, list) else value


def on(day: Day, clock: str, *acts: Act) -> Step:
    """On this day at this hour."""
    return Step(day, clock, acts)


def until(day: Day, **shows: Any) -> Step:
    """Let time pass until noon of this day; then it shows this."""
    return Step(day, "12:00", (shown(**shows),) if shows else ())


def shown(authorizations: tuple[str, ...] | None = None, **customer: Any) -> Shows:
    return Shows(customer, authorizations)


def lines(quantity: int, product: str = PRODUCT) -> list[dict[str, Any]]:
    return [{"product": product, "quantity": quantity}]


def refused(act: Tell, code: str) -> Tell:
    """This is told too, and refused for that."""
    return Tell(act.name, act.body, act.to, code)


def accept(**more: Any) -> Tell:
    return Tell("accept_invitation", {"accepted_by": {"name": "Mette Holm"}, "terms_version": "2031-1", **more})


def resend() -> Tell:
    return Tell("resend_invitation", {})


def withdraw() -> Tell:
    return Tell("withdraw_invitation", {"reason": "wrong organisation"})


def hand_over(name: str, email: str) -> Tell:
    return Tell("hand_over_contact", {"name": name, "email": email, "reason": "another job"})


def assign(name: str, email: str) -> Tell:
    return Tell("assign_account_manager", {"id": name.split()[0].lower(), "name": name, "email": email})


def lift(reader: str = "contact") -> Tell:
    return Tell("lift_address", {"reader": reader, "reason": "the mailbox is there again"})


def authorize(quantity: int, product: str = PRODUCT, *, by: str = "account_manager", **more: Any) -> Tell:
    return Tell("authorize_purchase", {"lines": lines(quantity, product), "requested_by": by, **more})


def direct_order(reference: str, quantity: int, product: str = PRODUCT, **more: Any) -> Tell:
    return Tell("record_order", {"order_reference": reference, "lines": lines(quantity, product), **more})


def order(reference: str, quantity: int | None = None, *, of: int = 0, **more: Any) -> Tell:
    """Without a quantity: all that is open."""
    return Tell("place_order", {"order_reference": reference, **_some(quantity), **more}, of)


def cancel(of: int = 0) -> Tell:
    return Tell("cancel", {"reason": "not wanted"}, of)


def extend(days: int, of: int = 0) -> Tell:
    return Tell("extend", {"days": days, "reason": "holidays"}, of)


def write_off(of: int = 0) -> Tell:
    return Tell("write_off", {"reason": "will never be paid"}, of)


def deactivate(of: int = 0) -> Tell:
    return Tell("deactivate", {"reason": "no warning gets out"}, of)


def ask_return(reference: str, quantity: int | None = None, *, of: int = 0) -> Tell:
    return Tell("request_return", {"order_reference": reference, "reason": "too many", **_some(quantity)}, of)


def confirm_return(quantity: int | None = None, *, of: int = 0) -> Tell:
    return Tell("confirm_return", _some(quantity), of)


def decline_return(of: int = 0) -> Tell:
    return Tell("decline_return", {"reason": "used already"}, of)


def renew(reference: str, quantity: int | None = None, product: str = PRODUCT, **more: Any) -> Tell:
    """Without a quantity: all that is held."""
    return Tell("place_renewal_order", {"order_reference": reference, **_some(quantity, product), **more})


def decline(quantity: int | None = None, product: str = PRODUCT) -> Tell:
    return Tell("decline_renewal", {"reason": "no longer needed", **_some(quantity, product)})


def mail_down() -> Mail:
    return Mail(up=False)


def mail_up() -> Mail:
    return Mail(up=True)


def refuses(email: str) -> Address:
    """The relay refuses this recipient for good."""
    return Address(email, "550 5.1.1 no such user")


def takes(email: str) -> Address:
    return Address(email, None)


def _some(quantity: int | None, product: str = PRODUCT) -> dict[str, Any]:
    return {} if quantity is None else {"lines": lines(quantity, product)}
