"""The three answers of a rule about what is known of somebody, and how several of them make one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """Whether what is asked for is there."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer, and the clause that explains it: "has python, one of python or go"."""

    answer: Answer
    why: str


def of_all(answers: Iterable[Answer]) -> Answer:
    """Whether all are met: one that is not met decides, then one that is not known. Of none, all are met."""
    found = set(answers)
    return next((one for one in (Answer.NOT_MET, Answer.NOT_KNOWN) if one in found), Answer.MET)
