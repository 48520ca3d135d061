"""Reviews over HTTP: what is kept of a draft, when it counts as sent, and what is known of whom it goes to."""

from typing import Any

from sqlalchemy import text

from shared.db.engine import Sessions
from tests.integration.engagement.posting import Ats, event

TEXT = (
    "Hi Jonas, your talk at PGConf about query planners answered a question that we had argued about for a week. We are six in "
    "Leipzig who work on search. May I tell you what we are stuck on? If not, no hard feelings."
)


async def review(ats: Ats, status: int = 200, *, text: str = TEXT, kind: str = "first_touch", **fields: Any) -> dict[str, Any]:
    """POST a draft."""
    response = await ats.client.post("/v1/message-reviews", json={"text": text, "kind": kind, **fields})
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


def codes(answer: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in answer["findings"]}


async def test_findings_say_where_and_what_to_do(ats: Ats) -> None:
    answer = await review(ats, text="Hi {{first_name}}, \U0001f600 it is a perfect fit.")

    [placeholder] = [f for f in answer["findings"] if f["code"] == "placeholder"]
    [praise] = [f for f in answer["findings"] if f["code"] == "exaggeration"]
    assert (answer["verdict"], placeholder["severity"], placeholder["span"]) == ("stop", "stop", [3, 17])
    assert (praise["severity"], praise["span"]) == ("warn", [29, 40])
    assert answer["score"] == max(0, 100 + sum(part["points"] for part in answer["parts"]))


async def test_a_text_that_was_sent_to_others_is_a_near_copy(ats: Ats) -> None:
    first = await review(ats, candidate="gem:1")
    unsent = await review(ats, candidate="gem:2")
    await ats.post([event("pursuit.contacted", of="gem:1", channel="email", message=first["id"])], status=207)
    copied = await review(ats, candidate="gem:2", text=TEXT.replace("Jonas", "Lena") + " Greetings, Maria")
    again = await review(ats, candidate="gem:1")
    other = await review(
        ats, text="Dear Ms Okafor, your article on migrations is pinned in our channel. Would you be open to a talk?"
    )

    assert "near_copy" not in codes(unsent)
    assert ("near_copy" in codes(copied), copied["verdict"]) == (True, "improve")
    assert "near_copy" not in codes(again) | codes(other)


async def test_a_pitch_waits_for_interest(ats: Ats) -> None:
    asked: dict[str, Any] = {"kind": "pitch", "candidate": "gem:1", "position": "gem:job"}
    unheard = await review(ats, **asked)
    await ats.post([event("pursuit.contacted", of="gem:1", position="gem:job")], status=207)
    contacted = await review(ats, **asked)
    await ats.post([event("pursuit.interested", of="gem:1", position="gem:job")], status=207)
    interested = await review(ats, **asked)

    assert ["pitch_before_interest" in codes(one) for one in (unheard, contacted, interested)] == [True, True, False]


async def test_the_same_key_gives_the_same_review(ats: Ats) -> None:
    body = {"text": TEXT, "kind": "first_touch"}
    answers = [
        (await ats.client.post("/v1/message-reviews", json=body, headers={"Idempotency-Key": "draft-1"})).json() for _ in range(2)
    ]

    assert answers[0] == answers[1]


async def test_no_word_of_a_draft_is_stored(ats: Ats, engagement: Sessions) -> None:
    await review(ats, text=TEXT + " Zanzibarquartz.", known=["Zanzibarquartz"])
    await ats.client.post(
        "/v1/message-reviews",
        json={"text": " ".join(f"zanzibarquartz{at}" for at in range(20)), "kind": "reply"},
        headers={"Idempotency-Key": "draft-2"},
    )

    async with engagement.begin() as session:
        tables = list(await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        for table in tables:
            held = await session.scalar(text(f"SELECT string_agg(t::text, '') FROM {table} AS t"))
            assert "zanzibarquartz" not in (held or "").lower(), table
        assert await session.scalar(text("SELECT count(*) FROM message_reviews")) == 2


async def test_a_draft_that_was_never_sent_is_forgotten(ats: Ats, engagement: Sessions) -> None:
    sent = await review(ats)
    await review(ats)
    await ats.post([event("pursuit.contacted", of="gem:1", channel="email", message=sent["id"])], status=207)
    async with engagement.begin() as session:
        await session.execute(text("UPDATE message_reviews SET created_at = created_at - interval '31 days'"))
    last = await review(ats)
    async with engagement.begin() as session:
        left = {str(found) for found in await session.scalars(text("SELECT id FROM message_reviews"))}

    assert left == {sent["id"], last["id"]}


async def test_what_cannot_be_reviewed_is_refused_by_field(ats: Ats) -> None:
    too_long = await review(ats, 422, text="a" * 40_001)
    no_kind = await review(ats, 422, kind="poem")
    unknown = await review(ats, 422, reciever="gem:1")

    fields = [[one["field"] for one in answer["errors"]] for answer in (too_long, no_kind, unknown)]
    assert fields == [["text"], ["kind"], ["reciever"]]
