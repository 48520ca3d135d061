"""A trace follows an event from the request that caused it, over the bus, to whoever applies it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.db.engine import Sessions
from shared.observability import tracing
from tests.contract.bus import Ledger, accept, consuming, relaying, responded
from tests.waiting import eventually


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("shared.kafka.consumer.tracer", provider.get_tracer("test"))
    monkeypatch.setattr(tracing, "tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


async def test_the_consumers_span_links_to_the_request(
    engagement: Sessions, analytics: Sessions, kafka: str, spans: InMemorySpanExporter
) -> None:
    ledger, stream = Ledger(analytics), uuid4()
    await ledger.prepare()
    with tracing.tracer.start_as_current_span("POST /v1/events") as request:
        traceparent = tracing.current_traceparent()
    await accept(engagement, replace(responded(stream, 1), traceparent=traceparent))

    async with relaying(engagement, kafka), consuming(ledger, kafka, f"test.{uuid4().hex[:12]}"):
        await eventually(lambda: ledger.of(stream), lambda found: found == [1])

    applied = [span for span in spans.get_finished_spans() if span.name.startswith("apply")]
    links = {link.context.trace_id for span in applied for link in span.links}
    assert request.get_span_context().trace_id in links


def test_a_malformed_traceparent_is_no_context() -> None:
    links = tracing.links_to(["00-zz-01", None, "", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])

    assert [f"{link.context.trace_id:032x}" for link in links] == ["0af7651916cd43dd8448eb211c80319c"]
    assert not trace.get_current_span().get_span_context().is_valid
