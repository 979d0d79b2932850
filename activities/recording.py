"""The activity that tells the register what a case has come to."""

from typing import Any, Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

RECORD_CASE = "record_case"


class Register(Protocol):
    """The part of the register that is written. A record that comes late or again changes nothing."""

    async def put(self, record: dict[str, Any]) -> None: ...


class Recording:
    """Hands records on, again and again until the register has taken them."""

    def __init__(self, register: Register | None) -> None:
        """None where the settings say that there is no register: what other workers began waits for those."""
        self._register = register

    @activity.defn(name=RECORD_CASE)
    async def record_case(self, record: dict[str, Any]) -> None:
        if self._register is None:
            raise ApplicationError("This worker has no register: VIP_DATABASE_URL is off.", type="RegisterOff")
        try:
            await self._register.put(record)
        except Exception as error:  # whatever the database says, without the statement and its values
            raise ApplicationError(str(error), type=type(error).__name__) from None
