"""`make bench`: every benchmark, or those that are named. Ends with 1 when one keeps less than it promises."""

import argparse
import os
import sys
from collections.abc import Callable

from benchmarks import (
    actions,
    core,
    deadlines,
    http_orders,
    import_rate,
    letters,
    memory,
    orders,
    recording,
    register,
    replay,
    sending,
    startup,
    throughput,
    workflow_start,
)
from benchmarks.crowd import CASES

BENCHMARKS: dict[str, Callable[[], bool]] = {
    "core": core.run,
    "start": workflow_start.run,
    "actions": actions.run,
    "recording": recording.run,
    "throughput": throughput.run,
    "http": http_orders.run,
    "import": import_rate.run,
    "replay": replay.run,
    "letters": letters.run,
    "sending": sending.run,
}
WITH_MANY_CASES: dict[str, Callable[[int], bool]] = {
    "memory": memory.run,
    "startup": startup.run,
    "orders": orders.run,
    "deadlines": deadlines.run,
    "register": register.run,
}


def main(names: list[str], cases: int = CASES) -> int:
    known = [*BENCHMARKS, *WITH_MANY_CASES]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; known are {', '.join(known)}", file=sys.stderr)
        return 2
    broken = []
    for name in names or known:
        print(f"--- {name} (load average {os.getloadavg()[0]:.1f})", flush=True)
        if not (BENCHMARKS[name]() if name in BENCHMARKS else WITH_MANY_CASES[name](cases)):
            broken.append(name)
    for name in broken:
        print(f"{name} does not keep what it promises", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("names", nargs="*", metavar="name", help=", ".join([*BENCHMARKS, *WITH_MANY_CASES]))
    options.add_argument(
        "--cases", type=int, default=CASES, help=f"open cases in {', '.join(WITH_MANY_CASES)}; else %(default)s"
    )
    told = options.parse_args()
    sys.exit(main(told.names, told.cases))
