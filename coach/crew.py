"""Who takes part in an interview beside the judge: the audit, look-ups, a second reader, a follower-up, figures.

From settings, like `wire`, and as lazy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from coach import wire
from coach.config import Config, choose_judge

if TYPE_CHECKING:
    from coach.language import Language
    from coach.material import Material
    from coach.measured import Measured
    from coach.types import Explanation, Grade, JudgeId, Narrate
    from coach.verbs import About
    from index.types import Handbook, Question, Ranking


def settled(grading: wire.Grading, material: Material) -> Callable[..., Grade]:
    """`grading`, with what the handbook's audit bears out told as such."""
    from coach.doubt import settle

    def grade(question: Question, answer: str, **given: object) -> Grade:
        found = grading(question, answer, **given)  # type: ignore[arg-type]  # as `Grading.__call__` takes them
        return settle(found, lambda position: material.audit(question, position))

    return grade


def about(config: Config, book: Handbook, grading: wire.Grading, narrate: Narrate) -> About:
    """Who is asked during an interview beside the judge: the handbook, a second reader, the nearest sentence."""
    from coach.nearest import Nearest
    from coach.verbs import About

    return About(look_up(config, book, grading, narrate), wire.second_reader(config, narrate), Nearest(grading.judge))


def look_up(
    config: Config, book: Handbook, grading: wire.Grading, narrate: Narrate
) -> Callable[[str], tuple[Ranking, Explanation | None]]:
    """Look-ups aside from an interview."""

    def find(query: str) -> tuple[Ranking, Explanation | None]:
        from coach.lookup import explain

        found = grading.search().search(query, wire.CONTEXT_HITS)
        model = choose_judge(config).model
        return found, explain(query, found, wire.chat(config, model, narrate) if model else None)

    return find


def prober(
    config: Config, material: Material, language: Language, narrate: Narrate
) -> Callable[[Question, int, str, int], str] | None:
    """Who words follow-ups: the model; None without one, and then the material does."""
    model = choose_judge(config).model
    if not model:
        return None
    from coach.interviewer import Interviewer

    return Interviewer(wire.chat(config, model, narrate), material, language).follow_up


def measured(config: Config, judge: JudgeId, prepared: bool) -> Measured | None:
    """How often the judge's verdicts are right, on questions with a pack (`prepared`) or without one."""
    from coach.endpoint import host_of
    from coach.measured import Key, find

    host = host_of(config.base_url) if judge.kind == "llm" else ""
    return find(config.home, Key(judge, host, prepared))
