"""A case: what is due by itself, and steps of its machines. Customer and authorization build on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cases.journal import Kind
from cases.mailing import Mailing
from cases.record import Act, Foreseen, Track
from states.lifecycle import Moment, Row, Send, always

RESOLUTION = timedelta(microseconds=1)
"""The smallest step of time."""


@dataclass(slots=True, kw_only=True)
class Case(Mailing):
    """It decides; whoever holds it waits, sends and tells."""

    def upcoming(self) -> tuple[str, Moment] | None:
        """What happens next by itself, and in which machine; at the same instant a deadline before a reminder."""
        best: tuple[str, Moment] | None = None
        for machine in self.machines:
            moment = self.foreseen(machine)
            if moment is None:
                continue
            if (
                best is None
                or moment.at < best[1].at
                or (moment.at == best[1].at and moment.deadline > best[1].deadline)
            ):
                best = machine, moment
        return best

    def foreseen(self, machine: str) -> Moment | None:
        """What happens next by itself in one machine; computed again when something has changed, or it has passed."""
        track: Track = getattr(self, machine)
        if (known := track.foreseen) is not None:
            state, facts, policy, moment = known
            same = facts is track.facts and state is track.state and policy is self.policy
            if same and (moment is None or moment.at > (track.rung or self.cursor)):
                return moment
        after = track.rung or self.cursor
        moment = self.machines[machine].upcoming(track.state, track.facts, self.policy, after)
        track.foreseen = Foreseen(track.state, track.facts, self.policy, moment)
        return moment

    def advance(self, to: datetime, now: datetime, *, events_first: bool = False) -> None:
        """Let everything happen that is due up to `to`, in order, each at its own time.

        With `events_first` what is due at the very instant waits: an event that says when it happened wins (section 2).
        """
        if events_first:
            to -= RESOLUTION
        while (first := self.upcoming()) is not None and first[1].at <= to:
            at = first[1].at
            for machine, trigger in self._together(*first):
                track = self.track(machine)
                self.fire(machine, trigger, max(at, track.since), now, Act.TIME)
                if not first[1].deadline:
                    track.rang(at)
        self.cursor = max(self.cursor, to)

    def _together(self, machine: str, moment: Moment) -> list[tuple[str, StrEnum]]:
        """A deadline alone, since it may change what follows; of reminders every one of the same instant."""
        if moment.deadline:
            return [(machine, moment.trigger)]
        if len(self.machines) == 1:
            return [(machine, trigger) for trigger in (moment.trigger, *moment.also)]
        moments = [(name, self.foreseen(name)) for name in self.machines]
        together = [(name, one) for name, one in moments if one is not None and one.at == moment.at]
        return [(name, trigger) for name, one in together for trigger in (one.trigger, *one.also)]

    def arrive(self, told: datetime | None, now: datetime) -> datetime:
        """Come to the moment of an event: what was due before counts as done. Returns when it happened.

        A clock that runs ahead within the tolerance says "now": nothing takes effect in the future.
        """
        if told is None or told > now:
            self.advance(now, now)
            return now
        self.advance(told, now, events_first=True)
        return told

    def effective(self, machine: str, at: datetime, now: datetime) -> datetime:
        """When an event takes effect: as it happened, or from now on if a deadline after it has been processed."""
        return at if at >= self.track(machine).since else now

    def fire(
        self,
        machine: str,
        trigger: StrEnum,
        effective: datetime,
        now: datetime,
        act: Act = Act.PERSON,
        *,
        actor: str | None = None,
        reason: str | None = None,
        about: dict[str, Any] | None = None,
        facts: Any = None,
    ) -> Row[Any]:
        """One step of one machine: the new state, one journal entry, and what follows.

        With `facts`, those are what the step decides on and what is known from then on. Raises `TransitionRefused`,
        and then nothing has changed.
        """
        track: Track = getattr(self, machine)
        facts = track.facts if facts is None else facts
        row = self.machines[machine].step(track.state, trigger, facts, self.policy)
        track.facts = facts
        changes = row.target is not row.source
        source, track.state = track.state, row.target
        if changes:
            track.since = effective
        if changes or act is Act.PERSON:
            track.rang(effective - RESOLUTION)  # what is due at this very instant still rings
            self.news += 1
            kind = Kind.TRANSITION if changes else Kind.FACT
            self.enter(kind, effective, now, machine, trigger, source, row.target, reason=reason, actor=actor)
        for effect in row.then:
            if isinstance(effect, Send):
                if effect.when is always or effect.when(track.facts, self.policy):
                    self.post(effect.letter, effect.readers, machine, effective, now, act, changes, about)
            else:
                track.facts = effect.then(track.facts, self.policy, now)
                self.recount()
        return row

    def take_step(
        self,
        machine: str,
        trigger: StrEnum,
        at: datetime,
        now: datetime,
        *,
        actor: str | None = None,
        reason: str | None = None,
        about: dict[str, Any] | None = None,
        facts: Any = None,
    ) -> None:
        """One step of a person's; then whatever is due up to now. Raises `TransitionRefused`."""
        effective = self.effective(machine, at, now)
        self.fire(machine, trigger, effective, now, actor=actor, reason=reason, about=about, facts=facts)
        self.advance(now, now)

    def recount(self) -> None:
        """A row changed the facts: what is derived from elsewhere is counted anew."""
