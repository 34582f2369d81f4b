"""evals.mine: what was marked in practice becomes data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.journal import Journal
from coach.types import Attempt, Verdict
from evals.errors import DataError
from evals.mine import personal_gold
from index.types import Bullet, Direction, Question

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEA = Question(
    "1.2",
    "q",
    Direction(1, "厨房"),
    "怎么泡茶？",
    (Bullet("a", "**水**要开", "水要开", 5), Bullet("b", "三分钟", "三分钟", 6)),
    4,
)


def test_marks_of_a_person_and_of_an_appeal_are_told_apart(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", ["1.2"], NOW)
        for number in (1, 2):
            journal.save_answer(Attempt(f"a{number}", session.id, TEA, "水烧开", NOW), "book")
        with pytest.raises(DataError, match="/mark"):
            personal_gold(journal, "book")
        answer = journal.attempts()[0]
        journal.save_mark(answer, 0, Verdict.COVERED, "person", "", NOW)
        journal.save_mark(answer, 1, Verdict.MISSING, "appeal", "said it", NOW)
        data = personal_gold(journal, "book")
        with pytest.raises(DataError):
            personal_gold(journal, "another book")
        journal.save_mark(answer, 0, Verdict.PARTIAL, "person", "", NOW)
        assert personal_gold(journal, "book").digest != data.digest
    person, appeal = data.answers
    assert (person.id, person.ref, person.answer, person.bullets) == ("a1", "1.2", "水烧开", ("**水**要开", "三分钟"))
    assert [(s.bullet, s.verdict) for s in person.labels] == [(0, Verdict.COVERED)]
    assert [(s.bullet, s.verdict) for s in appeal.labels] == [(1, Verdict.MISSING)]
    assert (person.labelled_by, appeal.labelled_by) == ("person", "model")
