"""How a call is repeated: with the same update ID, a bounded number of times, and only while that can help."""

import asyncio
from typing import Any, cast

import pytest
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from gateway import calling
from gateway.calling import Gone, Handle, query, update
from gateway.errors import Refused, Unavailable


class Scripted:
    """A case that answers as told, in turn; the last answer is given for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def execute_update(self, _name: str, _body: Any, *, id: str, result_type: Any) -> Any:
        self.asked.append(id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "never":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise WorkflowUpdateRPCTimeoutOrCancelledError from None  # as the real client does
        if isinstance(answer, BaseException):
            raise answer
        return answer


def told(case: Scripted, patience: float = 5) -> Any:
    return update(cast(Handle, case), "cancel", {}, "key:0123456789abcdef", patience)


def rpc(status: RPCStatusCode, message: str = "no") -> RPCError:
    return RPCError(message, status, b"")


def failed(kind: str, *reasons: Any) -> WorkflowUpdateFailedError:
    return WorkflowUpdateFailedError(ApplicationError("no", list(reasons), type=kind, non_retryable=True))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PAUSES", (0.0,) * 7)


@pytest.mark.parametrize("status", sorted(calling.AGAIN))
async def test_what_passes_is_asked_again_with_the_same_update_id(status: RPCStatusCode) -> None:
    case = Scripted(rpc(status), failed("AcceptedUpdateCompletedWorkflow"), {"state": "cancelled"})
    assert await told(case) == {"state": "cancelled"}
    assert case.asked == ["key:0123456789abcdef"] * 3


async def test_a_refusal_is_not_asked_again() -> None:
    case = Scripted(failed("not_pending", {"code": "not_pending", "message": "no"}))
    with pytest.raises(Refused) as refused:
        await told(case)
    assert (refused.value.code, len(case.asked)) == ("not_pending", 1)
    assert refused.value.reasons == [{"code": "not_pending", "message": "no"}]


async def test_what_went_wrong_in_a_case_is_no_refusal_and_is_asked_again() -> None:
    case = Scripted(failed("KeyError"), {"state": "cancelled"})
    assert await told(case) == {"state": "cancelled"}
    with pytest.raises(Unavailable, match="The case could not answer: KeyError: no"):
        await told(Scripted(failed("KeyError")), patience=0.1)


async def test_what_does_not_pass_is_asked_again_until_patience_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PAUSES", (0.0, 0.01))
    case = Scripted(rpc(RPCStatusCode.FAILED_PRECONDITION, "unexpected workflow task failure"))
    with pytest.raises(Unavailable, match=r"No answer came within 0.5 s: unexpected workflow task failure"):
        await told(case, patience=0.5)
    assert len(case.asked) > len(calling.PAUSES) + 1


async def test_who_gets_no_answer_in_time_is_told_so() -> None:
    with pytest.raises(Unavailable, match=r"No answer came within 0.05 s"):
        await told(Scripted("never"), patience=0.05)


async def test_a_caller_that_gives_up_is_let_go_at_once() -> None:
    case = Scripted("never")
    waiting = asyncio.create_task(told(case))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(case.asked) == 1


class Silent:
    """A case that cannot be asked, on a server that goes down meanwhile."""

    async def query(self, _name: str) -> Any:
        raise WorkflowQueryFailedError("no")

    async def describe(self) -> Any:
        raise rpc(RPCStatusCode.UNAVAILABLE, "the server is gone")


async def test_a_server_that_goes_down_while_a_case_is_asked_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="the server is gone"):
        await query(cast(Handle, Silent()), "details", patience=1)


async def test_a_closed_case_is_gone_and_a_missing_namespace_is_not() -> None:
    with pytest.raises(Gone):
        await told(Scripted(rpc(RPCStatusCode.NOT_FOUND, "workflow execution already completed")))
    with pytest.raises(Unavailable, match="Namespace x is not found"):
        await told(Scripted(rpc(RPCStatusCode.NOT_FOUND, "Namespace x is not found.")))
    with pytest.raises(Unavailable):
        await told(Scripted(rpc(RPCStatusCode.PERMISSION_DENIED)))
