"""What takes long: a bar for a person who looks on, and a way to stop it."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """A bar on standard error; none where nobody looks. Gives what to call for each one that is done."""
    if not shown or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def interruptible() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C or a request to end sets; a second one ends at once."""
    stop, loop, caught = asyncio.Event(), asyncio.get_running_loop(), list[signal.Signals]()

    def noted(one: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(one)

    for one in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(one, noted, one)
        except (ValueError, RuntimeError, NotImplementedError):  # not the main thread, or a system without
            continue
        caught.append(one)
    try:
        yield stop
    finally:
        for one in caught:
            loop.remove_signal_handler(one)
