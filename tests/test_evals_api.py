"""evals.run, as the docs show it; and the figures that ship with the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import evals
from coach import measured
from coach.config import choose_judge, load_config
from coach.types import Verdict
from evals.bundle import rows
from evals.runner import Options

ROOT = Path(__file__).parents[1]


def test_example_of_the_docs_runs_and_leaves_a_report(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    space: dict[str, object] = {}
    exec(example.replace('Path("my-run")', repr(tmp_path / "run")).replace("PosixPath", "Path"), space)
    report = space["report"]
    assert report.metric("grading.accuracy").n == 148  # type: ignore[attr-defined]
    assert (tmp_path / "run" / "report.html").exists()


def test_package_offers_run_and_nothing_else_by_chance() -> None:
    assert evals.__all__ == ["run"]
    with pytest.raises(AttributeError, match="has no attribute 'walk'"):
        _ = evals.walk  # type: ignore[attr-defined]


@pytest.mark.slow
def test_bundled_figures_are_those_of_the_judge_that_ships() -> None:
    """After a change to the offline judge: make measured."""
    shipped = json.loads((ROOT / "coach" / measured.FILE).read_text(encoding="utf-8"))
    for ours, now in zip(shipped, rows(Options(draws=10, concurrency=2)), strict=True):
        assert {k: v for k, v in ours.items() if k != "figures"} == {k: v for k, v in now.items() if k != "figures"}
        for name, figure in now["figures"].items():  # type: ignore[attr-defined]
            # Another machine's arithmetic may turn a verdict or two.
            assert ours["figures"][name]["value"] == pytest.approx(figure["value"], abs=0.03, nan_ok=True), name


def test_offline_judge_is_measured_before_anybody_ran_an_evaluation(tmp_path: Path) -> None:
    from coach import crew, wire

    config = load_config({"judge": "offline"}, environ={"COACH_HOME": str(tmp_path)}, folder=tmp_path)
    judge = wire.judge(config, wire.handbook(config), choose_judge(config), print)
    found = crew.measured(config, judge.id, prepared=True)
    assert found is not None
    assert found.precision[Verdict.COVERED].n > 100
    assert found.beside(Verdict.CONTRADICTED, "en").startswith("right ")
