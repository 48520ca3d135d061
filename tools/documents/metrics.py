"""docs/metrics.md: every metric and dimension, made from the registries of analytics."""

from services.analytics.dimensions import DIMENSIONS
from services.analytics.metrics import METRICS, Metric
from services.analytics.metrics.adding_up import Ratio

_ADDS_UP = {
    "count": "a count: groups add up to the whole, except by skill, where a person counts for each",
    "ratio": "a ratio, of which both sides are kept: groups are put together side by side, never by averaging",
    "distribution": "a distribution: groups are put together from the durations themselves, exact",
}


def page() -> str:
    """The page in Markdown."""
    lines = [
        "# What the numbers mean",
        "",
        "Made by `make documents` from the registry of metrics in `services/analytics/metrics`. Each metric is read at",
        "`GET /v1/analytics/metrics/{name}`, with `view=cohort|activity`, `from`, `to`, any dimension as a filter, and one or",
        "two of them in `group_by`. Every row has the value, `n`, the number of attempts, durations or events that it rests on,",
        "and `small` where that is below 30. A share has Wilson's interval of 95 % (`low`, `high`). `too_young` marks rows with",
        "cohorts that may still be answered, `mature` says how much of the row is old enough.",
        "",
        "| metric | question | unit | adds up as |",
        "|---|---|---|---|",
        *(f"| [{one.name}](#{one.name}) | {one.question} | {one.unit} | {one.adds_up.kind} |" for one in METRICS),
    ]
    for metric in METRICS:
        lines += ["", f"## {metric.name}", "", *_about(metric)]
    lines += ["", "## Dimensions", "", "| dimension | of | question |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.of} | {one.question} |" for one in DIMENSIONS]
    return "\n".join(lines) + "\n"


def _about(metric: Metric) -> list[str]:
    rows = "one number" if metric.key is None else f"one for each {metric.key}"
    how = metric.adds_up
    interval = ", with Wilson's interval" if isinstance(how, Ratio) and how.is_share else ""
    return [
        f"{metric.question} {metric.definition}",
        "",
        f"- formula: `{metric.formula}`",
        f"- unit: {metric.unit}; {rows}{interval}",
        f"- adds up as {_ADDS_UP[how.kind]}",
    ]
