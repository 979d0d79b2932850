"""Account managers: assigning one customer, or all of one manager, to another."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, change
from gateway.cli.options import VipNumber
from gateway.cli.output import WrongUsage, table
from gateway.errors import Refused, Unavailable

if TYPE_CHECKING:
    from gateway.client import Gateway


def assign(
    vip_number: VipNumber | None = None,
    /,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: Annotated[str | None, Parameter(name=("--to", "--id"))] = None,
    name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    doing: Doing = DOING,
) -> None:
    """Assign another account manager, to one customer or with --from to all of one; open authorizations follow.

    Parameters
    ----------
    from_
        ID of the account manager whose customers are all to be assigned.
    to
        ID of the new account manager.
    name
        The new one's name; may be left out, with the address, if the new one manages a customer already.
    email
        The new one's address.
    language
        The new one's language.
    """
    if to is None or (vip_number is None) == (from_ is None):
        raise WrongUsage("say either vip assign VIP_NUMBER --to ID, or vip assign --from ID --to ID")
    if (name is None) != (email is None):
        raise WrongUsage("--name and --email go together")
    body: Answer = {"id": to, "name": name, "email": email, "language": language}

    async def act(gateway: "Gateway", said: Answer, key: str) -> Answer:
        from gateway.client import Wanted

        if "email" not in said:
            said = {**said, **await _known(gateway, to)}
        if vip_number is not None:
            return await gateway.update_customer(vip_number, "assign_account_manager", said, key)
        assigned, refusals = [], list[Answer]()
        for row in await gateway.customers(Wanted(managed_by=from_)):
            if row["invitation_status"] == "withdrawn":
                continue  # final: nobody looks after it any more
            try:
                assigned.append(await gateway.update_customer(row["vip_number"], "assign_account_manager", said, key))
            except Unavailable:
                raise
            except Refused as refused:
                refusals += [{**reason, "vip_number": row["vip_number"]} for reason in refused.reasons]
        if refusals:
            message = f"{len(assigned)} customers were assigned, others were not."
            raise Refused(refusals[0]["code"], message, refusals)
        return {"items": assigned, "total": len(assigned)}

    change(doing, body, act, showing.customer if from_ is None else _assigned)


async def _known(gateway: "Gateway", manager: str) -> Answer:
    """What a customer of this account manager knows of the person. Raises `WrongUsage` if there is none."""
    from gateway.client import Wanted

    for row in await gateway.customers(Wanted(managed_by=manager)):
        known: Answer = (await gateway.customer(row["vip_number"]))["account_manager"]
        if known["id"] == manager:
            return known
    raise WrongUsage(f"{manager} manages no customer yet: say who that is with --name and --email")


def _assigned(answer: Answer) -> None:
    rows = ((one["vip_number"], one["organization"], one["account_manager"]["name"]) for one in answer["items"])
    table("", ("VIP number", "customer", "managed by"), rows, empty="This account manager has no customers.")
