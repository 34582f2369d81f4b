"""A sitting written out, answers, verdicts and what to say: as Markdown, one HTML page, or one JSON object. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from coach.ending import Ending, score_of
from coach.grader import grade_json
from coach.history import Marks, verdicts
from coach.language import Language
from coach.material import Material
from coach.pages import STYLE
from coach.regrade import judge_name
from coach.render import MARKS, percent
from coach.sessions import Sitting
from coach.types import Attempt, Verdict
from coach.words import say

MORE_STYLE = """
blockquote{margin:.4em 0;padding:.2em .8em;border-left:3px solid #8886;white-space:pre-wrap;overflow-wrap:anywhere}
.score{float:right;font-weight:600}
.covered{color:#2a8a3e}.partial{color:#a87800}.missing,.contradicted{color:#c33}.ungraded{opacity:.7}
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be written, and how."""

    sitting: Sitting
    marks: Marks
    ending: Ending
    material: Material
    language: Language


@dataclass(frozen=True, slots=True)
class Row:
    """One bullet of one answer."""

    verdict: Verdict
    bullet: str
    quotes: tuple[str, ...]
    asides: tuple[tuple[str, str], ...]
    """(class, text): the person's mark, what to say, what is doubtful."""


def rows(script: Script, attempt: Attempt) -> Iterator[Row]:
    """The bullets of a graded answer, in the order of the question's."""
    if attempt.grade is None:
        return
    language, question = script.language, attempt.question
    for position, verdict in enumerate(verdicts(attempt, script.marks)):
        graded, asides = attempt.grade.bullets[position], list[tuple[str, str]]()
        if verdict is not graded.verdict:
            asides.append(("note", say("marked_from", language, was=say(graded.verdict, language))))
        if verdict is not Verdict.COVERED:
            asides.append(("say", say("say", language) + script.material.sentence(question, position, language)))
        if note := script.material.doubt(question, position, language):
            asides.append(("note", say("doubtful", language) + note))
        quotes = tuple(" ".join(q.quote.split()) for q in graded.evidence)
        yield Row(verdict, script.material.bullet(question, position, language), quotes, tuple(asides))


def title(script: Script) -> str:
    """The heading: when, and how many answers."""
    at = script.sitting.session.started_at.astimezone()
    return say("script_title", script.language, at=f"{at:%Y-%m-%d %H:%M}", n=len(script.sitting.attempts))


def _heading(script: Script, attempt: Attempt) -> str:
    asked = script.material.question(attempt.question, script.language)
    prompted = f" ({say('script_follow_up', script.language)})" if attempt.prompted else ""
    return f"{attempt.question.ref} {asked}{prompted}"


def _foot(script: Script, attempt: Attempt) -> str:
    if attempt.grade is None:
        return say("kept", script.language)
    judge = attempt.grade.judge
    return (
        say("gate", script.language) if judge.kind == "gate" else say("judge", script.language, judge=judge_name(judge))
    )


def _mark(verdict: Verdict) -> str:
    return f"{MARKS[verdict][0]} {say(verdict, 'en')}"


def script_markdown(script: Script) -> str:
    """The sitting as Markdown; the answers stand in quote blocks, as they were given."""
    shown = [f"# {title(script)}", ""]
    for attempt in script.sitting.attempts:
        shown += [f"## {_heading(script, attempt)} — {percent(score_of(attempt, script.marks))}", ""]
        shown += [*(f"> {line}" for line in attempt.answer.splitlines() or [""]), ""]
        for row in rows(script, attempt):
            quotes = f" «{' … '.join(row.quotes)}»" if row.quotes else ""
            shown.append(f"- **{_mark(row.verdict)}** {row.bullet}{quotes}")
            shown += [f"  - {text}" for _, text in row.asides]
        shown += ["", f"*{_foot(script, attempt)}*", ""]
    return "\n".join(shown)


def script_html(script: Script) -> str:
    """The sitting as one page without a script, a font or a link."""
    lang = "zh-CN" if script.language == "zh" else "en"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    head = escape(title(script))
    top = f'<!doctype html><html lang="{lang}"><head>{meta}<title>{head}</title>'
    style = f"<style>{STYLE}{MORE_STYLE}</style></head>"
    body = [part for attempt in script.sitting.attempts for part in _section(script, attempt)]
    return "\n".join([top, style, f"<body><h1>{head}</h1>", *body, "</body></html>"])


def _section(script: Script, attempt: Attempt) -> Iterator[str]:
    score = percent(score_of(attempt, script.marks))
    yield f"<h2><span class=score>{score}</span>{escape(_heading(script, attempt))}</h2>"
    yield f"<blockquote>{escape(attempt.answer)}</blockquote><ol>"
    for row in rows(script, attempt):
        quotes = "".join(f"<p class=cue>«{escape(quote)}»</p>" for quote in row.quotes)
        asides = "".join(f"<p class={name}>{escape(text)}</p>" for name, text in row.asides)
        mark = f"<span class={row.verdict}>{escape(_mark(row.verdict))}</span>"
        yield f"<li><p>{mark} {escape(row.bullet)}</p>{quotes}{asides}</li>"
    yield f"</ol><p class=cue>{escape(_foot(script, attempt))}</p>"


def script_json(script: Script) -> dict[str, object]:
    """The sitting as one object; a mark stands beside the judge's verdict."""
    session = script.sitting.session
    return {
        "schema": 1,
        "session": session.id,
        "handbook": session.handbook,
        "started_at": session.started_at.isoformat(),
        "answers": [_answer_json(attempt, script.marks) for attempt in script.sitting.attempts],
        "missed": [
            {"ref": gap.question.ref, "bullet": gap.position, "verdict": str(gap.verdict)} for gap in script.ending.gaps
        ],
    }


def _answer_json(attempt: Attempt, marks: Marks) -> dict[str, object]:
    marked: Sequence[dict[str, object]] = [
        {"bullet": position, "verdict": str(verdict)} for position, verdict in marks.get(attempt.id, {}).items()
    ]
    return {
        "attempt": attempt.id,
        "ref": attempt.question.ref,
        "answer": attempt.answer,
        "started_at": attempt.started_at.isoformat(),
        "prompted": attempt.prompted,
        "hints_used": attempt.hints_used,
        "confidence": attempt.confidence,
        "grade": grade_json(attempt.grade) if attempt.grade else None,
        "marks": marked,
    }
