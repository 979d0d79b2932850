"""A customer's membership in the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.authorization import CONTACT, MANAGER, Authorization
from tests.model.box import Box, No, check_told, figure
from tests.model.dates import LONG_AGO

MEMBERSHIP = "membership"


@dataclass
class Member(Box):
    invited: datetime = LONG_AGO
    first_invited: datetime = LONG_AGO
    resends: dict[date, int] = field(default_factory=dict)
    accepted_by: str | None = None
    contacts: int = 0
    authorizations: list[Authorization] = field(default_factory=list)

    @property
    def membership(self) -> str:
        return str(self.machines[MEMBERSHIP].state)

    def people(self) -> tuple[object, ...]:
        """What authorizations know of the invitation."""
        return self.membership == "accepted", self.contacts, self.membership == "invited" and self.invitation_ends()

    def invitation_ends(self) -> datetime:
        days = figure(self.world, "invitation", "expires_after_days") + 1
        return self.world.calendar.midnight(self.world.calendar.day(self.invited) + timedelta(days=days))

    def write(
        self,
        letter: str,
        readers: tuple[str, ...],
        at: datetime,
        now: datetime,
        *,
        person: bool = False,
        changes: bool = False,
    ) -> None:
        self.post(letter, readers, MEMBERSHIP, "invitation", at, now, person=person, changes=changes)

    def accept(self, name: str, told: datetime | None, now: datetime) -> None:
        check_told(told, now, self.first_invited)
        at = self.arrive(told, now)
        if self.membership == "accepted" and self.accepted_by == name:
            return
        if self.membership in ("accepted", "withdrawn"):
            raise No("already_accepted" if self.membership == "accepted" else "invitation_withdrawn")
        if self.membership == "expired" and (told is None or at > self.invitation_ends()):
            raise No("invitation_expired")
        self.accepted_by = name
        self.change(MEMBERSHIP, "accepted", at, now)
        since = self.machines[MEMBERSHIP].since
        self.write("welcome", CONTACT, since, now, person=True, changes=True)
        self.write("invitation_accepted", MANAGER, since, now, person=True, changes=True)
        self.advance(now, now)

    def alive(self) -> None:
        if self.membership == "withdrawn":
            raise No("invitation_withdrawn")

    def resend(self, now: datetime) -> None:
        self.arrive(None, now)
        self.alive()
        if self.membership == "accepted":
            raise No("already_accepted")
        today = self.world.calendar.day(now)
        if self.resends.get(today, 0) >= figure(self.world, "invitation", "resends_a_day"):
            raise No("resend_limit")
        self.resends[today] = self.resends.get(today, 0) + 1
        if "contact" in self.world.stopped:
            self._reached_again()
        self._invite_again(now)

    def _reached_again(self) -> None:
        """Letters go to the contact again; what could not be delivered is past."""
        self.world.stopped.discard("contact")
        for box in (self, *(one for one in self.authorizations if not one.final)):
            box.unreachable.discard("contact")
        for one in self.authorizations:
            one.refused.discard("contact")

    def _invite_again(self, now: datetime) -> None:
        changes = self.membership == "expired"
        self.invited = now
        self.step(MEMBERSHIP, now)
        self.change(MEMBERSHIP, "invited", now, now)
        self.write("invitation", CONTACT, now, now, person=True, changes=changes)

    def withdraw(self, now: datetime) -> None:
        self.arrive(None, now)
        self.alive()
        if self.membership == "accepted":
            raise No("already_accepted")
        if self.authorizations:
            raise No("something_authorized")
        self.change(MEMBERSHIP, "withdrawn", now, now)
        self.write("invitation_withdrawn", CONTACT, now, now, person=True, changes=True)

    def hand_over(self, now: datetime) -> None:
        self.arrive(None, now)
        self.alive()
        self.contacts += 1
        if self.membership == "accepted":
            self.write("welcome", CONTACT, now, now, person=True)
        elif self.membership == "invited":
            self.write("invitation", CONTACT, now, now, person=True)
        else:
            self._invite_again(now)
        self._reached_again()
