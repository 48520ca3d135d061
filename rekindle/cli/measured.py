"""What the metrics of a running stack say about its health: backlog, lag, dead letters, totals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A metric that is well at or below a limit. ``seen`` says its value in words, ``advice`` what to do above the limit.

    The value in words is the metric's divided by ``unit``.
    """

    metric: str
    name: str
    limit: float
    seen: str
    advice: str
    unit: float = 1


RULES = (
    Rule(
        "rekindle_outbox_oldest_seconds", "outbox", 60, "the oldest event not yet published is {:.0f} s old",
        "events are not published: look at the relays with `rekindle logs worker`, and at the broker.",
    ),
    Rule(
        "rekindle_consumer_lag", "consumer lag", 10_000, "{:.0f} records not yet applied",
        "consumers are behind: wait, or look at them with `rekindle logs worker`.",
    ),
    Rule(
        "rekindle_parked_events", "parked events", 0, "{:.0f} events wait for earlier ones",
        "the missing events are asked for automatically, within a minute.",
    ),
    Rule(
        "rekindle_dead_letters", "dead letters", 0, "{:.0f} records could not be applied",
        "look at them with `rekindle dead-letters list`, mend the cause, then `rekindle dead-letters replay`.",
    ),
    Rule(
        "rekindle_missing_events", "totals", 0, "{:.0f} published events not received",
        "a consumer lacks events that were published; it asks for them automatically, else `rekindle republish`.",
    ),
    Rule(
        "rekindle_erasure_pending_seconds", "erasures", 86_400, "the oldest erasure that is not confirmed is {:.0f} hours old",
        "`GET /v1/erasures?status=pending` shows who has not confirmed: look at that service and its dead letters.",
        3600,
    ),
)  # fmt: skip


def findings_in(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield (name, what is seen, advice or nothing) for each rule whose metric is on the page."""
    for rule in RULES:
        samples = dict(_samples(page, rule.metric))
        if samples:
            yield _judge(rule, samples)


def _judge(rule: Rule, samples: Mapping[str, float]) -> tuple[str, str, str]:
    worst, value = max(samples.items(), key=lambda sample: sample[1])
    if value > rule.limit:
        return rule.name, f"{rule.seen.format(value / rule.unit)} ({worst})", rule.advice
    return rule.name, rule.seen.format(value / rule.unit), ""


def _samples(page: str, metric: str) -> Iterator[tuple[str, float]]:
    for line in page.splitlines():
        if line.startswith((f"{metric}{{", f"{metric} ")):
            labels, _, value = line.removeprefix(metric).rpartition(" ")
            yield labels.strip("{}") or "all", float(value)
