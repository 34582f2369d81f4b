"""evals.topbullet: the bullet that a look-up points to."""

from __future__ import annotations

from evals.cases import QueryCase
from evals.load import bundled_paths, load_data
from evals.retrieval import RankingRecord
from evals.topbullet import answering, top_bullet
from index.handbook import bundled_handbook, load_handbook


def test_labels_name_bullets_of_the_handbook_and_never_all_of_a_question() -> None:
    queries = {(case.id, case.query): case for case in load_data(bundled_paths()).queries}
    questions = {question.ref: question for question in load_handbook(bundled_handbook()).questions}
    for key, (ref, bullets) in answering().items():
        assert ref in queries[key].relevant
        assert 0 < len(bullets) < len(questions[ref].bullets)
        assert set(bullets) < set(range(len(questions[ref].bullets)))


def test_pointer_counts_only_under_the_right_question() -> None:
    (one, (ref, bullets)), (two, _), (three, (third, others)) = list(answering().items())[:3]
    cases = [QueryCase(*key, "zh", "hard", (ref,)) for key in (one, two, three)]
    cases.append(QueryCase("mine", "not labelled", "zh", "hard", (ref,)))
    rankings = {
        one[0]: RankingRecord(one[0], (ref,), False, matched=bullets[0]),
        two[0]: RankingRecord(two[0], ("9.9",), False, matched=0),  # another question
        three[0]: RankingRecord(three[0], (third,), False, matched=max(others) + 9),  # another bullet
        "mine": RankingRecord("mine", (ref,), False, matched=0),
    }
    figure = top_bullet(cases, rankings, draws=20, seed=0)["top_bullet"]
    assert (figure.value, figure.n) == (1 / 3, 3)
    assert RankingRecord.of(rankings[one[0]].json()) == rankings[one[0]]
    assert top_bullet(cases[3:], rankings, draws=20, seed=0) == {}
