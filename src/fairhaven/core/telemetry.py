"""Logs (structlog), traces (OpenTelemetry) and metrics (Prometheus), configured once by `app.py`."""

import logging
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import Counter, Histogram

from fairhaven import __version__
from fairhaven.core.config import Settings
from fairhaven.core.errors import Unconfigured
from fairhaven.core.redaction import mask_fields, mask_line

REQUESTS = Histogram(
    "fairhaven_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
JOBS = Histogram(
    "fairhaven_job_seconds", "Time a job took.", ["task", "outcome"], buckets=(0.01, 0.1, 1, 10, 60, 600)
)
RECONCILED = Counter(
    "fairhaven_reconciled_total", "Rows that a reconciler looked at.", ["reconciler", "outcome"]
)

tracer = trace.get_tracer("fairhaven", __version__)


def configure(settings: Settings) -> None:
    """Set up logging and tracing for this process."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    final: list[Any] = (
        [remove, mask_fields, structlog.processors.format_exc_info, renderer, mask_line]
        if settings.log_format == "json"
        else [remove, mask_fields, renderer, mask_line]
    )
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "procrastinate", "uvicorn", "alembic"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    if settings.trace_endpoint:
        _export_traces(settings.trace_endpoint)


@contextmanager
def measured_job(task: str, **about: Any) -> Iterator[None]:
    """Trace, time and log one job."""
    began, outcome = time.perf_counter(), "succeeded"
    with (
        tracer.start_as_current_span(f"job {task}"),
        structlog.contextvars.bound_contextvars(task=task, **about),
    ):
        try:
            yield
        except BaseException:
            outcome = "failed"
            raise
        finally:
            JOBS.labels(task, outcome).observe(time.perf_counter() - began)


def _export_traces(endpoint: str) -> None:
    try:
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ModuleNotFoundError:
        wanted = "opentelemetry-exporter-otlp-proto-http"
        raise Unconfigured("`trace_endpoint` needs one more package.", fix=f"pip install {wanted}") from None
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": "fairhaven", "service.version": __version__})
    )
    provider.add_span_processor(BatchSpanProcessor(exporter.OTLPSpanExporter(endpoint)))
    trace.set_tracer_provider(provider)


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace"] = f"{context.trace_id:032x}"
    return event
