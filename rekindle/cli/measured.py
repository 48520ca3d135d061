"""What the metrics of a running stack say about its health: backlog, lag, dead letters, totals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A metric that is well at or below a limit. ``advice`` says what to do above it."""

    metric: str
    name: str
    limit: float
    advice: str


RULES = (
    Rule(
        "rekindle_outbox_oldest_seconds", "outbox", 60,
        "events are not published: look at the relays with `rekindle logs worker`, and at the broker.",
    ),
    Rule(
        "rekindle_consumer_lag", "consumer lag", 10_000,
        "consumers are behind: wait, or look at them with `rekindle logs worker`.",
    ),
    Rule(
        "rekindle_parked_events", "parked events", 0,
        "events wait for those before them; they are asked for by themselves, within a minute.",
    ),
    Rule(
        "rekindle_dead_letters", "dead letters", 0,
        "look at them with `rekindle dead-letters list`, mend the cause, then `rekindle dead-letters replay`.",
    ),
    Rule(
        "rekindle_missing_events", "totals", 0,
        "a consumer lacks events that were published; it asks for them by itself, else `rekindle republish`.",
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
        return rule.name, f"{value:g} at {worst}", rule.advice
    return rule.name, f"at most {value:g}", ""


def _samples(page: str, metric: str) -> Iterator[tuple[str, float]]:
    for line in page.splitlines():
        if line.startswith((f"{metric}{{", f"{metric} ")):
            labels, _, value = line.removeprefix(metric).rpartition(" ")
            yield labels.strip("{}") or "all", float(value)
