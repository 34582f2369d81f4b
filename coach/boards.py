"""Progress and plan as a terminal shows them. Decides form only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.forecast import Agreement, strays
from coach.language import Language
from coach.material import Material
from coach.names import name
from coach.progress import Danger, Progress
from coach.render import percent
from coach.words import say
from coach.wrap import wrap

SHOWN_SITTINGS, SHOWN_DANGERS = 6, 3


def lines(console: Console, text: str, style: str = "", indent: int = 0) -> Text:
    """Text broken to the console's width; what follows the first line is indented."""
    broken = ("\n" + " " * indent).join(wrap(text, console.width - indent))
    return Text(broken, style=style)


def progress_board(
    shown: Progress, handbook: str, material: Material, language: Language, console: Console
) -> RenderableType:
    """The screen of `coach progress`."""
    if not shown.sittings:
        return lines(console, say("progress_none", language))
    answers = sum(s.answered for s in shown.sittings)
    head = say("progress_head", language, handbook=handbook, answers=answers, sittings=len(shown.sittings))
    parts: list[RenderableType] = [Text(head, style="bold"), lines(console, _history(shown, language))]
    parts += [_coverage(shown, language), *_dangers(shown.dangers, material, language, console)]
    parts += [lines(console, text) for text in _figures(shown, language)]
    if shown.cannot_say:
        reasons = (" · ").join(say(key, language) for key in shown.cannot_say)
        parts.append(lines(console, say("cannot", language) + reasons, "yellow", 2))
    return Group(*parts, Text(say("then", language) + next_command(shown), style="bold"))


def next_command(shown: Progress) -> str:
    """The one command that helps most now."""
    if shown.dangers:
        return f"coach practice {shown.dangers[0].question.ref}"
    blank = [c.direction.number for c in shown.coverage if not c.asked]
    return f"coach practice -d {blank[0]}" if blank else "coach practice"


def _history(shown: Progress, language: Language) -> str:
    recent = [s for s in shown.sittings if s.answered][-SHOWN_SITTINGS:]
    return " · ".join(
        say(
            "progress_sitting", language, day=f"{s.started_at.astimezone():%m-%d}", n=s.answered, score=percent(s.score)
        )
        for s in recent
    )


def _coverage(shown: Progress, language: Language) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(say("progress_direction", language), no_wrap=True)
    for column in ("questions", "bullets", "credit"):
        table.add_column(say(f"progress_{column}", language), justify="right", no_wrap=True)
    for c in shown.coverage:
        title = f"{c.direction.number} {name(c.direction.title, language)}"
        table.add_row(Text(title), f"{c.asked}/{c.questions}", f"{c.seen}/{c.bullets}", percent(c.credit))
    return table


def _dangers(dangers: tuple[Danger, ...], material: Material, language: Language, console: Console) -> Iterator[Text]:
    yield Text(say("progress_dangers" if dangers else "progress_no_dangers", language))
    for danger in dangers[:SHOWN_DANGERS]:
        position = danger.question.bullets.index(danger.bullet)
        sentence = material.sentence(danger.question, position, language)
        asides = [f"«{danger.said.words}»"] if danger.said.words else []
        if danger.said.sure_and_wrong:
            asides.append(say("progress_sure", language, confidence=danger.said.confidence))
        text = f"! {danger.question.ref}  {sentence}  {' · '.join(asides)}"
        yield lines(console, text.rstrip(), "red", 2)
    if len(dangers) > SHOWN_DANGERS:
        yield Text(say("progress_more", language, n=len(dangers) - SHOWN_DANGERS), style="dim")


def _figures(shown: Progress, language: Language) -> Iterable[str]:
    levels = [f"{c.confidence} → {percent(c.score.value)} (n={c.score.n})" for c in shown.calibration if c.score.n]
    if levels:
        yield say("progress_calibration", language, levels=" · ".join(levels))
    change = shown.change
    if change.low is not None and change.high is not None and "cannot_change" not in shown.cannot_say:
        span = f"{change.value:+.0%} ({change.low:+.0%} … {change.high:+.0%})"
        yield say("progress_change", language, n=change.n, change=span)
    if shown.predictions[0].observed.n:
        yield predicted(shown.predictions[0], language)


def predicted(found: Agreement, language: Language) -> str:
    """Predicted beside observed recall, and whether they agree."""
    line = say(
        "progress_predicted",
        language,
        predicted=percent(found.predicted),
        observed=percent(found.observed.value),
        low=percent(found.observed.low),
        high=percent(found.observed.high),
        n=found.observed.n,
    )
    return f"{line} {say('progress_strays', language)}" if strays(found) else line


def progress_json(shown: Progress, material: Material, language: Language) -> dict[str, object]:
    """The object of `coach progress --json`."""
    return {
        "schema": 1,
        "sittings": [
            {
                "session": s.session,
                "started_at": s.started_at.isoformat(),
                "answered": s.answered,
                "graded": s.graded,
                "score": s.score,
            }
            for s in shown.sittings
        ],
        "coverage": [
            {
                "direction": c.direction.title,
                "questions": c.questions,
                "asked": c.asked,
                "bullets": c.bullets,
                "seen": c.seen,
                "credit": c.credit,
            }
            for c in shown.coverage
        ],
        "dangers": [_danger_json(danger, material, language) for danger in shown.dangers],
        "calibration": [{"confidence": c.confidence, "score": c.score.json()} for c in shown.calibration],
        "change": shown.change.json(),
        "predictions": [
            {"from": p.low, "to": p.high, "predicted": p.predicted, "observed": p.observed.json()}
            for p in shown.predictions
        ],
        "reviews": shown.reviews,
        "cannot_say": [say(key, language) for key in shown.cannot_say],
        "next": next_command(shown),
    }


def _danger_json(danger: Danger, material: Material, language: Language) -> dict[str, object]:
    position = danger.question.bullets.index(danger.bullet)
    return {
        "ref": danger.question.ref,
        "bullet": position,
        "text": danger.bullet.plain,
        "say": material.sentence(danger.question, position, language),
        "verdict": str(danger.said.verdict),
        "said": danger.said.words,
        "confidence": danger.said.confidence,
        "at": danger.said.at.isoformat(),
    }
