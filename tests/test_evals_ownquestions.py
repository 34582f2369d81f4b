"""evals.ownquestions: an own question from the look-up to the verdicts."""

from __future__ import annotations

from pathlib import Path

from coach.types import Verdict
from evals.cases import AnswerCase, Data, Label, QueryCase
from evals.runner import Options, run
from index.types import Bullet, Direction, Hit, Question, Ranking

C, M = Verdict.COVERED, Verdict.MISSING
TEXT = "The relay opens the valve, and so on, as far as I know."


class Shelf:
    """Finds 1.1 for a valve and 1.2 for all else; refuses cakes."""

    def search(self, query: str, k: int = 5) -> Ranking:
        refs = ["1.1", "1.2"] if "valve" in query else ["1.2", "1.1"]
        made = [Question(r, r, Direction(1, ""), f"About {r}?", (Bullet(r, f"bullet of {r}", r, 0),), 0) for r in refs]
        return Ranking(query, tuple(Hit(q, 0.5, None, {}) for q in made[:k]), "cake" in query)


def test_wrong_rubric_makes_every_credit_a_false_one(tmp_path: Path) -> None:
    answer = AnswerCase("a", "1.1", "How?", ("relay opens", "pump runs"), TEXT, (Label(0, C), Label(1, M)))
    queries = tuple(
        QueryCase(name, text, "en", "english", ("1.1",))
        for name, text in (("q1", "the valve"), ("q2", "the relay"), ("q3", "the cake"))
    )
    asked: list[str] = []

    def judge(question: str, bullets: object, text: str) -> list[object]:
        asked.append(question)
        credited = {"verdict": "covered", "evidence": ["The relay opens the valve"]}
        return [credited] if question == "About 1.2?" else [credited, "missing"]

    data = Data((answer,), queries, "made up")
    suites = ["grading", "retrieval"]
    report = run(suites, data, judge=judge, search=Shelf(), out_dir=tmp_path, options=Options(draws=20))
    assert sorted(asked) == ["About 1.2?", "How?"]  # only what a wrong rubric would meet is graded anew
    assert report.metric("retrieval.own_right_rubric").value == 1 / 3
    assert report.metric("retrieval.own_wrong_rubric").value == 1 / 3
    assert report.metric("retrieval.own_refused").value == 1 / 3
    false = report.metric("retrieval.own_false_credit")
    assert (false.value, false.n) == (0.5, 2)  # the pump under the right rubric, the one bullet of the wrong one


def test_run_without_a_judge_says_nothing_of_own_questions(tmp_path: Path) -> None:
    data = Data((), (QueryCase("q1", "the valve", "en", "english", ("1.1",)),), "made up")
    report = run(["retrieval"], data, search=Shelf(), out_dir=tmp_path, options=Options(draws=20))
    assert not any(name.startswith("own") for name in report.suites["retrieval"].metrics)
