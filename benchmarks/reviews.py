"""The review of messages: how often it agrees with a person, and how long it takes. Needs no stack."""

import json
import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.run import Run
from services.engagement.domain.review import Draft, Kind, Verdict, review

MESSAGES = Path("../shared/data/outreach/messages_dev.jsonl")
"""Recruiters' messages with labels; not a part of the project."""
LABELS = Path(__file__).with_name("outreach_labels.toml")
LIMIT_MS = 50.0
WORDS = 5_000

_COMPANY = re.compile(r"\[[^\]]*(?:[Cc]ompany|COMPANY|Product)[^\]]*\]")
_NAME = re.compile(r"\[[^\]]*(?:[Nn]ame|NAME)\]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, and what a person says of it: good, bad or template."""

    text: str
    kind: Kind
    label: str


async def measure(run: Run) -> None:
    """Agreement with the labels, as F1 of "not to be sent so", and the time for a long text."""
    try:
        messages = list(_messages())
    except FileNotFoundError:
        run.say(f"message review: left out, {MESSAGES} is not there")
        return
    agreement = Figure(
        "message review, F1", "bad and template messages against good ones ÷ a person's label", 0.85, units=("", "")
    )
    refused: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for message in messages:
        total[message.label] += 1
        refused[message.label] += review(Draft(message.text, message.kind)).verdict is not Verdict.GOOD
    right, wrong = refused["bad"] + refused["template"], refused["good"]
    missed = total["bad"] + total["template"] - right
    agreement.add(2 * right / (2 * right + missed + wrong), 1.0)
    agreement.notes += [f"{label}: {refused[label]} of {total[label]} not good" for label in ("bad", "template", "good")]
    agreement.notes.append(
        f"precision {right / (right + wrong):.2f}, recall {right / (right + missed):.2f}; these messages were read for the rules"
    )
    run.report(agreement)

    took = Figure(
        "message review, time", f"processor time for {WORDS:,} words ÷ the limit", 1.0, at_most=True, units=("ms", "ms")
    )
    words = " ".join(message.text for message in messages).split()
    text = " ".join((words * (WORDS // len(words) + 1))[:WORDS])
    review(Draft(text, Kind.FIRST_TOUCH))
    for _ in range(run.rounds):
        began = time.thread_time()
        review(Draft(text, Kind.FIRST_TOUCH))
        took.add((time.thread_time() - began) * 1000, LIMIT_MS)
        run.report(took)


def _messages() -> Iterator[Labelled]:
    """The labelled messages. Good ones are quoted with names in brackets; these are filled in. One left makes a template."""
    corrected = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        number, text = int(row["id"].removeprefix("tdh-")), str(row["text"])
        if number in corrected["no_message"]:
            continue
        label = next((word for word in ("good", "bad") if number in corrected[word]), str(row["label"]).rstrip("?"))
        if label == "good":
            text = _NAME.sub("Maria", _COMPANY.sub("Northwind", text))
            label = "template" if "[" in text else label
        yield Labelled(text, _kind(number, row["kind"], corrected), label)


def _kind(number: int, kind: str, corrected: dict[str, list[int]]) -> Kind:
    if kind == "rejection":
        return Kind.REJECTION
    if number in corrected["follow_up"]:
        return Kind.FOLLOW_UP
    return Kind.PITCH if number in corrected["pitch"] else Kind.FIRST_TOUCH
