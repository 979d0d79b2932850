"""What a program tells about itself: logs, one JSON object per line, and Prometheus metrics.

Temporal's own loggers (workflow, activity, worker), uvicorn's and ours come out of the same pipe. We add no personal
data: the case is named by its workflow ID.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

# What the SDK calls a thing, and what a log line calls it. The workflow ID names the case.
_NAMES = {"workflow_run_id": "run_id"}
_CASE = (
    "workflow_id",
    "workflow_type",
    "workflow_run_id",
    "run_id",
    "activity_type",
    "attempt",
    "update_id",
    "update_name",
)


def configure_logging(*, json: bool = True, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every log line of this process to standard error, or to `stream`: as JSON or, for a person, as text."""
    for_a_person = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    render: Processor = structlog.processors.JSONRenderer() if json else for_a_person  # no values: they may be personal
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    after: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        after.append(structlog.processors.format_exc_info)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _case_fields],
        processors=[*after, render],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # The access line holds the path, and with it the token of an invitation.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    # The fields say it already; said again inside the message it could not be searched for.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def runtime(metrics_address: str | None = None) -> Runtime:
    """The SDK's runtime, one per process. `metrics_address` is where Prometheus reads, such as `127.0.0.1:9464`."""
    metrics = (
        PrometheusConfig(bind_address=metrics_address, counters_total_suffix=True, durations_as_seconds=True)
        if metrics_address
        else None
    )
    core = LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporal"), append_target_to_name=False),
    )
    return Runtime(telemetry=TelemetryConfig(logging=core, metrics=metrics, global_tags={"service": "vip"}))


def _case_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)
    for source in ("temporal_workflow", "temporal_activity"):
        known = event.pop(source, None) or {}
        event.update({_NAMES.get(name, name): known[name] for name in _CASE if name in known})
    return event
