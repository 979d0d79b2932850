"""What a run of a case begins with, beside the case: which of the engine's habits it has, and what was told already.

A run does what it began with, so that a replay does the same whatever code and settings are by then; the next run
begins as they are.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.authorization import AuthorizationCase
    from cases.carrying import carry
    from workflows.engine import Engine
    from workflows.surroundings import here

Start = dict[str, Any]

RUN: Final = "run"
TRACES, REGISTER, VERSION, TOLD = "traces", "register", "version", "told"


def resume(engine: Engine[Any], start: Start) -> None:
    """Begin as the run before, or whoever started this one, said."""
    run = start.get(RUN, {})
    engine.traces.on = bool(run.get(TRACES))
    engine.recording.on = bool(run.get(REGISTER))
    engine.recording.version, engine.recording.told = run.get(VERSION, 0), run.get(TOLD, 0)


def first(register: bool) -> Start:
    """What the first run of a customer begins with."""
    return {RUN: {TRACES: True, REGISTER: register}}


def child(engine: Engine[Any], begun: AuthorizationCase) -> Start:
    """What an authorization begins with: with the habits of its customer."""
    run = {TRACES: engine.traces.on, REGISTER: engine.recording.on}
    return {"carried": carry(begun), **({RUN: run} if any(run.values()) else {})}


def following(engine: Engine[Any]) -> Start:
    """What the next run begins with."""
    recording = engine.recording
    run = {TRACES: True, REGISTER: here().register, VERSION: recording.version, TOLD: recording.told}
    return {"carried": carry(engine.case, untold=recording.untold), RUN: run}
