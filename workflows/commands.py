"""Updates and queries: one line each in a workflow's file, with one handler and one validator for all.

They are made once for all runs. What stands in a workflow's own file is loaded anew into the sandbox of every run.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.carrying import carry
    from cases.ordering import happens
    from cases.recording import record_of
    from workflows.engine import Answer, Engine


@cache
def command(name: str, description: str) -> Any:
    """An update that the engine of its workflow handles, tried first in its validator."""

    # Temporal takes an annotated `self` for the first argument.
    async def handle(self, body: Any = None) -> Answer:  # type: ignore[no-untyped-def]
        answer: Answer = await self.engine.handle(name, body)
        return answer

    def check(self, body: Any = None) -> None:  # type: ignore[no-untyped-def]
        self.engine.check(name, body)

    update = workflow.update(name=name, description=description)(_named(handle, name))
    update.validator(check)
    return update


@cache
def question(name: str, description: str, answer: Callable[[Engine[Any], Any], Answer]) -> Any:
    """A query that is answered from how the case stands."""

    def ask(self, body: Any = None) -> Answer:  # type: ignore[no-untyped-def]
        return answer(self.engine, body)

    return workflow.query(name=name, description=description)(_named(ask, name))


def journal(engine: Engine[Any], _body: Any) -> Answer:
    return {"items": [entry.answer() for entry in engine.case.journal]}


def carried(engine: Engine[Any], _body: Any) -> Answer:
    return carry(engine.case)


def record(engine: Engine[Any], _body: Any) -> Answer:
    return record_of(engine.case, workflow.now())


def wake(engine: Engine[Any], _body: Any) -> Answer:
    return {"at": happens(engine.next_wake())}


def _named(function: Any, name: str) -> Any:
    function.__name__, function.__qualname__ = name, f"{function.__name__}.{name}"
    return function
