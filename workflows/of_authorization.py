"""What an authorization's workflow needs beside its own file; passed through the sandbox, loaded once."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cases.authorization import AuthorizationCase
    from cases.doors import answer_of, to_authorization
    from states.refusals import Refused, refuse
    from workflows.details import authorization_details
    from workflows.engine import Answer, Engine, Trying
    from workflows.names import customer_id
    from workflows.surroundings import here
    from workflows.visibility import Attributes, authorization_attributes, authorization_memo

OURS = customer_id("")
"""How the ID of every customer begins."""


def is_genuine() -> bool:
    """A customer started it, or an earlier run. What those carry is never refused: a worker that can't read it fails
    the task, until one comes that can."""
    info = workflow.info()
    return info.continued_run_id is not None or (info.parent is not None and info.parent.workflow_id.startswith(OURS))


def by_hand() -> Refused:
    return refuse("invalid_request", "Only a customer starts an authorization; use authorize_purchase.")


def provisional(_now: datetime) -> AuthorizationCase:
    """None begins but by its customer."""
    raise by_hand()


def decide(case: AuthorizationCase, name: str, body: Any, now: datetime, _trying: Trying) -> Answer:
    return to_authorization(case, name, body, now)


def show(case: AuthorizationCase, now: datetime) -> tuple[Attributes, dict[str, Any], str]:
    shown = here().show_organization
    text = authorization_details(case, now, workflow.info().namespace, shown)
    return authorization_attributes(case, now, shown), authorization_memo(case), text


def details(engine: Engine[AuthorizationCase], _body: Any) -> Answer:
    case, now = engine.case.trial(), workflow.now()
    case.advance(now, now)
    return answer_of(case, now)
