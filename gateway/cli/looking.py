"""Lists, details, journals, and what a customer may add."""

from typing import TYPE_CHECKING

from gateway.cli import showing
from gateway.cli.asking import LOOKING, Looking, ask
from gateway.cli.options import AnyNumber, VipNumber
from gateway.cli.output import say, table

if TYPE_CHECKING:
    from gateway.answers import Addable, Authorization, WholeCustomer


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
