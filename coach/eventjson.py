"""The events of an interview as lines of `coach practice --json`."""

from __future__ import annotations

from coach import events
from coach.grader import grade_json


def event_json(event: events.Event) -> dict[str, object] | None:
    """An event as one line of `coach practice --json`; None for what only a terminal shows."""
    match event:
        case events.Asked(question, number, total):
            asked = {"ref": question.ref, "direction": question.direction.title, "question": question.text}
            return {"event": "question", **asked, "number": number, "total": total}
        case events.FollowedUp(question, text):
            return {"event": "follow_up", "ref": question.ref, "question": text}
        case events.Matched(own, hits, abstained):
            found = [{"ref": h.question.ref, "question": h.question.text, "score": h.score} for h in hits]
            return {"event": "match", "own": own, "abstained": abstained, "hits": found}
        case events.Graded():
            return _graded_json(event)
        case _:
            return None


def _graded_json(event: events.Graded) -> dict[str, object]:
    head: dict[str, object] = {"event": "grade", "ref": event.question.ref}
    if event.attempt and event.attempt.grade:
        return {**head, "attempt": event.attempt.id, "prompted": event.attempt.prompted} | grade_json(
            event.attempt.grade
        )
    bullets: list[dict[str, object]] = [
        {"bullet": i, "text": b.plain, "verdict": "ungraded", "evidence": [], "reason": "", "certainty": None}
        for i, b in enumerate(event.question.bullets)
    ]
    why = {"skipped": True} if event.skipped else {"pending": True, "error": str(event.problem)}
    rubric: dict[str, object] | None = {"by": "ref", "ref": event.question.ref, "score": None, "context": []}
    if not event.question.bullets:  # a question of the person's own that matched nothing
        rubric = None
    unscored = {"question": event.question.text, "rubric": rubric, "score": None, "bullets": bullets, "judge": None}
    return {**head, **unscored, "usage": None, **why}
