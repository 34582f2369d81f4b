"""`evals.run`: what `coach eval` does, for a judge of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from coach.types import Judge
from evals.cases import Data
from evals.judging import Plain
from evals.load import bundled_paths, load_data
from evals.report import Report
from evals.runner import OnProgress, Options
from evals.runner import run as run_suites
from index.types import Search


def run(
    judge: Judge | Plain | None = None,
    data: Data | Path | Sequence[Path] | None = None,
    suites: Sequence[str] = ("grading",),
    *,
    out_dir: Path | None = None,
    search: Search | None = None,
    options: Options | None = None,
    baseline: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Report:
    """Measure a judge, and a search for the suite `retrieval`; the report is the one of `coach eval`.

    `judge`: a plain function of (question, bullets, answer) that gives a verdict per bullet, or an object with
    `verdict` and, as it likes, `evidence` (quotes), `certainty` and `reason`; or anything with `coach.types.Judge`'s
    method. `data`: files in the form of `coach eval --data`; none: the bundled answers and queries. `out_dir` gets the
    run's files, report.html among them; none: a new temporary folder, named in `report.run`. Options, such as
    `Options(quick=True)`, stand in `evals.runner`. Errors as `evals.runner.run`.
    """
    return run_suites(
        suites,
        _data(data),
        judge=judge,
        search=search,
        out_dir=out_dir or Path(tempfile.mkdtemp(prefix="coach-eval-")),
        options=options,
        baseline=baseline,
        on_progress=on_progress,
    )


def _data(data: Data | Path | Sequence[Path] | None) -> Data:
    if isinstance(data, Data):
        return data
    return load_data([data] if isinstance(data, Path) else list(data or bundled_paths()))
