"""Measures the offline judge for `coach/measured.json` and `coach/fitted/confusion.v1.json`.

Practice speaks from them before anybody has run `coach eval` here:

python -m evals.bundle        (or: make measured)
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from coach import measured, wire
from coach.config import Config, JudgeChoice
from evals.cases import GOLD_VERDICTS
from evals.load import bundled_paths, load_data
from evals.report import Report
from evals.runner import Options, run


def rows(options: Options | None = None) -> list[measured.Row]:
    """The figures of the offline judge on the bundled answers, with the handbook's pack and without any."""
    return [
        _row(report, key) for report, key in (_measured(p, options or Options(concurrency=2)) for p in (True, False))
    ]


def confusion() -> dict[str, object]:
    """Label by verdict, of the judge with the pack."""
    report, key = _measured(True, Options(concurrency=2, draws=20))
    counts = cast("Mapping[str, Mapping[str, int]]", report.suites["grading"].details["confusion"])
    return {
        "judge": key.judge.model,
        "made_by": "make measured",
        "n": sum(sum(row.values()) for row in counts.values()),
        "columns": [str(verdict) for verdict in GOLD_VERDICTS],
        "confusion": {label: [row[verdict] for verdict in GOLD_VERDICTS] for label, row in counts.items()},
    }


def _measured(prepared: bool, options: Options) -> tuple[Report, measured.Key]:
    from coach.judge_exemplars import offline_judge

    with tempfile.TemporaryDirectory() as folder:
        config = Config(home=Path(folder))
        book = wire.handbook(config)
        packed = wire.judge(config, book, JudgeChoice(None), lambda line: None)
        judge = packed if prepared else offline_judge(book, None)
        answers = load_data(bundled_paths()[:2])
        report = run(["grading"], answers, judge=judge, out_dir=Path(folder) / "run", options=options)
    return report, measured.Key(judge.id, pack=prepared)


def _row(report: Report, key: measured.Key) -> measured.Row:
    figures = {name: metric.json() for name, metric in report.suites["grading"].metrics.items()}
    return measured.row_of(key, figures, report.note)


if __name__ == "__main__":
    measured.write(Path(measured.__file__).with_name(measured.FILE), rows())
    kept = json.dumps(confusion(), indent=1)
    (Path(measured.__file__).parent / "fitted" / "confusion.v1.json").write_text(kept + "\n", encoding="utf-8")
