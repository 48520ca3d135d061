"""Resumes: which of the fields that people wrote down of sample files are found, and right. Needs no stack."""

import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import Figure
from benchmarks.run import Run
from services.candidates.domain.imports.resume_table import ResumeReader
from services.candidates.domain.resumes.dates import period_in
from shared.isolated import Isolation
from shared.skills import skill_of

SAMPLES = Path("../shared/data/resumes")
"""Resumes with what people say that they state; not a part of the project."""
CONTACTS = frozenset({"name", "email", "phone", "location", "link"})
_NETWORKS = {"LinkedIn": "linkedin.com/in/", "GitHub": "github.com/"}

Stated = Sequence[tuple[str, str]]
"""Fields with their values, as they are compared."""


async def measure(run: Run) -> None:
    """Fields found and right ÷ all that a file states or that were found, for contacts and for the rest."""
    files = list(_files())
    if not files:
        run.say(f"resumes: left out, {SAMPLES} is not there")
        return
    reader = ResumeReader(Isolation(60, 1024), datetime.now(UTC), None, 50)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for path, content, truth in files:
        found = _found(reader.read(io.BytesIO(content))[1])
        stated = {field for field, _ in truth}
        wanted = Counter(truth)
        given = Counter((field, value) for field, value in found if field in stated)
        hits = wanted & given
        for field in stated:
            right[field] += sum(count for (name, _), count in hits.items() if name == field)
            total[field] += max(sum(n for (name, _), n in one.items() if name == field) for one in (wanted, given))
        run.say(f"{path.name}: {sum(hits.values())} of {sum(wanted.values())}; missed {sorted(wanted - given)}")
    for name, fields, target in (("contacts", CONTACTS, 0.9), ("the rest", total.keys() - CONTACTS, 0.8)):
        figure = Figure(f"resumes, {name}", "fields found and right ÷ all", target, units=("right", "all"))
        figure.add(float(sum(right[field] for field in fields)), float(sum(total[field] for field in fields)))
        figure.notes += [f"{field}: {right[field]} of {total[field]}" for field in sorted(fields & total.keys())]
        run.report(figure)


def _files() -> Iterator[tuple[Path, bytes, Stated]]:
    for path in sorted(SAMPLES.glob("offlinecv/*.pdf")):
        yield path, path.read_bytes(), list(_truth(json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))))
    for path in sorted(SAMPLES.glob("pdf/*.pdf")):
        yield path, path.read_bytes(), list(_source(yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))["cv"]))


def _truth(truth: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    contact = truth["contact"]
    for name, field in (("full_name", "name"), ("email", "email"), ("phone", "phone"), ("location", "location")):
        if contact.get(name):
            yield _fact(field, contact[name])
    for one in truth["experience"]:
        yield from _facts(company=one["company"], title=one["title"])
        if one.get("dates"):
            yield "dates", _dates(one["dates"])
    for one in truth["education"]:
        yield from _facts(school=one["institution"], degree=one["degree"])
    for skill in truth["skills"]:
        yield "skill", skill_of(skill)


def _source(cv: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _facts(name=cv["name"], email=cv["email"], location=cv["location"])
    yield _fact("link", cv["website"])
    for one in cv["social_networks"]:
        yield _fact("link", _NETWORKS[one["network"]] + one["username"])
    sections = cv["sections"]
    for one in sections["experience"]:
        yield from _facts(company=one["company"], title=one["position"])
        yield "dates", f"{one['start_date']} {'' if one['end_date'] == 'present' else one['end_date']}"
    for one in sections["education"]:
        yield from _facts(school=one["institution"], degree=f"{one['degree']} in {one['area']}")
    for one in sections["skills"]:
        for skill in one["details"].split(", "):
            yield "skill", skill_of(skill)


def _found(read: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if read["name"]:
        yield _fact("name", read["name"]["value"])
    for name, field in (("emails", "email"), ("phones", "phone"), ("links", "link")):
        for one in read[name]:
            yield _fact(field, one["value"])
    if read["location"]:
        yield _fact("location", read["location"]["city"])
    for one in read["positions"]:
        yield from _facts(company=one["company"], title=one["title"])
        if one["from"] or one["to"]:
            yield "dates", f"{one['from']} {one['to'] or ''}"
    for one in read["schools"]:
        yield from _facts(school=one["school"], degree=one["degree"])
    for one in read["skills"]:
        yield "skill", one["value"]


def _facts(**stated: str | None) -> Iterator[tuple[str, str]]:
    for field, value in stated.items():
        if value:
            yield _fact(field, value)


def _fact(field: str, value: str) -> tuple[str, str]:
    """A field's value without what is only how it is written: case, spaces, a number's country, a town's state."""
    text = " ".join(unicodedata.normalize("NFC", value).casefold().split())
    if field == "phone":
        text = re.sub(r"\D", "", text)[-10:]
    elif field == "location":
        text = text.partition(",")[0]
    elif field == "link":
        text = re.sub(r"^https?://(www\.)?", "", text).rstrip("/")
    return field, text


def _dates(text: str) -> str:
    found = period_in(text)
    assert found is not None, "the truth of a sample says when"
    return f"{found.period.start} {found.period.end or ''}"
