"""How far the judge in use can be trusted, from the runs that are there. Reads run folders; runs nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.types import JudgeId, Verdict
from evals.cases import GOLD_VERDICTS
from evals.table import Metric
from evals.wording import precision_in_words


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run found about a judge."""

    run: Path
    precision: Mapping[Verdict, Metric]
    """Per verdict: the share of such verdicts that the labels share."""
    binary_accuracy: Metric
    note: str
    """Who labelled."""

    def beside(self, verdict: Verdict) -> str:
        """What to say beside a verdict, as in `right 7 times in 10: check this`; empty where it is not known."""
        return precision_in_words(self.precision[verdict]) if verdict in self.precision else ""


def find_measured(runs: Path, judge: JudgeId, settings: Mapping[str, str] | None = None) -> Measured | None:
    """The newest finished run in the folder `runs` of this judge, model and prompt; None when there is none.

    `settings`: what must agree too, as in `{"pack": "yes"}`; a run that doesn't name it agrees with nothing.
    """
    wanted = {"judge": asdict(judge), **(settings or {})}
    reports = sorted(runs.glob("*/report.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in reports:
        report = json.loads(path.read_text(encoding="utf-8"))
        same = all(report.get("fingerprint", {}).get(name) == value for name, value in wanted.items())
        if same and (figures := report.get("suites", {}).get("grading")):
            return _measured(path.parent, figures, str(report.get("note", "")))
    return None


def _measured(run: Path, figures: Mapping[str, Mapping[str, float | None]], note: str) -> Measured:
    precision = {verdict: _metric(f"precision_{verdict}", figures) for verdict in GOLD_VERDICTS}
    return Measured(run, precision, _metric("binary_accuracy", figures), note)


def _metric(name: str, figures: Mapping[str, Mapping[str, float | None]]) -> Metric:
    found = figures.get(name, {})
    value, low, high = [math.nan if (part := found.get(key)) is None else part for key in ("value", "low", "high")]
    return Metric(name, value, low, high, int(found.get("n") or 0))
