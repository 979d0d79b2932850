"""Account managers: assigning one customer, or all of one manager, to another."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from gateway.bodies import Assign
from gateway.cli import showing
from gateway.cli.asking import DOING, Answer, Doing, change
from gateway.cli.options import VipNumber
from gateway.cli.output import WrongUsage, table
from gateway.errors import Refused, Unavailable

if TYPE_CHECKING:
    from gateway.answers import Customer
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
    if vip_number is not None:
        change(doing, body, partial(_assign, vip_number), showing.customer)
    else:
        change(doing, body, partial(_assign_all, from_), _assigned)


async def _assign(vip_number: str, gateway: "Gateway", said: Answer, key: str) -> "Customer":
    return await gateway.assign_account_manager(vip_number, await _whole(gateway, said), key)


async def _assign_all(manager: str | None, gateway: "Gateway", said: Answer, key: str) -> Answer:
    from gateway.client import Wanted

    body = await _whole(gateway, said)
    assigned, refusals = list["Customer"](), list[Answer]()
    # The whole list first: whoever is assigned leaves it.
    for row in [row async for row in gateway.every(Wanted(managed_by=manager))]:
        if row["invitation_status"] == "withdrawn":
            continue  # final: nobody looks after it any more
        try:
            assigned.append(await gateway.assign_account_manager(row["vip_number"], body, key))
        except Unavailable:
            raise
        except Refused as refused:
            refusals += [{**reason, "vip_number": row["vip_number"]} for reason in refused.reasons]
    if refusals:
        message = f"{len(assigned)} customers were assigned, others were not."
        raise Refused(refusals[0]["code"], message, refusals)
    return {"items": assigned, "total": len(assigned)}


async def _whole(gateway: "Gateway", said: Answer) -> Assign:
    """The body; who is named by the ID alone is known already. Raises `WrongUsage` if not."""
    if "email" in said:
        return cast(Assign, said)
    from gateway.client import Wanted

    async for row in gateway.every(Wanted(managed_by=said["id"])):
        known = (await gateway.customer(row["vip_number"]))["account_manager"]
        if known["id"] == said["id"]:
            return cast(Assign, {**said, **known})
    raise WrongUsage(f"{said['id']} manages no customer yet: say who that is with --name and --email")


def _assigned(answer: Answer) -> None:
    rows = ((one["vip_number"], one["organization"], one["account_manager"]["name"]) for one in answer["items"])
    table("", ("VIP number", "customer", "managed by"), rows, empty="This account manager has no customers.")
