"""The local activity that opens a new case: it reads what the worker's policy file says, for the case to keep."""

from typing import Any

from temporalio import activity

from states.policy import Policy

OPEN_CASE = "open_case"


class Opening:
    """Gives every new case the policy in force; a case keeps it until somebody moves it deliberately."""

    def __init__(self, policy: Policy, begins_with: dict[str, Any]) -> None:
        """`begins_with`: what else the first run of a case is to know."""
        self._opening = {"policy": policy.model_dump(mode="json", exclude_defaults=True), "begins_with": begins_with}

    @activity.defn(name=OPEN_CASE)
    async def open_case(self, asked_at: str | None = None) -> dict[str, Any]:
        """All that, and when it was asked for: what is recorded here, a replay cannot see otherwise."""
        return {**self._opening, "asked_at": asked_at}
