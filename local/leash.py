"""Become another program that ends when the one who started it ends, even by SIGKILL.

Run as `python leash.py PARENT PROGRAM ARGUMENT...`. Linux keeps the promise across `exec`; on other systems the
program is only ended by whoever started it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it ended before the promise was given
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - this is the point: the program takes this one's place


if __name__ == "__main__":
    main()
