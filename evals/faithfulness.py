"""The faithfulness suite: do the verdicts rest on what the quotes say. Pure: cases and records in, figures out.

Necessity and sufficiency are the comprehensiveness and sufficiency of ERASER (DeYoung et al., ACL 2020), on verdicts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from coach.feedback import stray_terms
from coach.types import CREDIT, Verdict
from evals.cases import AnswerCase
from evals.grading import fold, quote_figures
from evals.records import Cell, Record, Task
from evals.shares import Outcome, mean_metric
from evals.table import Metric

SUITE = "faithfulness"
CELLS = 80  # of each of necessity and sufficiency; each is a call of its own
ANSWERS = 40  # of each counterfactual
QUOTING = frozenset({Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED})


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A stretch of an answer and what to put in its place, so that a covered bullet becomes contradicted."""

    id: str
    bullet: int
    old: str
    new: str
    kind: str
    """`negated` or `number`."""


@cache
def counterfactuals() -> tuple[Counterfactual, ...]:
    """The bundled ones: written by a language model and kept when it read them again; no person read them."""
    text = (files("evals") / "data" / "counterfactuals.jsonl").read_text(encoding="utf-8")
    return tuple(Counterfactual(**json.loads(line)) for line in text.splitlines())


def gold_tasks(cases: Sequence[AnswerCase], *, seed: int) -> list[Task]:
    """Counterfactuals that need no verdict first: another question's bullets, changed sentences, inserted ones."""
    return [*_swapped(cases, seed), *_changed(cases), *_inserted(cases, seed)]


def _swapped(cases: Sequence[AnswerCase], seed: int) -> list[Task]:
    """Answers under the bullets of a question of another direction."""
    rng = random.Random(f"{seed} swapped")
    tasks = []
    for case in rng.sample(list(cases), min(ANSWERS, len(cases))):
        others = [other for other in cases if other.direction != case.direction]
        if others:
            other = rng.choice(others)
            tasks.append(Task(replace(case, question=other.question, bullets=other.bullets), SUITE, "swapped"))
    return tasks


def _changed(cases: Sequence[AnswerCase]) -> list[Task]:
    by_id = {case.id: case for case in cases}
    return [
        Task(replace(by_id[c.id], answer=by_id[c.id].answer.replace(c.old, c.new)), SUITE, f"{c.kind} {c.bullet}")
        for c in counterfactuals()
        if c.id in by_id and c.old in by_id[c.id].answer
    ]


def _inserted(cases: Sequence[AnswerCase], seed: int) -> list[Task]:
    """Answers that miss a bullet, with the evidence of another answer that covers it put at the end."""
    said = {
        (c.ref, s.bullet): s.evidence for c in cases for s in c.labels if s.verdict is Verdict.COVERED and s.evidence
    }
    wanted = [
        (case, label.bullet)
        for case in cases
        for label in case.labels
        if label.verdict is Verdict.MISSING and (case.ref, label.bullet) in said and case.kind != "injection"
    ]
    taken = random.Random(f"{seed} inserted").sample(wanted, min(ANSWERS, len(wanted)))
    return [
        Task(replace(case, answer=f"{case.answer} {said[case.ref, bullet]}。"), SUITE, f"inserted {bullet}")
        for case, bullet in taken
    ]


def quote_tasks(cases: Sequence[AnswerCase], records: Iterable[Record], *, seed: int) -> list[Task]:
    """For a sample of the credited cells: the answer without its quotes, and the quotes without the answer."""
    by_id = {case.id: case for case in cases}
    credited = [(by_id[r.case], cell) for r in _plain(records) if r.case in by_id for cell in r.cells if _rests(cell)]
    taken = random.Random(f"{seed} quotes").sample(credited, min(CELLS, len(credited)))
    tasks = []
    for case, cell in taken:
        rest = case.answer
        for quote in cell.evidence:
            rest = rest.replace(quote, " ")
        tasks.append(Task(replace(case, answer=rest), SUITE, f"without {cell.bullet}"))
        tasks.append(Task(replace(case, answer="。".join(cell.evidence)), SUITE, f"alone {cell.bullet}"))
    return tasks


def _rests(cell: Cell) -> bool:
    return CREDIT.get(cell.verdict, 0.0) > 0 and bool(cell.evidence)


def _plain(records: Iterable[Record]) -> list[Record]:
    kept = [r for r in records if r.suite == "grading" and not r.variant and r.epoch == 0]
    return sorted(kept, key=lambda record: record.case)


def faithfulness_metrics(
    cases: Sequence[AnswerCase], records: Sequence[Record], *, draws: int, seed: int
) -> dict[str, Metric]:
    """All figures. `claimed_valid`: quotes as the judge gave them that stand and are short enough; `withdrawn`: share
    of its verdicts that the check took back. `necessity`: credit falls without the quotes; `sufficiency`: the verdict
    holds on them alone. `swapped`: another question's bullets stay missing. `negated`, `number`: the changed sentence
    is called contradicted. `inserted`: the bullet gains credit; `leaked`: share of the other bullets that changed.
    `feedback_supported`: feedback that names nothing outside bullets and answer.
    """
    by_id = {case.id: case for case in cases}
    kept = [record for record in records if record.case in by_id and not record.error]
    base = {record.case: record for record in _plain(kept)}
    found = _claims(base.values(), by_id)
    for record in kept:
        if record.suite == SUITE and record.case in base:
            for name, value in _outcomes(record, base[record.case]):
                found.setdefault(name, []).append(Outcome(by_id[record.case].ref, value))
    names = (
        "claimed_valid",
        "withdrawn",
        "necessity",
        "sufficiency",
        "swapped",
        "negated",
        "number",
        "inserted",
        "leaked",
    )
    measured = {name: mean_metric(name, found.get(name, []), draws=draws, seed=seed) for name in names}
    spoken = [
        Outcome(by_id[r.case].ref, _supported(r, by_id[r.case])) for r in base.values() if r.feedback and not r.gated
    ]
    return {**measured, "feedback_supported": mean_metric("feedback_supported", spoken, draws=draws, seed=seed)}


def _claims(base: Iterable[Record], by_id: Mapping[str, AnswerCase]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {"claimed_valid": [], "withdrawn": []}
    for record in base:
        case = by_id[record.case]
        gold = {label.bullet: label.evidence for label in case.labels}
        for cell in record.cells:
            if cell.claimed in QUOTING:
                valid, _ = quote_figures(case.answer, cell.claimed_quotes, gold.get(cell.bullet, ""))
                found["claimed_valid"].append(Outcome(case.ref, valid))
                found["withdrawn"].append(Outcome(case.ref, cell.verdict is not cell.claimed))
    return found


def _outcomes(record: Record, base: Record) -> list[tuple[str, float]]:
    """What one edited answer says: (figure, value)."""
    kind, _, number = record.variant.partition(" ")
    if kind == "swapped":
        return [("swapped", cell.verdict is Verdict.MISSING) for cell in record.cells if cell.verdict in CREDIT]
    place = int(number)
    now = next(cell for cell in record.cells if cell.bullet == place)
    was = next(cell for cell in base.cells if cell.bullet == place)
    if Verdict.UNGRADED in (now.verdict, was.verdict):
        return []
    if kind == "without":
        return [("necessity", CREDIT[now.verdict] < CREDIT[was.verdict])]
    if kind == "alone":
        return [("sufficiency", now.verdict is was.verdict)]
    if kind in ("negated", "number"):
        return [(kind, now.verdict is Verdict.CONTRADICTED)]
    others = [(a, b) for a, b in zip(base.cells, record.cells, strict=True) if a.bullet != place]
    raised = [("inserted", CREDIT[now.verdict] > CREDIT[was.verdict])] if not CREDIT[was.verdict] else []
    return [*raised, *(("leaked", a.verdict is not b.verdict) for a, b in others)]


def _supported(record: Record, case: AnswerCase) -> bool:
    return not stray_terms(record.feedback, (case.question, *case.bullets, fold(case.answer), case.answer))
