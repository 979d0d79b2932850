"""Who lives on the server already: a customer moves in once, and nobody takes another's number."""

from dataclasses import dataclass, field

from temporalio.client import Client

from gateway.calling import reaching
from gateway.importing.checking import Plan
from gateway.importing.problems import Problem
from gateway.inviting import INVITATION
from workflows import names

_CUSTOMERS = f'WorkflowType = "{names.CUSTOMER}" AND ExecutionStatus = "Running"'
_AUTHORIZATIONS = f'WorkflowType = "{names.AUTHORIZATION}" AND ExecutionStatus IN ("Running", "Completed")'


@dataclass
class Residents:
    """Who lives there, from the server's lists; they lag by moments, and what they miss is noticed at the start."""

    digests: dict[str, str | None] = field(default_factory=dict)
    """Of the body with which each customer began, by VIP number."""
    externals: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str | None] = field(default_factory=dict)
    """Whose an authorization is, by its number."""

    def lives(self, plan: Plan) -> bool:
        """It moved in before, as it is told now."""
        return self.digests.get(plan.vip_number) == plan.digest

    def against(self, plan: Plan) -> list[Problem]:
        """Why this customer can't move in."""
        if plan.vip_number in self.digests:
            return [] if self.lives(plan) else [another(plan)]
        found = []
        if plan.external_id is not None and (other := self.externals.get(plan.external_id)) is not None:
            place = plan.place.in_column("external_id")
            found.append(Problem(place, f"{plan.external_id} lives here already, as {other}", "", "duplicate"))
        for number in plan.numbers:
            if (owner := self.owners.get(number)) is not None and owner != plan.vip_number:
                what = f"{number} is an authorization of {owner} already"
                found.append(Problem(plan.place.in_column("authorization_number"), what, "", "duplicate"))
        return found


def another(plan: Plan) -> Problem:
    """A customer with this number lives there, but began as another."""
    what = f"{plan.vip_number} lives here already and was told otherwise; an import changes nobody"
    return Problem(plan.place.in_column("vip_number"), what, "leave it out", "idempotency_key_reused")


async def residents(client: Client, *, with_authorizations: bool) -> Residents:
    """Everybody who lives there. Raises `Unavailable`."""
    found = Residents()
    with reaching():
        async for one in client.list_workflows(_CUSTOMERS):
            number = one.id.removeprefix(names.customer_id(""))
            found.digests[number] = (await one.memo()).get(INVITATION)
            if (external := one.typed_search_attributes.get(names.EXTERNAL_ID)) is not None:
                found.externals[external] = number
        if with_authorizations and found.digests:
            async for one in client.list_workflows(_AUTHORIZATIONS):
                number = one.id.removeprefix(names.authorization_id(""))
                found.owners[number] = one.typed_search_attributes.get(names.VIP_NUMBER)
    return found
