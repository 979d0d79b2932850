"""`make bench`: every benchmark, or those that are named. Ends with 1 when one keeps less than it promises."""

import sys
from collections.abc import Callable

from benchmarks import actions, core, import_rate, throughput, workflow_start

BENCHMARKS: dict[str, Callable[[], bool]] = {
    "core": core.run,
    "start": workflow_start.run,
    "actions": actions.run,
    "throughput": throughput.run,
    "import": import_rate.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; known are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    broken = []
    for name in names or BENCHMARKS:
        print(f"--- {name}")
        if not BENCHMARKS[name]():
            broken.append(name)
    for name in broken:
        print(f"{name} does not keep what it promises", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
