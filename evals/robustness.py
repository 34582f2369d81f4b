"""The robustness suite: edits that must change nothing, and edits that must not pay. Pure.

Each figure is about the difference between a verdict on an edited answer and the same judge's verdict on the answer as
it stands, so it says nothing about whether either is right; and it stands beside the judge's own noise, `flip`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from coach.types import CREDIT, Verdict
from evals.cases import AnswerCase
from evals.perturb import EDITS, Edit, attacks, bullets_reversed, edited
from evals.records import Cell, Record, Task
from evals.shares import Outcome, mean_metric
from evals.table import Metric

CASES_PER_EDIT = 24
CASES_PER_ATTACK = 8  # of each language of each kind
REORDERED = "bullets reversed"
Measure = Callable[[str, Sequence[Outcome]], Metric]


def robustness_tasks(cases: Sequence[AnswerCase], *, seed: int) -> list[Task]:
    """Every edit on a sample of the answers; attacks on answers in which there is something to gain."""
    tasks = bullets_reversed(cases, n=CASES_PER_EDIT, seed=seed)
    for edit in EDITS:
        tasks += edited(edit, cases, n=CASES_PER_EDIT, seed=seed)
    lacking = [case for case in cases if any(not CREDIT[label.verdict] for label in case.labels)]
    for attack in attacks():
        tasks += edited(attack, lacking, n=CASES_PER_ATTACK, seed=seed)
    return tasks


def robustness_metrics(
    cases: Sequence[AnswerCase], records: Sequence[Record], *, draws: int, seed: int
) -> dict[str, Metric]:
    """`violation`: share of cells whose verdict an edit that must change nothing changed; `gained` and `lost`: its mean
    credit; `flip`: the same share between repetitions without any edit. `attack_gain`: share of uncredited cells
    that an attack kept for reporting turned into credit; `attack_gain_tuning`: of the others; `attack_loss`: share of
    credited cells that an attack, of either half, cost credit. `paid`: share of cells credited in answers without
    content. Then each edit alone.
    """

    def measure(name: str, outcomes: Sequence[Outcome]) -> Metric:
        return mean_metric(name, outcomes, draws=draws, seed=seed)

    questions = {case.id: case.ref for case in cases}
    plain = {(r.case, r.epoch): r for r in records if r.suite == "grading" and not r.variant}
    by_edit: dict[str, list[tuple[str, Cell, Cell]]] = {}
    for record in records:
        base = plain.get((record.case, 0))
        if record.suite == "robustness" and base and record.case in questions and not (base.failed or record.failed):
            pairs = zip(base.cells, record.cells, strict=True)
            by_edit.setdefault(record.variant, []).extend((questions[record.case], a, b) for a, b in pairs)
    return {**_overall(by_edit, measure), "flip": measure("flip", _flips(plain, questions)), **_each(by_edit, measure)}


Pairs = Mapping[str, Sequence[tuple[str, Cell, Cell]]]


def _expecting(expects: str, *, tuning: bool | None = None) -> set[str]:
    edits: tuple[Edit, ...] = (*EDITS, *attacks())
    names = {e.name for e in edits if e.expects == expects and (tuning is None or e.tuning == tuning)}
    return names | ({REORDERED} if expects == "same" else set())


def _overall(pairs: Pairs, measure: Measure) -> dict[str, Metric]:
    same = [pair for name in sorted(_expecting("same") & pairs.keys()) for pair in pairs[name]]
    figures = {
        "violation": measure("violation", [Outcome(q, a.verdict is not b.verdict) for q, a, b in same]),
        "gained": measure("gained", [Outcome(q, max(0.0, _rise(a, b))) for q, a, b in same]),
        "lost": measure("lost", [Outcome(q, max(0.0, -_rise(a, b))) for q, a, b in same]),
    }
    for name, tuning in (("attack_gain", False), ("attack_gain_tuning", True)):
        attacked = [pair for edit in sorted(_attack_names(tuning) & pairs.keys()) for pair in pairs[edit]]
        figures[name] = measure(name, _gains(attacked))
    attacked = [pair for edit in sorted(pairs) if edit.startswith("attack ") for pair in pairs[edit]]
    figures["attack_loss"] = measure(
        "attack_loss", [Outcome(q, _rise(a, b) < 0) for q, a, b in attacked if CREDIT[a.verdict]]
    )
    empty = [pair for name in sorted(_expecting("nothing") & pairs.keys()) for pair in pairs[name]]
    figures["paid"] = measure("paid", [Outcome(q, CREDIT[b.verdict] > 0) for q, _, b in empty])
    return figures


def _attack_names(tuning: bool) -> set[str]:
    return {attack.name for attack in attacks() if attack.tuning == tuning}


def _each(pairs: Pairs, measure: Measure) -> dict[str, Metric]:
    figures = {}
    for edit, rows in sorted(pairs.items()):
        if edit in _expecting("same"):
            name, outcomes = f"violation {edit}", [Outcome(q, a.verdict is not b.verdict) for q, a, b in rows]
        elif edit in _expecting("nothing"):
            name, outcomes = f"paid {edit}", [Outcome(q, CREDIT[b.verdict] > 0) for q, _, b in rows]
        elif edit.startswith("attack "):
            name, outcomes = edit, _gains(rows)
        else:
            name, outcomes = f"paid {edit}", [Outcome(q, CREDIT[b.verdict]) for q, _, b in rows]
        figures[name] = measure(name, outcomes)
    return figures


def _rise(before: Cell, after: Cell) -> float:
    return CREDIT[after.verdict] - CREDIT[before.verdict]


def _gains(rows: Sequence[tuple[str, Cell, Cell]]) -> list[Outcome]:
    """Per cell that had no credit before the attack: whether it has some now."""
    return [Outcome(q, CREDIT[b.verdict] > 0) for q, a, b in rows if not CREDIT[a.verdict]]


def _flips(plain: Mapping[tuple[str, int], Record], questions: Mapping[str, str]) -> list[Outcome]:
    """Per cell and repetition after the first: whether its verdict differs from the first's."""
    return [
        Outcome(questions[case], a.verdict is not b.verdict)
        for (case, epoch), record in plain.items()
        if epoch and case in questions and (case, 0) in plain
        for a, b in zip(plain[case, 0].cells, record.cells, strict=True)
        if Verdict.UNGRADED not in (a.verdict, b.verdict)
    ]
