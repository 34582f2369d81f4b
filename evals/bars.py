"""The bars that a run must keep: figures not under, not over, not fallen too far. Pure; knows no exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.metrics import FIGURES
from evals.report import Report


def known(name: str, suites: Sequence[str]) -> bool:
    """Whether a run of these suites may have the figure; only the figures of grading are all known beforehand."""
    suite, _, figure = name.partition(".")
    named = suite != "grading" or figure in FIGURES or figure in {"pearson", "rmse"} or figure.startswith("human_")
    return suite in suites and bool(figure) and named


def violations(
    report: Report,
    *,
    fail_under: Mapping[str, float] | None = None,
    fail_over: Mapping[str, float] | None = None,
    max_drop: Mapping[str, float] | None = None,
) -> list[str]:
    """One line per bar that the report does not keep; a figure without data keeps none.

    `max_drop`: full figure name -> by how much it may lie below the baseline that the report was compared with.
    """
    lines = []
    for name, bound in (fail_under or {}).items():
        if not report.metric(name).value >= bound:
            lines.append(f"{name} is {report.metric(name).value:.4g}, under {bound:g}")
    for name, bound in (fail_over or {}).items():
        if not report.metric(name).value <= bound:
            lines.append(f"{name} is {report.metric(name).value:.4g}, over {bound:g}")
    return lines + [line for name, drop in (max_drop or {}).items() if (line := _drop(report, name, drop))]


def _drop(report: Report, name: str, drop: float) -> str:
    suite, _, figure = name.partition(".")
    differences = report.compared[suite].differences if suite in report.compared else ()
    found = [difference for difference in differences if difference.name == figure]
    if not found:
        return f"{name} is not compared with a baseline, so its drop is not known"
    if found[0].change >= -drop:
        return ""
    return f"{name} fell from {found[0].was:.4g} to {found[0].now:.4g}, by more than {drop:g}"
