"""The activity that tells the register what a case has come to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

RECORD_CASE = "record_case"


class Register(Protocol):
    """The part of the register that is written. A record that comes late or again changes nothing."""

    async def put(self, record: dict[str, Any]) -> None: ...

    async def close(self) -> None: ...


class Recording:
    """Hands records on. The register is opened when it is first needed: a worker starts without it."""

    def __init__(self, open_: Callable[[], Awaitable[Register]] | None) -> None:
        """`open_` raises what is wrong in one line; None where the settings say that there is no register."""
        self._open = open_
        self._register: Register | None = None
        self._opening = asyncio.Lock()

    @activity.defn(name=RECORD_CASE)
    async def record_case(self, record: dict[str, Any]) -> None:
        try:
            await (await self._opened()).put(record)
        except ApplicationError:
            raise
        except Exception as error:  # whatever a database says: the next attempt may find it well again
            raise ApplicationError(str(error), type=type(error).__name__) from None

    async def close(self) -> None:
        if self._register is not None:
            await self._register.close()

    async def _opened(self) -> Register:
        if self._open is None:
            raise ApplicationError("This worker has no register: VIP_DATABASE_URL is off.", type="RegisterOff")
        async with self._opening:
            if self._register is None:
                self._register = await self._open()
            return self._register
