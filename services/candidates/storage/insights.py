"""Insights: dated notes of streams, which are added and never changed."""

from services.candidates.domain.insights import Insight
from services.candidates.storage.remarks import RemarkTable

INSIGHTS = RemarkTable(
    "candidate_insights",
    (
        "id",
        "candidate_id",
        "kind",
        "text",
        "author",
        "learnt_from",
        "confidence",
        "observed_at",
        "recorded_at",
        "supersedes",
    ),
    Insight,
)
