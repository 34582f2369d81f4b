"""The part of a report that practice shows beside a verdict: how often this judge is right when it says so."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from math import isnan
from pathlib import Path
from typing import cast

from coach.measured import Measured, Share
from coach.types import JudgeId
from evals.cases import GOLD_VERDICTS
from evals.report import Report

Confusion = Mapping[str, Mapping[str, int]]
"""gold -> said -> number of bullets."""


def bundled_measured() -> Path:
    """The figures that come with the coach: offline judges on the bundled answers, out of fold."""
    return Path(str(files("evals").joinpath("data", "measured.json")))


def measured_of(report: Report, judge: JudgeId) -> Measured:
    """The figures of a run of the grading suite; KeyError when it had none."""
    suite = report.suites["grading"]
    confusion = cast(Confusion, suite.details["confusion"])
    error = suite.metrics["score_mae"]
    precision = {
        verdict: Share(confusion[verdict][verdict], sum(said[verdict] for said in confusion.values()))
        for verdict in GOLD_VERDICTS
    }
    return Measured(judge, precision, report.speed.answers, None if isnan(error.value) else round(error.value, 4))
