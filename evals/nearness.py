"""Whether the offline figures live on sentences of the pack that happen to stand near the answers they are measured on.

    python -m evals.nearness RUN [--data FILE...]

RUN is the folder of a `coach eval grading`, FILE the data it ran on. Prints how near each cell's answer comes to the
sentences that the pack has for its bullet, and the figures of all cells beside those without the nearest 5 %.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from evals.cases import AnswerCase
from evals.compare import load_said
from evals.errors import EvalError
from evals.grading import score_cells
from evals.load import bundled_paths, load_data
from evals.metrics import grading_metrics
from evals.table import Metric, Scored
from index.handbook import bundled_handbook, find_question, load_handbook
from index.nearcopy import percentiles
from index.pack import Pack, bundled_pack, open_pack
from index.packing import VERDICTS, compare_with
from index.types import Handbook

SHARE = 0.05
SHOWN = ("macro_f1", "binary_accuracy", "false_credit", "false_wrong", "within_answer", "quote_f1")

Near = Mapping[tuple[str, int], float]
"""(answer, bullet) -> trigram Jaccard of the nearest clause and sentence, in [0, 1]."""


def nearest(cases: Sequence[AnswerCase], handbook: Handbook, pack: Pack) -> Near:
    """How near each cell's answer comes to a sentence of its bullet, clause against clause."""
    questions = [question for key in pack.keys if (question := pack.question(key))]
    clauses = cache(compare_with([], handbook, questions).clauses)
    found: dict[tuple[str, int], float] = {}
    for case in cases:
        said = clauses(case.answer)
        for bullet in range(len(case.bullets)):
            sentences = _sentences(handbook, pack, case.ref, bullet)
            pairs = ((a, b) for text in sentences for a in clauses(text) for b in said)
            found[case.id, bullet] = max((len(a & b) / len(a | b) for a, b in pairs), default=0.0)
    return found


def _sentences(handbook: Handbook, pack: Pack, ref: str, bullet: int) -> list[str]:
    question = find_question(handbook, ref)
    prepared = pack.bullet(question.bullets[bullet].key) if question else None
    facts = prepared.facts if prepared else ()
    return [text for fact in facts for verdict in VERDICTS for text in getattr(fact, verdict)]


def without_nearest(cells: Sequence[Scored], near: Near, share: float = SHARE) -> list[Scored]:
    """The cells but for the nearest `share` of them; among equals the first by answer and bullet go first."""
    ranked = sorted(cells, key=lambda cell: (-near[cell.answer, cell.bullet], cell.answer, cell.bullet))
    return ranked[round(share * len(ranked)) :]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints both; 2 when the run or the data cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m evals.nearness", description="Figures without the nearest cells.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, nargs="*", default=bundled_paths())
    options = parser.parse_args(arguments)
    try:
        cases, said = load_data(options.data).answers, load_said(options.run)
    except EvalError as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 2
    near = nearest(cases, load_handbook(bundled_handbook()), open_pack(bundled_pack()))
    cells = score_cells(cases, said)
    left = without_nearest(cells, near)
    sys.stdout.write(
        f"nearest sentence, trigram Jaccard, percentiles of {len(near)} cells: {percentiles([*near.values()])}\n"
    )
    for name in SHOWN:
        whole, rest = (grading_metrics(some, (name,))[name] for some in (cells, left))
        sys.stdout.write(f"{name:16} {_figure(whole)}   without the nearest {SHARE:.0%}: {_figure(rest)}\n")
    return 0


def _figure(metric: Metric) -> str:
    return f"{metric.value:.3f} [{metric.low:.3f}, {metric.high:.3f}] n = {metric.n}"


if __name__ == "__main__":
    raise SystemExit(main())
