"""The `vip` command: the same as the other doors, for people and scripts.

Exit status: 0 done, 1 refused, 2 wrong usage, 3 not reachable. Commands are imported when they are called: most of what
they need takes longer to load than `--help` may take.
"""

import io
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group

from gateway.cli.output import WrongUsage, failed
from gateway.errors import Refused, Unavailable

REFUSED, USAGE, UNREACHABLE = 1, 2, 3

app = App(
    name="vip",
    help="Customers and purchase authorizations of a reseller: invite, authorize, order, renew, and look.",
    version_flags=(),
    result_action="return_value",
)

_MEMBERSHIP, _BUYING, _RENEWAL, _LOOKING, _MOVING, _OPERATING, _LOCAL = (
    Group.create_ordered(name)
    for name in ("Customers", "Authorizations", "Renewal", "Looking", "Moving", "Operating", "On this machine")
)
_COMMANDS = (
    (_MEMBERSHIP, "invite", "membership:invite", "Invite an organisation."),
    (_MEMBERSHIP, "accept", "membership:accept", "Accept an invitation on behalf of the member."),
    (_MEMBERSHIP, "resend", "membership:resend", "Send the invitation again."),
    (_MEMBERSHIP, "withdraw", "membership:withdraw", "Withdraw an invitation; final."),
    (_MEMBERSHIP, "contact", "membership:contact", "Hand over to another contact."),
    (_MEMBERSHIP, "offer-type", "membership:offer_type", "Add an offer type."),
    (_MEMBERSHIP, "assign", "managers:assign", "Assign another account manager, to one customer or all of one."),
    (_MEMBERSHIP, "lift-address", "bouncing:lift_address", "Let letters go again to an address that took none."),
    (_BUYING, "authorize", "buying:authorize", "Authorize products: use now, order later."),
    (_BUYING, "order", "buying:order", "Record an order, for an authorization or direct."),
    (_BUYING, "return", "returning:take_back", "Ask for a return of an order; confirm or decline it."),
    (_BUYING, "extend", "buying:extend", "Let the order be due later."),
    (_BUYING, "cancel", "buying:cancel", "Cancel a pending authorization."),
    (_BUYING, "write-off", "buying:write_off", "Give up what is overdue; the block is lifted."),
    (_BUYING, "deactivate", "buying:deactivate", "Deactivate what is past its last day."),
    (_RENEWAL, "renew", "renewing:renew", "Record a renewal order."),
    (_RENEWAL, "decline", "renewing:decline", "Decline the renewal, all or part of it."),
    (_LOOKING, "agenda", "morning:agenda", "What waits for an account manager, and what happens by itself."),
    (_LOOKING, "customers", "listing:customers", "List customers."),
    (_LOOKING, "show", "looking:show", "Show a customer or an authorization."),
    (_LOOKING, "journal", "looking:journal", "What happened to a customer or an authorization."),
    (_LOOKING, "products", "looking:products", "What a customer may add, and why not the rest."),
    (_LOOKING, "letters", "letters:letters", "Look at letters: all there are, in words, and those of a customer."),
    (_LOOKING, "doctor", "doctoring:doctor", "Look at everything that runs, and say what is wrong."),
    (_LOOKING, "diagram", "reading:diagram", "Draw a lifecycle."),
    (_MOVING, "import", "importing:import_", "Take over customers that already live, from CSV files."),
    (_MOVING, "export", "exporting:export", "Write all customers to CSV files."),
    (_OPERATING, "replay", "deploying:replay", "Replay every open case with this code, before it is deployed."),
    (_OPERATING, "roll-over", "deploying:roll_over", "Bring every open case onto a fresh run, after a deployment."),
    (_OPERATING, "bounce", "bouncing:bounce", "Tell the cases of letters that came back, from what mail servers sent."),
    (_OPERATING, "serve", "serving:serve", "Serve the API and the page of invitations over HTTP."),
    (_OPERATING, "codec", "codec:codec", "Decode what Temporal keeps, for its UI and command line."),
    (_LOCAL, "up", "stack:up", "Run everything on this machine."),
    (_LOCAL, "inbox", "stack:inbox", "Read the letters that were sent on this machine."),
    (_LOCAL, "backup", "keeping:backup", "Write everything a stack keeps into one file, while it runs."),
    (_LOCAL, "restore", "keeping:restore", "Put a backup into a folder, to go on from it."),
    (_LOCAL, "fast-forward", "stack:fast_forward", "Move a customer and its authorizations through time."),
)
for _group, _name, _where, _help in _COMMANDS:
    app.command(f"gateway.cli.{_where}", name=_name, group=_group, help=_help)

_policy = App(name="policy", help="Policy files: check.", group=_LOOKING)
_policy.command("gateway.cli.reading:check", name="check", help="Check a policy file.")
app.command(_policy)
_register = App(name="register", help="The register that lists are read from: rebuild.", group=_OPERATING)
_register.command("gateway.cli.registers:rebuild", name="rebuild", help="Fill the register again from the cases.")
app.command(_register)


def run(arguments: Sequence[str]) -> int:
    """One command. Returns the exit status; whatever goes wrong is told in words."""
    as_json = "--json" in arguments
    if any("\ud800" <= letter <= "\udfff" for word in arguments for letter in word):  # bytes that are no text
        return failed("wrong_usage", "every word of a command is UTF-8 text", as_json=as_json, status=USAGE)
    try:
        status = app(list(arguments), exit_on_error=False, print_error=False)
    except Unavailable as unavailable:
        return failed(unavailable.code, unavailable.message, as_json=as_json, status=UNREACHABLE)
    except Refused as refused:
        return failed(refused.code, refused.message, refused.reasons, as_json=as_json, status=REFUSED)
    except (CycloptsError, WrongUsage) as error:
        return failed("wrong_usage", str(error), as_json=as_json, status=USAGE)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - whoever read the output has left
        return 0
    except Exception as error:
        # A person at a terminal can do nothing with a stack trace; what became of the command is unknown.
        what = f"{type(error).__name__}: {error}"
        return failed("unavailable", f"Something unexpected happened: {what}", as_json=as_json, status=UNREACHABLE)
    return status if isinstance(status, int) else 0


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a name shows the rest
    status = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a Temporal client can abort the interpreter while it shuts down, and so spoil the exit status
