"""Whether a message is any good, before it is sent: product.md, "Is this message any good?". Pure; the text is kept nowhere."""

from services.engagement.domain.review.draft import Draft, Finding, Kind, Severity
from services.engagement.domain.review.review import Part, Review, Verdict, review

__all__ = ["Draft", "Finding", "Kind", "Part", "Review", "Severity", "Verdict", "review"]
