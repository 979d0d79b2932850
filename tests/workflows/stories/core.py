"""The same story as the core tells it: no server, no mail, and the instants at which the server processed each act."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.answers import customer_answer
from cases.customer import CustomerCase
from cases.doors import answer_of
from cases.journal import Outcome, Why
from cases.simulation import Simulation
from states.catalogue import Catalogue
from states.facts import Reader
from states.policy import Policy
from states.refusals import Refused
from tests.workflows.stories.stage import Happened
from tests.workflows.stories.telling import Address, Calendar, Mail, Tell, WorkersDown


@dataclass
class Post:
    """The mail relay: up or down, and with its mind made up about some recipients."""

    down_until: datetime | None = None
    refused: set[str] = field(default_factory=set)


class Retelling(Simulation):
    """The customer of a story in the core."""

    def __init__(self, vip: str, policy: Policy, catalogue: Catalogue, calendar: Calendar) -> None:
        super().__init__(vip, policy, catalogue, self._relay)
        self.calendar, self.post = calendar, Post()
        self.answers: list[dict[str, Any] | None] = []

    def retell(self, happened: list[Happened], end: datetime) -> None:
        for number, one in enumerate(happened):
            act = one.act
            if isinstance(act, WorkersDown):
                self.sleep(one.at)
                self.answers.append(self._told(act.meanwhile, one))
                continue
            if not isinstance(act, Tell):
                self.until(one.at)
            if isinstance(act, Mail):
                self.post.down_until = None if act.up else _next_up(happened[number + 1 :], end)
            elif isinstance(act, Address):
                (self.post.refused.discard if act.answer is None else self.post.refused.add)(act.email)
            self.answers.append(self._told(act, one) if isinstance(act, Tell) else None)
        self.until(end)

    def details(self, number: str, now: datetime) -> dict[str, Any]:
        case = self.case(number)
        if isinstance(case, CustomerCase):
            return customer_answer(case, now, whole=True)
        return answer_of(self.authorizations[number], now)

    def _told(self, act: Tell, one: Happened) -> dict[str, Any] | None:
        number = None if act.to is None else list(self.customer.known)[act.to]
        try:
            return self.tell(act.name, self.calendar.told(act.body), one.at, number)
        except Refused as refused:
            if refused.code != one.refused:
                raise
            return None

    def _relay(self, now: datetime, reader: str) -> tuple[Outcome, str | None] | datetime:
        person = self.customer.contact if reader == Reader.CONTACT else self.customer.account_manager
        if self.post.down_until is not None and now < self.post.down_until:
            return self.post.down_until
        if person.email in self.post.refused:
            return Outcome.UNDELIVERED, Why.RECIPIENT_REFUSED
        return Outcome.SENT, None


def _next_up(later: list[Happened], end: datetime) -> datetime:
    return next((one.at for one in later if isinstance(one.act, Mail) and one.act.up), end + timedelta(days=1))
