"""Rows of numbers are sent as the API's document describes them, though nothing validates each."""

import orjson

from services.analytics.api.metric_answers import MetricAnswer, NumberRow, metric_answer, number_rows
from services.analytics.dimensions import RECRUITER
from services.analytics.domain.questions import Question
from services.analytics.metrics import METRICS, Row
from services.analytics.use_cases.read_metric import MetricRow

ROWS = [
    MetricRow({"recruiter": "maria"}, Row(None, 1 / 3, 30, 0.1, 0.5), 0.66666),
    MetricRow({"recruiter": None}, Row(None, None, 0), 1.0),
    MetricRow({"recruiter": "tom"}, Row(None, 3, 3), 1.0),
]
EARLIER = [MetricRow({"recruiter": None}, Row(None, 0.25, 4), 1.0)]


def test_rows_are_what_the_document_says() -> None:
    for one in number_rows(ROWS, EARLIER):
        assert NumberRow.model_validate(one, strict=True).model_dump() == one


def test_an_answer_is_what_the_document_says() -> None:
    metric = METRICS[0]
    sent = metric_answer(metric, Question(group_by=(RECRUITER,)), number_rows(ROWS, None), more=True)
    document = MetricAnswer.model_validate_json(sent.replace(b'"from"', b'"since"').replace(b'"to"', b'"before"', 1))

    assert orjson.loads(sent) == document.model_dump(mode="json", by_alias=True)
    assert [row.value for row in document.rows] == [0.3333, None, 3.0]
