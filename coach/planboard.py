"""A plan as a terminal shows it, and as JSON. Decides form only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rich.console import Console, Group, RenderableType
from rich.text import Text

from coach.boards import lines, predicted
from coach.forecast import ENOUGH, Agreement, Outlook
from coach.language import Language
from coach.plan import Day, Dropped, Plan, Why
from coach.render import percent
from coach.schedule import DAY_STARTS_H
from coach.words import say
from index.types import Direction, Question

SHOWN_DAYS, SHOWN_REFS = 9, 12
INDENT = 7


@dataclass(frozen=True, slots=True)
class Brief:
    """A plan with what is to be said beside it."""

    plan: Plan
    focus: tuple[Direction, ...]
    outlooks: tuple[Outlook, ...]
    agreement: Agreement
    reviews: int
    """That a judge stands behind."""
    night: bool = False
    """The calendar has gone on to the next day already."""


def plan_board(shown: Brief, language: Language, console: Console) -> RenderableType:
    """The screen of `coach plan`."""
    plan = shown.plan
    parts: list[RenderableType] = [lines(console, _head(plan, language), "bold")]
    if shown.night:
        parts.append(lines(console, say("plan_night", language, hour=DAY_STARTS_H, day=plan.today.day), "dim"))
    if shown.focus:
        titles = ", ".join(f"{d.number} {d.title}" for d in shown.focus)
        parts.append(lines(console, say("plan_focus", language, titles=titles)))
    if plan.done_today:
        parts.append(Text(say("plan_done", language, n=plan.done_today)))
    parts += [lines(console, _day(day, plan, language), indent=INDENT) for day in plan.days[:SHOWN_DAYS]]
    if (hidden := _days_left(plan) + 1 - SHOWN_DAYS) > 0:
        parts.append(lines(console, say("plan_more_days", language, n=hidden), "dim"))
    parts += [lines(console, text, indent=2) for text in (*_losses(plan, language), *_forecast(shown, language))]
    return Group(*parts, lines(console, say("then", language) + next_command(plan), "bold", 2))


def _days_left(plan: Plan) -> int:
    return (plan.interview - plan.today.day).days


def _head(plan: Plan, language: Language) -> str:
    basis = say("plan_own" if plan.pace.own else "plan_assumed", language)
    numbers = {"minutes": f"{plan.minutes:g}", "pace": f"{plan.pace.minutes:g}", "left": _days_left(plan)}
    return say("plan_head", language, interview=plan.interview, basis=basis, **numbers)


def _day(day: Day, plan: Plan, language: Language) -> str:
    name = say("plan_today", language) if day == plan.today else f"{day.day:%m-%d}"
    name += " " * max(1, INDENT - sum(2 if ord(c) > 0x2E80 else 1 for c in name))
    if day.day == plan.interview:
        return name + say("plan_interview", language)
    kinds = [_kind(day, why, language) for why in Why]
    told = " · ".join(kind for kind in kinds if kind)
    return name + (told or say("plan_nothing", language))


def _kind(day: Day, why: Why, language: Language) -> str:
    found = [item.question for item in day.items if item.why is why]
    return say(f"plan_{why}", language, refs=refs(found)) if found else ""


def refs(questions: Sequence[Question]) -> str:
    """Refs in a row; of many, the first ones and how many more."""
    shown = " ".join(q.ref for q in questions[:SHOWN_REFS])
    return shown + (f" … +{len(questions) - SHOWN_REFS}" if len(questions) > SHOWN_REFS else "")


def _losses(plan: Plan, language: Language) -> Iterator[str]:
    """What the plan leaves out, and why."""
    if plan.late:
        yield say("plan_late", language, refs=refs(plan.late))
    if not plan.dropped:
        if not plan.late:
            yield say("plan_keeps_all", language)
        return
    count = sum(len(dropped.questions) for dropped in plan.dropped)
    yield say("plan_dropped", language, n=count) + " · ".join(_dropped(plan.dropped, language))
    hot = [q for dropped in plan.dropped for q in dropped.questions if q.hot]
    why = say("plan_dropped_hot", language, refs=refs(hot)) if hot else say("plan_dropped_time", language)
    yield why


def _dropped(groups: Sequence[Dropped], language: Language) -> Iterator[str]:
    """The directions in focus, then those outside it, said once."""
    yield from (refs(group.questions) for group in groups if group.in_focus)
    if outside := [refs(group.questions) for group in groups if not group.in_focus]:
        yield f"{say('plan_dropped_focus', language)} {' · '.join(outside)}"


def _forecast(shown: Brief, language: Language) -> Iterator[str]:
    known, bullets = sum(o.known for o in shown.outlooks), sum(o.bullets for o in shown.outlooks)
    if known < bullets:
        yield say("plan_unknown", language, known=known, bullets=bullets)
    if shown.reviews < ENOUGH:
        yield say("plan_no_forecast", language, n=shown.reviews, enough=ENOUGH)
        return
    told = [f"{o.direction.number} {percent(o.recall)} ({o.known}/{o.bullets})" for o in shown.outlooks if o.known]
    yield say("plan_forecast", language, directions=" · ".join(told))
    tested = shown.agreement.observed.n >= ENOUGH
    yield predicted(shown.agreement, language) if tested else say("plan_untested", language)


def next_command(plan: Plan) -> str:
    """What to run now: today's diagnostic, else today's list, else the review of the day."""
    if plan.interview == plan.today.day:
        return "coach review"
    first = [i.question.ref for i in plan.today.items if i.why is Why.DIAGNOSTIC]
    if first:
        return f"coach practice {' '.join(first)} --no-follow-ups"
    rest = [i.question.ref for i in plan.today.items]
    return f"coach practice {' '.join(rest)}" if rest else "coach progress"


def plan_json(shown: Brief) -> dict[str, object]:
    """The object of `coach plan --json`."""
    plan = shown.plan
    return {
        "schema": 1,
        "interview": plan.interview.isoformat(),
        "days_left": _days_left(plan),
        "minutes_a_day": plan.minutes,
        "focus": [d.title for d in shown.focus],
        "minutes_a_question": {"value": plan.pace.minutes, "own": plan.pace.own},
        "done_today": plan.done_today,
        "days": [_day_json(day, plan.interview) for day in plan.days],
        "dropped": [
            {
                "direction": d.direction.title,
                "refs": [q.ref for q in d.questions],
                "reason": "time" if d.in_focus else "focus",
            }
            for d in plan.dropped
        ],
        "late": [q.ref for q in plan.late],
        "outlook": [
            {"direction": o.direction.title, "bullets": o.bullets, "known": o.known, "recall": o.recall}
            for o in shown.outlooks
        ],
        "reviews": shown.reviews,
        "predicted": shown.agreement.predicted,
        "observed": shown.agreement.observed.json(),
        "next": next_command(plan),
    }


def _day_json(day: Day, interview: date) -> dict[str, object]:
    items = [{"ref": i.question.ref, "why": str(i.why), "minutes": i.minutes} for i in day.items]
    return {"date": day.day.isoformat(), "minutes": day.minutes, "interview": day.day == interview, "items": items}
