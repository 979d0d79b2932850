"""Lists, details, journals, and what a customer may add."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gateway.cli import showing
from gateway.cli.asking import LOOKING, Answer, Looking, ask
from gateway.cli.options import AnyNumber, VipNumber
from gateway.cli.output import say, table
from gateway.vocabulary import CustomerList, MarketSegment, MembershipState

if TYPE_CHECKING:
    from gateway.answers import Addable, Authorization, WholeCustomer
    from gateway.client import Gateway


def customers(
    *,
    list_: Annotated[tuple[CustomerList, ...], Parameter(name="--list")] = (),
    managed_by: str | None = None,
    segment: MarketSegment | None = None,
    status: MembershipState | None = None,
    sort: Literal["name", "next", "anniversary"] = "name",
    looking: Looking = LOOKING,
) -> None:
    """List customers.

    Parameters
    ----------
    list_
        Only those in this list; may be given several times, then all must hold.
    managed_by
        Only those of the account manager with this ID.
    segment
        Only those of this market segment.
    status
        Only those whose invitation stands so.
    sort
        By what to sort: the name, the next change of state, or the anniversary date.
    """

    async def question(gateway: "Gateway") -> Answer:
        from gateway.client import Wanted

        wanted = Wanted(list_, managed_by, segment, status)
        items = sorted(await gateway.customers(wanted), key=lambda row: _sorted_by(row, sort))
        return {"items": items, "total": len(items)}

    ask(looking, question, lambda answer: showing.rows(answer["items"]))


def show(number: AnyNumber, /, *, looking: Looking = LOOKING) -> None:
    """Show a customer or an authorization."""

    def tell(answer: "WholeCustomer | Authorization") -> None:
        if "organization" in answer:
            showing.customer(answer)
        else:
            showing.authorization(answer)

    ask(looking, lambda gateway: gateway.details(number), tell)


def journal(number: AnyNumber, /, *, looking: Looking = LOOKING) -> None:
    """What happened to a customer or an authorization: states, letters sent and skipped, and who did what."""
    ask(looking, lambda gateway: gateway.journal(number), showing.journal)


def products(vip_number: VipNumber, /, *, looking: Looking = LOOKING) -> None:
    """What this customer may add, and why not the rest."""

    def tell(answers: "list[Addable]") -> None:
        rows = (
            (
                one["product"],
                one["name"],
                "no: " + "; ".join(r["message"] for r in one["reasons"]) if one["reasons"] else "yes",
            )
            for one in answers
        )
        table("", ("product", "name", "may be added"), rows, empty="The catalogue is empty.")
        if answers and all(one["reasons"] for one in answers):
            say("Nothing can be added at the moment.")

    ask(looking, lambda gateway: gateway.products(vip_number), tell)


def _sorted_by(row: Answer, sort: str) -> tuple[bool, str, str]:
    event = row.get("next_event") or {}
    value = {"name": row.get("organization"), "next": event.get("at"), "anniversary": row.get("anniversary_date")}[sort]
    return value is None, str(value).casefold(), row["vip_number"]
