"""Prometheus metrics of a process's own work. What the database knows (lag, backlog, dead letters) is read on scrape."""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUEST_SECONDS = Histogram(
    "rekindle_http_request_seconds",
    "Time from request to answer.",
    ["service", "method", "route", "status"],
    buckets=_LATENCY,
)
OUTBOX_PUBLISHED = Counter("rekindle_outbox_published_total", "Events that the broker acknowledged.", ["service"])
PUBLISH_SECONDS = Histogram(
    "rekindle_outbox_publish_seconds", "Time to publish one batch of the outbox.", ["service"], buckets=_LATENCY
)
APPLIED = Counter("rekindle_consumer_applied_total", "Events applied.", ["group", "topic"])
APPLY_SECONDS = Histogram("rekindle_consumer_apply_seconds", "Time to apply one batch.", ["group"], buckets=_LATENCY)
DELIVERY_SECONDS = Histogram(
    "rekindle_consumer_delivery_seconds",
    "Age of a record on the broker when it was applied.",
    ["group"],
    buckets=_LATENCY,
)
DEAD_LETTERED = Counter("rekindle_consumer_dead_lettered_total", "Records put into the dead letters.", ["group", "topic"])
GAPS = Counter("rekindle_consumer_gaps_total", "Events parked because those before them were missing.", ["group", "topic"])
SHARDS_SHORT = Gauge(
    "rekindle_consumer_shard_short",
    "How many events a shard lacks against the total its producer wrote.",
    ["group", "topic", "shard"],
)
