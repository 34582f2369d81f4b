"""Personal gold: the answers on whose bullets a person marked the verdict, as data for an evaluation.

Only marked bullets are labels: an unmarked verdict was perhaps never looked at. People mark where the judge errs, so
figures on this data show how it fails more than how often.
"""

from __future__ import annotations

import hashlib
import json

from coach.journal import Journal
from coach.types import Attempt, Verdict
from evals.cases import AnswerCase, Data, Label
from evals.errors import DataError

NAME = "mine"


def personal_gold(journal: Journal, handbook: str) -> Data:
    """The marked answers of the handbook, oldest first; DataError when nothing was marked."""
    cases = [
        case
        for attempt in journal.attempts(handbook=handbook)
        for by in ("person", "model")
        if (case := _case(journal, attempt, by))
    ]
    if not cases:
        raise DataError("no verdict was marked yet; mark one in practice with /mark 2 covered, then evaluate again")
    told = [(c.id, c.answer, c.bullets, [(s.bullet, s.verdict) for s in c.labels]) for c in cases]
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
    return Data(tuple(cases), (), digest, (NAME,))


def _case(journal: Journal, attempt: Attempt, by: str) -> AnswerCase | None:
    """The answer with the marks of a person, or with those of an appeal, which a model decided."""
    marks = {
        place: verdict
        for place, verdict in journal.marks(attempt.id).items()
        if verdict is not Verdict.UNGRADED and (journal.mark_source(attempt.id, place) == "person") == (by == "person")
    }
    if not marks:
        return None
    question = attempt.question
    return AnswerCase(
        attempt.id if by == "person" else f"{attempt.id}-appeal",
        question.ref,
        question.text,
        tuple(bullet.text for bullet in question.bullets),
        attempt.answer,
        tuple(Label(place, verdict) for place, verdict in sorted(marks.items())),
        kind="mine",
        labelled_by=by,
    )
