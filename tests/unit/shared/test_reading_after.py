"""What a request may wait for."""

from uuid import UUID, uuid5

import pytest

from shared.events import Topic
from shared.web.waiting import MOST, MalformedAfter, read_awaited

ADA = uuid5(UUID(int=0), "ada")


@pytest.mark.parametrize(
    ("text", "topic"),
    [(f"{ADA}:14", Topic.ENGAGEMENT), (f"candidate:{ADA}:14", Topic.CANDIDATES), (f"position:{ADA}:14", Topic.POSITIONS)],
)
def test_an_after_names_a_place_in_a_stream(text: str, topic: Topic) -> None:
    (found,) = read_awaited([text])

    assert (found.topic, found.stream, found.sequence) == (topic, ADA, 14)


@pytest.mark.parametrize(
    "text", ["", ":", "14", f"{ADA}", f"{ADA}:", f"{ADA}:x", f"{ADA}:-1", f"{ADA}:1e3", f"x:{ADA}:1", f":{ADA}:1", "a:b:c:1"]
)
def test_what_is_no_after_is_named(text: str) -> None:
    with pytest.raises(MalformedAfter) as refused:
        read_awaited([f"{ADA}:1", text])

    assert [one.field for one in refused.value.errors] == ["after[1]"]


def test_there_is_a_most() -> None:
    assert len(read_awaited([f"{ADA}:1"] * MOST)) == MOST
    with pytest.raises(MalformedAfter):
        read_awaited([f"{ADA}:1"] * (MOST + 1))
