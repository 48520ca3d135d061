"""The API's document is for people: names, tags, access. Each failure says what to write where."""

import re
from typing import Any

import pytest

from shared.web.openapi import operations
from tools.documents import services

LONGEST = 40
"""Characters of a name."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return services.merged(services.documents())


def test_schemas_have_names_that_a_client_would_give_them(document: dict[str, Any]) -> None:
    wrong = [
        name for name in document["components"]["schemas"] if not re.fullmatch(rf"[A-Z][A-Za-z0-9]{{1,{LONGEST - 1}}}", name)
    ]

    assert wrong == [], (
        "name the model as a client would, in at most 40 characters; two models of one name get their module's path"
    )


def test_operation_ids_are_verbs_and_each_is_given_once(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert [one for one in ids if not re.fullmatch(rf"[a-z]+[A-Z][A-Za-z]{{1,{LONGEST}}}", one)] == [], (
        "the id is the function's name: name it verb and noun, such as claim_queue_items"
    )
    assert len(set(ids)) == len(ids)


def test_every_operation_says_who_may_and_has_a_described_tag(document: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}

    for path, method, operation in operations(document):
        assert isinstance(operation["security"], list), f"{method} {path}"
        assert operation.get("description"), f"{method} {path} has no docstring"
        assert all(tags.get(tag) for tag in operation["tags"]), f"{method} {path}: describe its tag in create_service_app"


def test_a_body_has_one_content_type(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {"content": {"application/json": {}}})["content"]
        assert list(content) == ["application/json"], f"{method} {path}: generators make one function for each content type"
