"""Calls to Temporal: bounded in time, repeated while that is safe, and every "no" in the words of the rules."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from encryption.codec import KeyMissing
from gateway.errors import KeyUnknown, NotFound, Refused, Unavailable
from states.refusals import Refused as RefusedByTheRules

T = TypeVar("T")
Answer = dict[str, Any]
Handle = WorkflowHandle[Any, Any]

PATIENCE = 10.0
"""Seconds until a caller is told that no answer came (contract, HTTP)."""
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between attempts; the last one again and again, until patience is over. Giving up earlier would be too early:
Temporal tries a failed task again after 10 seconds."""
AGAIN = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,  # the case was just going over into its next run
        RPCStatusCode.RESOURCE_EXHAUSTED,  # ten updates of one case are under way
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.ABORTED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
    }
)
"""What may be asked again. For an update that is safe: the same update ID has one effect, whatever became of it."""
_GRACE = 0.5
"""Seconds more for several calls together: each knows better than all of them why no answer came."""
_NOT_CONNECTED = "Failed client connect"
"""How the error begins that a client raises, one that connects when it is first needed."""
_RUN_ENDED = "AcceptedUpdateCompletedWorkflow"
_NOT_BEGUN = "unavailable"


class Gone(Exception):
    """The workflow is closed, or there never was one."""


async def update(handle: Handle, name: str, body: Answer, update_id: str, patience: float = PATIENCE) -> Answer:
    """One update, exactly once. Raises `Refused`, `Unavailable` or `Gone`."""

    async def once() -> Answer:
        answer: Answer = await handle.execute_update(name, body, id=update_id, result_type=dict[str, Any])
        return answer

    return await answered(once, patience)


async def query(handle: Handle, name: str, *body: Any, patience: float = PATIENCE) -> Any:
    """One query; a closed case answers too, as long as the server keeps it. Raises `Refused`, `Unavailable`, `Gone`."""

    async def once() -> Any:
        return await handle.query(name, *body)

    return await answered(once, patience, handle)


def in_our_words(refused: RefusedByTheRules) -> Refused:
    """What the pure core refused, as a door tells it."""
    return Refused(refused.code, str(refused), refused.reasons)


@asynccontextmanager
async def within(patience: float) -> AsyncIterator[None]:
    """Whatever it takes inside, several calls perhaps, is over by then. Raises `Unavailable`."""
    try:
        async with asyncio.timeout(patience + _GRACE):
            yield
    except TimeoutError:
        raise Unavailable(f"No answer came within {patience:g} s.") from None


@contextmanager
def reaching() -> Iterator[None]:
    """For calls that need no repeats: what the server says, in our words."""
    try:
        yield
    except RPCError as error:
        raise _of_server(error) from None
    except RuntimeError as error:
        raise _of_client(error) from None
    except KeyMissing as missing:
        raise _unread(missing) from None


def refusal_in(cause: BaseException | None) -> Refused:
    """The refusal that a case raised, from the failure that the server hands on.

    A refusal of ours has reasons. Anything else went wrong by itself, also in a validator: nothing has happened, and
    it is worth another try.
    """
    reasons = cause.details[0] if isinstance(cause, ApplicationError) and cause.details else None
    if not isinstance(cause, ApplicationError) or not isinstance(reasons, list) or not reasons:
        return Unavailable(f"The case could not answer: {cause}")
    return Refused(cause.type or "unavailable", cause.message.removeprefix(f"{cause.type}: "), reasons)


async def answered(once: Callable[[], Awaitable[T]], patience: float, handle: Handle | None = None) -> T:
    """What a call that may be repeated answers. Raises `Refused`, `Unavailable`, `Gone`."""
    last, pauses = "nobody works on this case at the moment", itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while True:
                try:
                    return await once()
                except WorkflowUpdateFailedError as error:
                    refusal = refusal_in(error.cause)
                    if refusal.code not in (_RUN_ENDED, _NOT_BEGUN):
                        raise refusal from None
                    last = refusal.message
                except WorkflowQueryFailedError as error:
                    if handle is not None and await _failed(handle):
                        raise Gone(str(error)) from None  # a start that was refused
                    last = "the case cannot answer now; vip doctor tells why"  # its own words are encrypted
                except WorkflowUpdateRPCTimeoutOrCancelledError:
                    if (task := asyncio.current_task()) is not None and task.cancelling():
                        raise asyncio.CancelledError from None
                except RPCError as error:
                    if error.status not in AGAIN:
                        raise _of_server(error) from None
                    last = error.message
                except RuntimeError as error:
                    last = _of_client(error).message
                except KeyMissing as missing:
                    raise _unread(missing) from None
                await asyncio.sleep(next(pauses))
    raise Unavailable(f"No answer came within {patience:g} s: {last}")


async def _failed(handle: Handle) -> bool:
    with reaching():
        return (await handle.describe()).status is WorkflowExecutionStatus.FAILED


def _of_server(error: RPCError) -> Exception:
    if error.status is RPCStatusCode.NOT_FOUND and not error.message.startswith("Namespace"):
        return Gone(error.message)
    return Unavailable(error.message or error.status.name)


def _of_client(error: RuntimeError) -> Unavailable:
    """No server was there to connect to. Raises any other error again."""
    if not str(error).startswith(_NOT_CONNECTED):
        raise error
    return Unavailable("No Temporal server answers.")


def _unread(missing: KeyMissing) -> KeyUnknown:
    return KeyUnknown(f"The answer cannot be read: {missing}. Add the key to VIP_PAYLOAD_KEYS")


def not_found(number: str) -> NotFound:
    return NotFound(f"{number} is not known here.")
