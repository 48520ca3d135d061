"""What the gateway merges: OpenAPI documents and metrics."""

import pytest

from rekindle.cli.measured import findings_in
from services.gateway import metrics, openapi


def document(path: str, schema: object) -> openapi.Document:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
    return {
        "paths": {path: {"get": {"responses": {"200": answer}}}, "/metrics": {"get": {}}},
        "components": {"schemas": {"Page": schema}, "securitySchemes": {"bearer": {"type": "http"}}},
    }


def test_merged_documents_keep_all_paths_and_one_of_what_is_shared() -> None:
    merged = openapi.merge(
        {"candidates": document("/v1/candidates", {"title": "same"}), "engagement": document("/v1/queue", {"title": "same"})},
        title="Rekindle", description="",
    )  # fmt: skip

    assert set(merged["paths"]) == {"/v1/candidates", "/v1/queue", "/metrics"}
    assert set(merged["components"]["schemas"]) == {"Page"}


def test_schemas_that_differ_under_one_name_are_refused() -> None:
    with pytest.raises(openapi.SchemasClash, match="engagement has another schemas Page"):
        openapi.merge(
            {"candidates": document("/v1/candidates", {"title": "a"}), "engagement": document("/v1/queue", {"title": "b"})},
            title="Rekindle", description="",
        )  # fmt: skip


GATEWAY = """\
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{service="candidates"} 2.0
# HELP up Runs.
# TYPE up gauge
up 1.0
"""
WORKER = """\
# HELP up Runs.
# TYPE up gauge
up 1.0
# HELP rekindle_dead_letters Dead letters.
# TYPE rekindle_dead_letters gauge
rekindle_dead_letters{group="analytics.projector"} 3.0
"""


def test_metrics_of_several_processes_stand_together_by_family() -> None:
    page = metrics.merge({"gateway": GATEWAY, "worker": WORKER})

    assert page == (
        "# HELP requests_total Requests.\n# TYPE requests_total counter\n"
        'requests_total{process="gateway",service="candidates"} 2.0\n'
        '# HELP up Runs.\n# TYPE up gauge\nup{process="gateway"} 1.0\nup{process="worker"} 1.0\n'
        "# HELP rekindle_dead_letters Dead letters.\n# TYPE rekindle_dead_letters gauge\n"
        'rekindle_dead_letters{process="worker",group="analytics.projector"} 3.0\n'
    )


def test_a_metric_above_its_limit_says_what_to_do() -> None:
    (found,) = findings_in(WORKER)

    assert found[0] == "dead letters"
    assert found[1] == '3 records could not be applied (group="analytics.projector")'
    assert "rekindle dead-letters list" in found[2]


def test_a_metric_within_its_limit_is_well() -> None:
    assert list(findings_in('rekindle_consumer_lag{group="a"} 5.0\n')) == [("consumer lag", "5 records not yet applied", "")]
