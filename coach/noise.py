"""How far a judge's credit strays from the labels, so that no change within it is called one. Reads run folders.

The error of one bullet is the root mean square of (credit given - credit of the label), from the confusion matrix of
the newest run of that judge in the data folder, else of the offline judge as it was measured for this release. Bias
counts as error too, though it cancels between two answers graded alike: so the bound errs on the careful side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from math import sqrt
from pathlib import Path
from statistics import NormalDist

from coach.types import CREDIT, JudgeId, Verdict

Z = NormalDist().inv_cdf(0.975)

Confusion = Mapping[Verdict, Mapping[Verdict, int]]
"""Label -> the judge's verdict -> how many bullets."""


@dataclass(frozen=True, slots=True)
class Noise:
    """The error of one bullet's credit, in [0, 1]."""

    bullet: float
    measured: bool
    """Whether a run of this very judge is behind it; else it is the offline judge's."""

    def of_change(self, bullets: int) -> float:
        """What the mean credit over `bullets` may differ between two answers without either being better (95 %)."""
        return Z * self.bullet * sqrt(2 / bullets)


def noise_of(judge: JudgeId, runs: Path) -> Noise:
    """The noise of a judge; `runs` is the folder of eval runs, and may be absent."""
    found = _measured(judge, runs)
    bundled = judge.kind != "llm"
    return Noise(credit_error(found or bundled_confusion()), found is not None or bundled)


def bundled_confusion() -> Confusion:
    """The offline judge's, on the bundled answers, out of fold."""
    kept = json.loads(files("coach").joinpath("fitted", "confusion.v1.json").read_text(encoding="utf-8"))
    columns: Sequence[Verdict] = [Verdict(name) for name in kept["columns"]]
    return {Verdict(label): dict(zip(columns, row, strict=True)) for label, row in kept["confusion"].items()}


def credit_error(confusion: Confusion) -> float:
    """Root mean square of the credit given less the label's.

    >>> credit_error({Verdict.COVERED: {Verdict.COVERED: 3, Verdict.MISSING: 1}})
    0.5
    """
    pairs = [
        (CREDIT[said] - CREDIT[label], n)
        for label, row in confusion.items()
        for said, n in row.items()
        if said is not Verdict.UNGRADED
    ]
    return sqrt(sum(n * off * off for off, n in pairs) / sum(n for _, n in pairs))


def _measured(judge: JudgeId, runs: Path) -> Confusion | None:
    # One folder deeper stand the runs of `coach eval` with several judges.
    reports = sorted(
        (*runs.glob("*/report.json"), *runs.glob("*/*/report.json")),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in reports:
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
            if report["fingerprint"]["judge"] == asdict(judge):
                found = report["details"]["grading"]["confusion"]
                return {Verdict(a): {Verdict(b): n for b, n in row.items()} for a, row in found.items()}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run without grading, or cut short: no measure of this judge
    return None
