"""What a verb at the prompt does: hint, explain, mark, appeal, look up. Which question is on is not its matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from coach.errors import CoachError
from coach.events import Event, Explained, Graded, LookedUp, Said
from coach.language import Language
from coach.material import Material
from coach.record import Recorder
from coach.turns import VERBS, Verb, parse_mark, parse_number
from coach.types import Attempt, BulletGrade, Explanation, Grade, Verdict
from coach.words import say
from index.types import Question, Ranking

LONGEST_S = 3600
CONFIDENCES = (1, 4)


@dataclass
class Aids:
    """What was given to, or said by, the person at one question before the answer."""

    hints: int = 0
    took_s: float | None = None
    confidence: int | None = None
    answered: bool = False
    """The feedback is on screen: what is said now is about the last answer."""


@dataclass(frozen=True, slots=True)
class About:
    """Who is asked about an answer beside its judge; each may be absent."""

    look_up: Callable[[str], tuple[Ranking, Explanation | None]] | None = None
    second: Callable[[Question, int, str, str], BulletGrade] | None = None
    """(question, position, answer, why) -> a verdict by a second reader who does not know the first."""
    nearest: Callable[[Question, str, int], str] | None = None
    """(question, answer, position) -> the stretch of the answer that speaks of the bullet most."""

    def nearest_to(self, graded: Graded, position: int) -> str:
        """The stretch that speaks of a bullet most: what the judge quoted, else what is nearest; may be empty."""
        assert graded.attempt is not None
        assert graded.attempt.grade is not None
        evidence = graded.attempt.grade.bullets[position].evidence
        if evidence or self.nearest is None:
            return " … ".join(q.quote for q in evidence)
        return self.nearest(graded.question, graded.attempt.answer, position)


@dataclass(frozen=True, slots=True)
class Desk:
    """What verbs work with."""

    material: Material
    language: Language
    record: Recorder
    about: About

    def say(self, key: str, **values: object) -> Said:
        """The coach's own words."""
        return Said(say(key, self.language, **values))


Outcome = tuple[Event, Graded | None]
"""What is shown, and the last grade as it counts now."""


def obey(desk: Desk, verb: Verb, question: Question, aids: Aids, last: Graded | None) -> Outcome:
    """Do what the verb says. `aids` hears of help and of what the person says about the answer under way."""
    if verb.name in _AT_QUESTION:
        return _AT_QUESTION[verb.name](desk, verb, question, aids), last
    if verb.name in {"took", "sure"}:
        return _about_answer(desk, verb, aids, last)
    if verb.name in _AFTER_GRADE:
        if last is None or last.attempt is None or last.attempt.grade is None:
            return desk.say("nothing_graded"), last
        return _AFTER_GRADE[verb.name](desk, verb, last, last.attempt, last.attempt.grade)
    if verb.name == "again":
        return desk.say("nothing_before"), last
    if verb.name in VERBS:
        return desk.say("not_here", name=verb.name), last
    return desk.say("unknown_verb", name=verb.name, verbs=" ".join(VERBS.values())), last


def _hint(desk: Desk, verb: Verb, question: Question, aids: Aids) -> Event:
    if not question.bullets:
        return desk.say("own_no_help")
    aids.hints += 1
    return Said(desk.material.hint(question, aids.hints, desk.language))


def _model(desk: Desk, verb: Verb, question: Question, aids: Aids) -> Event:
    if not question.bullets:
        return desk.say("own_no_help")
    aids.hints += 1
    desk.record.reveal([bullet.key for bullet in question.bullets])
    return Said(say("model", desk.language) + desk.material.model_answer(question, desk.language))


def _help(desk: Desk, verb: Verb, question: Question, aids: Aids) -> Event:
    return desk.say("help")


def _ask(desk: Desk, verb: Verb, question: Question, aids: Aids) -> Event:
    if not verb.argument:
        return desk.say("ask_how")
    if desk.about.look_up is None:
        return desk.say("ask_none")
    try:
        found, explanation = desk.about.look_up(verb.argument)
    except CoachError as exc:
        return Said(str(exc))
    if explanation is not None:
        shown = [hit.question for hit in found.hits if hit.question.ref in explanation.citations]
        desk.record.reveal([bullet.key for one in shown for bullet in one.bullets])
        aids.hints += question.key in {one.key for one in shown}
    return LookedUp(found, explanation)


def _about_answer(desk: Desk, verb: Verb, aids: Aids, last: Graded | None) -> Outcome:
    least, most = CONFIDENCES if verb.name == "sure" else (1, LONGEST_S)
    number = parse_number(verb.argument, least, most)
    if number is None:
        return desk.say(f"{verb.name}_how"), last
    if verb.name == "sure":
        aids.confidence = None if aids.answered else number
        return desk.say("sure_late" if aids.answered else "sure_noted", number=number), last
    aids.took_s = float(number)
    if not aids.answered or last is None or last.attempt is None:
        return desk.say("took_noted", number=number), last
    desk.record.journal.save_took(last.attempt.id, float(number))
    return desk.say("took_noted", number=number), replace(last, attempt=replace(last.attempt, took_s=float(number)))


def _why(desk: Desk, verb: Verb, last: Graded, attempt: Attempt, grade: Grade) -> Outcome:
    number = parse_number(verb.argument, 1, len(grade.bullets))
    return (desk.say("why_how"), last) if number is None else (Explained(last, number - 1), last)


def _more(desk: Desk, verb: Verb, last: Graded, attempt: Attempt, grade: Grade) -> Outcome:
    return Explained(last), last


def _mark(desk: Desk, verb: Verb, last: Graded, attempt: Attempt, grade: Grade) -> Outcome:
    mark = parse_mark(verb.argument, len(grade.bullets))
    if mark is None:
        return desk.say("mark_how"), last
    marked = desk.record.mark(attempt, *mark, "person")
    return _told(desk, "marked", mark, marked), replace(last, attempt=marked)


def _appeal(desk: Desk, verb: Verb, last: Graded, attempt: Attempt, grade: Grade) -> Outcome:
    number = parse_number(verb.argument, 1, len(grade.bullets))
    if number is None:
        return desk.say("appeal_how"), last
    if desk.about.second is None:
        return desk.say("appeal_none", number=number), last
    if desk.record.marked_by_person(attempt, number - 1):
        return desk.say("appeal_marked", number=number), last
    why = verb.argument.partition(" ")[2].strip()
    try:
        second = desk.about.second(attempt.question, number - 1, attempt.answer, why)
    except (CoachError, KeyboardInterrupt) as exc:
        return desk.say("appeal_failed", problem=str(exc) or "Ctrl-C"), last
    return _heard(desk, last, attempt, number - 1, second, why)


def _heard(
    desk: Desk, last: Graded, attempt: Attempt, position: int, second: BulletGrade, why: str
) -> tuple[Event, Graded]:
    """What the second reader's verdict comes to: it counts; the same verdict twice leaves things as they are."""
    assert attempt.grade is not None
    first = attempt.grade.bullets[position].verdict
    if second.verdict is Verdict.UNGRADED:
        return desk.say("appeal_failed", problem=second.reason.rstrip("。.")), last
    desk.record.mark(attempt, position, second.verdict, "appeal", why)
    if second.verdict is first:
        return desk.say("appeal_same", number=position + 1, verdict=say(first, desk.language)), last
    bullets = list(attempt.grade.bullets)
    bullets[position] = second
    settled = replace(attempt, grade=replace(attempt.grade, bullets=tuple(bullets)))
    quote = " … ".join(q.quote for q in second.evidence) or second.reason
    told = _told(desk, "appeal_won", (position, second.verdict), settled, before=say(first, desk.language), quote=quote)
    return told, replace(last, attempt=settled)


def _told(desk: Desk, key: str, mark: tuple[int, Verdict], attempt: Attempt, **values: object) -> Said:
    score = attempt.grade.score if attempt.grade else None
    shown = "—" if score is None else f"{100 * score:.0f} %"
    return desk.say(key, number=mark[0] + 1, verdict=say(mark[1], desk.language), score=shown, **values)


_AT_QUESTION: dict[str, Callable[[Desk, Verb, Question, Aids], Event]] = {
    "hint": _hint,
    "model": _model,
    "help": _help,
    "ask": _ask,
}
_AFTER_GRADE: dict[str, Callable[[Desk, Verb, Graded, Attempt, Grade], Outcome]] = {
    "why": _why,
    "more": _more,
    "mark": _mark,
    "appeal": _appeal,
}
