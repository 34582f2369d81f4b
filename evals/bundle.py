"""Measures the offline judge for `coach/measured.json`: what practice shows before anybody has run `coach eval` here.

python -m evals.bundle        (or: make measured)
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from coach import measured, wire
from coach.config import Config, JudgeChoice
from evals.load import bundled_paths, load_data
from evals.runner import Options, run


def rows(options: Options | None = None) -> list[measured.Row]:
    """The figures of the offline judge on the bundled answers, with the handbook's pack and without any."""
    return [row for prepared in (True, False) for row in [_row(prepared, options or Options(concurrency=2))]]


def _row(prepared: bool, options: Options) -> measured.Row:
    from coach.judge_exemplars import offline_judge

    with tempfile.TemporaryDirectory() as folder:
        config = Config(home=Path(folder))
        book = wire.handbook(config)
        packed = wire.judge(config, book, JudgeChoice(None), lambda line: None)
        judge = packed if prepared else offline_judge(book, None)
        answers = load_data(bundled_paths()[:2])
        report = run(["grading"], answers, judge=judge, out_dir=Path(folder) / "run", options=options)
    figures = {name: metric.json() for name, metric in report.suites["grading"].metrics.items()}
    return measured.row_of(measured.Key(judge.id, pack=prepared), figures, report.note)


if __name__ == "__main__":
    measured.write(Path(measured.__file__).with_name(measured.FILE), rows())
