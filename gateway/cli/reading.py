"""What needs no server: policy files and the lifecycles themselves."""

from pathlib import Path
from typing import Literal

from gateway.cli.asking import LOOKING, Looking
from gateway.cli.output import document, say
from gateway.errors import Refused


def check(file: Path, /, *, profile: str | None = None, looking: Looking = LOOKING) -> None:
    """Check a policy file: every contradiction is named.

    Parameters
    ----------
    file
        The policy file.
    profile
        Only this profile of the file; by default every one.
    """
    from gateway.cli.output import WrongUsage
    from states.policy import Policy, PolicyError, profile_names

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{file} cannot be read: {error}") from None
    checked: list[dict[str, str]] = []
    problems: list[tuple[str | None, str]] = []
    try:
        for name in (profile,) if profile else profile_names(text):
            try:
                policy = Policy.from_toml(text, name)
                checked.append({"profile": name, "policy": policy.label})
            except PolicyError as error:
                problems += [(name, problem) for problem in error.problems]
    except PolicyError as error:
        problems += [(None, problem) for problem in error.problems]
    if problems:
        reasons = [
            {"code": "policy_contradiction", "message": str(problem), **({"profile": name} if name else {})}
            for name, problem in problems
        ]
        raise Refused("policy_contradiction", f"{file} cannot be used: {len(problems)} problems", reasons)
    if looking.json:
        document({"profiles": checked})
    else:
        say(f"{file} is sound: {', '.join(one['policy'] for one in checked)}")


def diagram(
    machine: Literal["membership", "authorization", "renewal"] | None = None, /, *, looking: Looking = LOOKING
) -> None:
    """Draw a lifecycle as a mermaid diagram, from the table that decides.

    Parameters
    ----------
    machine
        Which one; by default all three.
    """
    from states.authorization import AUTHORIZATION
    from states.diagram import mermaid
    from states.membership import MEMBERSHIP
    from states.renewal import RENEWAL

    machines = {"membership": MEMBERSHIP, "authorization": AUTHORIZATION, "renewal": RENEWAL}
    drawn = {name: mermaid(lifecycle) for name, lifecycle in machines.items() if machine in (None, name)}
    if looking.json:
        document(drawn)
        return
    for name, text in drawn.items():
        print(text if machine else f"%% {name}\n{text}")
