"""From an answer to its grade: gate, judge, checks. Owns the order; knows no particular judge.

A credit or a contradiction whose quotes do not stand in the answer is withdrawn: the bullet becomes `missing`, since
nothing the person said was shown to speak of it, with the reason named, and `Grade.withdrawn` counts it. An ungraded
bullet stays ungraded: not known is not zero. Credit for a row of bare terms is cut to what naming things is worth:
half where most of the row are the things that the bullet lists, else nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Protocol, runtime_checkable

from coach.feedback import composed, shortened
from coach.gate import gate
from coach.language import Language, language_of
from coach.quotes import verify
from coach.term_rows import names, row_around
from coach.types import (
    CREDIT,
    BulletGrade,
    BulletVerdict,
    Grade,
    Judge,
    JudgeId,
    Judgement,
    Quote,
    Rubric,
    Verdict,
)
from index.types import Hit, Question

OnBullet = Callable[[int, BulletGrade], None]
"""Told a bullet's position and its grade, as soon as that is known."""

NEEDS_QUOTE = frozenset({Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED})
WITHDRAWN = {
    "zh": "评判给出的引文不在回答里，结论已撤回。",
    "en": "The judge's quote does not stand in the answer; its verdict was withdrawn.",
}
ONLY_NAMED = {
    "zh": "只列了名词，没有说成一个论断。",
    "en": "Only terms in a row: nothing is claimed of them.",
}
UNJUDGED = {"zh": "评判没有给出这一点的结论。", "en": "The judge gave no verdict on this bullet."}


@runtime_checkable
class StreamingJudge(Protocol):
    """A judge that can say its verdicts while it still works on the others."""

    def judge_aloud(
        self, question: Question, answer: str, context: Sequence[Hit], on_verdict: Callable[[BulletVerdict], None]
    ) -> Judgement:
        """As `Judge.judge`; `on_verdict` hears each bullet as soon as it is complete, before any repair."""
        ...


def grade(
    question: Question,
    answer: str,
    judge: Judge,
    *,
    rubric: Rubric | None = None,
    context: Sequence[Hit] = (),
    on_bullet: OnBullet | None = None,
) -> Grade:
    """The grade of `answer`; without `rubric` the question was named by its ref. ChatError when no model was reached.

    `on_bullet` hears provisional grades while the judge streams; the returned grade is the one that counts.
    """
    rubric = rubric or Rubric("ref", question.ref, context=tuple(hit.question.ref for hit in context))
    if reason := gate(question.text, answer):
        bullets = tuple(BulletGrade(b, Verdict.MISSING, reason=reason, certainty=1.0) for b in question.bullets)
        return Grade(question, rubric, bullets, JudgeId("gate"), feedback=reason)
    judgement = _judged(question, answer, judge, context, on_bullet)
    claims = {claim.bullet: claim for claim in judgement.verdicts}
    checked = [check(question, answer, i, claims.get(i)) for i in range(len(question.bullets))]
    withdrawn = sum(grade.verdict is not _claimed(claims.get(i)) for i, grade in enumerate(checked))
    # What the judge says about a verdict that was taken back, or never came, would mislead.
    sound = not withdrawn and Verdict.UNGRADED not in {grade.verdict for grade in checked}
    feedback = _feedback(judgement.feedback if sound else "", checked, language_of(answer))
    return Grade(question, rubric, tuple(checked), judgement.by or judge.id, feedback, judgement.usage, withdrawn)


def _feedback(said: str, checked: Sequence[BulletGrade], language: Language) -> str:
    """The judge's words, if they are in the person's language; else our own."""
    return shortened(said) if said and language_of(said) == language else composed(checked, language)


def check(question: Question, answer: str, position: int, claim: BulletVerdict | None) -> BulletGrade:
    """The grade of one bullet: the claim with its quotes found in the answer, or withdrawn."""
    bullet, language = question.bullets[position], language_of(answer)
    if claim is None:
        return BulletGrade(bullet, Verdict.UNGRADED, reason=UNJUDGED[language])
    if claim.verdict not in NEEDS_QUOTE:
        return BulletGrade(bullet, claim.verdict, reason=claim.reason, certainty=claim.certainty)
    evidence = verify(answer, claim.quotes)
    if not evidence:
        return BulletGrade(bullet, Verdict.MISSING, reason=WITHDRAWN[language])
    rows = [row for quote in evidence for row in _rows_around(answer, quote)]
    if CREDIT[claim.verdict] and all(rows):
        if not any(names(row, bullet.plain) for row in rows):
            return BulletGrade(bullet, Verdict.MISSING, reason=ONLY_NAMED[language])
        if claim.verdict is Verdict.COVERED:
            return BulletGrade(bullet, Verdict.PARTIAL, evidence, ONLY_NAMED[language], claim.certainty)
    return BulletGrade(bullet, claim.verdict, evidence, claim.reason, claim.certainty)


def _rows_around(answer: str, quote: Quote) -> list[tuple[str, ...]]:
    """The row that each place stands in where the quote is said; empty for a place outside of any."""
    places = [Quote(quote.quote, m.start(), m.end()) for m in re.finditer(re.escape(quote.quote), answer)]
    return [row_around(answer, place) for place in places or [quote]]


def grade_json(grade: Grade) -> dict[str, object]:
    """The object that `coach grade --json` prints, ready for `json.dumps`."""
    return {
        "schema": 1,
        "question": grade.question.text,
        "rubric": {**asdict(grade.rubric), "context": list(grade.rubric.context)},
        "score": grade.score,
        "bullets": [_bullet_json(i, bullet) for i, bullet in enumerate(grade.bullets)],
        "judge": asdict(grade.judge),
        "usage": asdict(grade.usage),
    }


def _bullet_json(position: int, graded: BulletGrade) -> dict[str, object]:
    return {
        "bullet": position,
        "text": graded.bullet.plain,
        # What may be right against the handbook is outside the score, and has to look so.
        "verdict": str(Verdict.UNGRADED if graded.differs else graded.verdict),
        "evidence": [asdict(quote) for quote in graded.evidence],
        "reason": graded.reason,
        "certainty": graded.certainty,
    }


def _judged(
    question: Question, answer: str, judge: Judge, context: Sequence[Hit], on_bullet: OnBullet | None
) -> Judgement:
    if on_bullet is None or not isinstance(judge, StreamingJudge):
        return judge.judge(question, answer, context)
    return judge.judge_aloud(
        question, answer, context, lambda claim: on_bullet(claim.bullet, check(question, answer, claim.bullet, claim))
    )


def _claimed(claim: BulletVerdict | None) -> Verdict:
    return claim.verdict if claim else Verdict.UNGRADED
