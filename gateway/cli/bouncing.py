"""Letters that came back, and addresses that work again: `vip bounce`, `vip lift-address`."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from gateway.bodies import LiftAddress
from gateway.cli import showing
from gateway.cli.asking import DOING, LOOKING, Doing, Looking, change, gateway_here, settings_here
from gateway.cli.options import Reason, VipNumber
from gateway.cli.output import WrongUsage, document, table

if TYPE_CHECKING:
    from activities.marks import BounceAddress
    from gateway.bounces.reading import Found
    from settings import Settings

DONE, LEFT_SOME = 0, 1


def bounce(
    *files: Annotated[str, Parameter(allow_leading_hyphen=True)],
    looking: Looking = LOOKING,
) -> int:
    """Read what mail servers report of letters that came back or are delayed, and tell the cases.

    Nothing is changed or moved where it is read, and a report that is read again has no second effect. The exit status
    is 1 if anything was left: what is not about our letters, or not understood.

    Parameters
    ----------
    files
        Messages: one in a file, an mbox, a Maildir or a folder of files, or - for standard input.
    """
    if not files:
        raise WrongUsage("say which files: vip bounce returned.eml, or - for standard input")
    from gateway.bounces.reading import messages

    try:
        found = [message for name in files for message in messages(name)]
    except OSError as error:
        raise WrongUsage(f"{error.filename} cannot be read: {error.strerror}") from None
    return asyncio.run(_record(found, looking))


def lift_address(
    vip_number: VipNumber,
    /,
    *,
    reader: Literal["contact", "account-manager"] = "contact",
    reason: Reason,
    doing: Doing = DOING,
) -> None:
    """Let letters go again to an address that took none; to another address: vip contact, vip assign.

    Parameters
    ----------
    reader
        Whose address it is.
    """
    body: LiftAddress = {"reader": "contact" if reader == "contact" else "account_manager", "reason": reason}
    change(doing, body, lambda gateway, said, key: gateway.lift_address(vip_number, said, key), showing.customer)


async def _record(found: "list[Found]", looking: Looking) -> int:
    from gateway.bounces.recording import LEFT, record
    from gateway.bounces.understanding import understood

    settings = settings_here()
    address = _bounce_address(settings)
    async with gateway_here(settings) as gateway:
        told = [(one.where, await record(gateway, understood(one.raw, address))) for one in found]
    if looking.json:
        document([_known({"where": where, **one._asdict()}) for where, one in told])
    else:
        rows = ((where, one.became.replace("_", " "), one.case, one.letter, one.message) for where, one in told)
        table("", ("where", "became", "case", "letter", "what"), rows, empty="There is no message.")
    return LEFT_SOME if any(one.became in LEFT for _, one in told) else DONE


def _known(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if value is not None}


def _bounce_address(settings: "Settings") -> "BounceAddress | None":
    from activities.marks import BounceAddress

    if settings.bounces_to is None or not settings.link_secret:
        return None
    return BounceAddress(settings.bounces_to, [one.get_secret_value() for one in settings.link_secret])
