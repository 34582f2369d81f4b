"""evals.judging: a case becomes the question that practice would ask, and the judge is heard before the quote check."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from coach.types import Judgement, Verdict
from evals.cases import AnswerCase, Label
from evals.judging import PlainJudge, question_of, record_of
from evals.load import bundled_paths, load_data
from evals.records import Task, from_json, to_json
from index.handbook import bundled_handbook, load_handbook
from index.types import Hit, Question

ANSWER = "The valve opens first. Then the pump starts and fills the tank, which takes a while."
CASE = AnswerCase("a1", "3.2", "How does it start?", ("valve", "pump"), ANSWER, (Label(0, Verdict.COVERED),))


def test_questions_of_the_bundled_data_are_the_handbook_s_by_key() -> None:
    questions = {question.ref: question for question in load_handbook(bundled_handbook()).questions}
    for case in load_data(bundled_paths()).answers:
        made, known = question_of(case), questions[case.ref]
        assert (made.key, [b.key for b in made.bullets]) == (known.key, [b.key for b in known.bullets]), case.id


def test_record_keeps_what_was_claimed_and_what_the_quote_check_left() -> None:
    judge = PlainJudge(lambda q, b, a: [{"verdict": "covered", "evidence": "never said at all"}, "missing"])
    first, second = record_of(Task(CASE), judge).cells
    assert (first.verdict, first.claimed, first.claimed_quotes) == ("missing", "covered", ("never said at all",))
    assert (second.verdict, second.claimed) == ("missing", "missing")


def test_verdicts_on_moved_bullets_come_back_to_their_places() -> None:
    judge = PlainJudge(lambda q, b, a: [{"verdict": "covered", "evidence": "The valve opens first"}, "missing"])
    moved = Task(CASE, "robustness", "order reversed", places=(1, 0))
    assert [(c.bullet, c.verdict) for c in record_of(moved, judge).cells] == [(0, "missing"), (1, "covered")]


def test_gated_answer_never_reaches_the_judge() -> None:
    def never(question: str, bullets: object, answer: str) -> list[str]:
        raise AssertionError("asked")

    empty = AnswerCase("a2", "3.2", "How does it start?", ("valve",), "我不知道", ())
    record = record_of(Task(empty), PlainJudge(never))
    assert record.gated
    assert [cell.verdict for cell in record.cells] == ["missing"]


def test_record_survives_its_json_form() -> None:
    judge = PlainJudge(lambda q, b, a: [{"verdict": "covered", "evidence": ["The valve opens first"]}, "missing"])
    record = record_of(Task(CASE), judge)
    assert from_json(json.loads(json.dumps(to_json(record)))) == record


def test_what_a_plain_judge_raises_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="is not a valid Verdict"):
        record_of(Task(CASE), PlainJudge(lambda q, b, a: ["perfect", "missing"]))


def test_judge_sees_the_neighbours_that_it_is_given() -> None:
    class Curious(PlainJudge):
        def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
            assert [hit.question.ref for hit in context] == ["3.2"]
            return super().judge(question, answer, context)

    judge = Curious(lambda q, b, a: ["missing", "missing"])
    record = record_of(Task(CASE), judge, lambda question: [Hit(question, 0.5, None)])
    assert not record.failed
