"""Which build a worker is, and whether running cases follow it to the next: Temporal's worker deployments.

The behaviour stands here, on the worker, and never on a workflow's definition: a definition that names one fails on
every worker that is not versioned.
"""

from collections.abc import Mapping

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

DEPLOYMENT_NAME, BUILD_ID = "TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID"


class IncompleteVersion(Exception):
    """The environment says only half of which build a worker is."""


def deployment(variables: Mapping[str, str], behavior: str) -> WorkerDeploymentConfig | None:
    """The version that the environment names; None where it names none, for plain workers.

    `behavior` is what running cases do by default when another version becomes current: `auto_upgrade`, their next
    task is of the new one; `pinned`, they stay until their next run. Raises `IncompleteVersion`.
    """
    name, build = variables.get(DEPLOYMENT_NAME), variables.get(BUILD_ID)
    if not name and not build:
        return None
    if not name or not build:
        missing, given = (DEPLOYMENT_NAME, BUILD_ID) if not name else (BUILD_ID, DEPLOYMENT_NAME)
        raise IncompleteVersion(f"{missing} is missing: {given} is set, and a versioned worker needs both")
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=name, build_id=build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior[behavior.upper()],
    )
