"""OpenTelemetry: a trace follows an event from the request, over the bus, to the consumer."""

import os
from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import DefaultGetter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
tracer = trace.get_tracer("rekindle")
_exporting = False


def configure_tracing(service: str) -> None:
    """Export spans when ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set; without it spans cost next to nothing."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    global _exporting  # noqa: PLW0603 - one setting of the process, like the provider itself
    _exporting = True


def is_exporting() -> bool:
    """Whether spans go anywhere. Without an exporter none is begun, but for a caller's traceparent, which is handed on."""
    return _exporting


def current_traceparent() -> str | None:
    """The W3C traceparent of the current span, or None outside one."""
    if not trace.get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def context_of(traceparent: str | None) -> Context | None:
    """The context that a traceparent names, or None."""
    if traceparent is None:
        return None
    return _PROPAGATOR.extract({"traceparent": traceparent}, getter=DefaultGetter())


def links_to(traceparents: Iterable[str | None]) -> list[trace.Link]:
    """Links from a batch's span to the spans that caused its events, at most 100."""
    links: list[trace.Link] = []
    for traceparent in dict.fromkeys(filter(None, traceparents)):
        context = trace.get_current_span(context_of(traceparent)).get_span_context()
        if context.is_valid:
            links.append(trace.Link(context))
        if len(links) == 100:
            break
    return links
