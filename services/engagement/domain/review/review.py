"""The review of a draft: findings, what each rule costs, and the verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from services.engagement.domain.review.checks import CHECKS
from services.engagement.domain.review.draft import Draft, Finding, Severity
from services.engagement.domain.review.phrases import phrase_lists

MOST_WORDS = 120
"""Of a first message, unless a setting says otherwise."""
FURTHER = 3
"""A further finding of the same code costs its points divided by this."""
NEAR_COPY = "Others were sent nearly the same text: write the part that is about this person anew."


class Verdict(StrEnum):
    """``good``: nothing to change; ``improve``: something is better changed; ``stop``: not to be sent so."""

    GOOD = "good"
    IMPROVE = "improve"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule took from the score of 100. ``points`` is negative."""

    factor: str
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Review:
    """``score`` is 100 and the parts' points, at least 0."""

    verdict: Verdict
    score: int
    parts: list[Part]
    findings: list[Finding]


def review(draft: Draft, *, is_near_copy: bool = False, most_words: int = MOST_WORDS) -> Review:
    """All that the checks find, in the order of the text, what concerns the whole text first."""
    findings = [finding for check in CHECKS for finding in check(draft, most_words)]
    if is_near_copy:
        findings.append(Finding("near_copy", Severity.WARN, None, NEAR_COPY, 25))
    findings = _softened(findings)
    findings.sort(key=lambda one: one.span or (-1, -1))
    parts = list(_parts(findings))
    score = max(0, 100 + sum(part.points for part in parts))
    return Review(_verdict(findings), score, parts, findings)


def _parts(findings: Iterable[Finding]) -> Iterable[Part]:
    by_code = sorted(findings, key=lambda one: one.code)
    for code, group in groupby(by_code, key=lambda one: one.code):
        same = list(group)
        points = same[0].points + (len(same) - 1) * same[0].points // FURTHER
        times = "" if len(same) == 1 else f" (It stands there {len(same)} times.)"
        yield Part(code, -min(points, 60 if points < 100 else 100), same[0].advice + times)


def _softened(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, with stock phrases that stand beside something specific as worth a look."""
    codes = {finding.code for finding in findings}
    mild = {one.code for one in phrase_lists() if one.only_with is not None and one.only_with not in codes}
    return [replace(one, severity=Severity.INFO, points=one.points // 3) if one.code in mild else one for one in findings]


def _verdict(findings: Iterable[Finding]) -> Verdict:
    severities = {finding.severity for finding in findings}
    if Severity.STOP in severities:
        return Verdict.STOP
    return Verdict.IMPROVE if Severity.WARN in severities else Verdict.GOOD
