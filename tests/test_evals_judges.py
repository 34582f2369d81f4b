"""evals.judges and evals.measured: judges side by side, and what is known of the one in use."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from coach.types import JudgeId, Verdict
from evals.cases import AnswerCase, Data, Label
from evals.errors import OptionError
from evals.judges import folder_of, run_judges
from evals.judging import PlainJudge
from evals.measured import find_measured
from evals.runner import Options, run

C, M = Verdict.COVERED, Verdict.MISSING
TEXT = "The relay opens the valve."
DATA = Data(tuple(AnswerCase(f"a{i}", f"1.{i}", "q", ("x", "y"), TEXT, (Label(0, C), Label(1, M))) for i in range(12)))
OPTIONS = Options(draws=20)


def good(question: str, bullets: object, answer: str) -> list[object]:
    return [{"verdict": "covered", "evidence": "opens the valve"}, "missing"]


def strict(question: str, bullets: object, answer: str) -> list[str]:
    return ["missing", "missing"]


def test_judges_are_compared_with_the_first_on_the_same_cells(tmp_path: Path) -> None:
    first, second, third = run_judges(
        ["grading"], DATA, {"llm:one/a": good, "strict": strict, "again": good}, out_dir=tmp_path, options=OPTIONS
    )
    assert first.against_first is None
    assert second.against_first is not None
    assert (second.against_first.change, second.against_first.p) == (-0.5, pytest.approx(2 / 2**12))
    assert second.against_first.p_holm == pytest.approx(4 / 2**12)  # the smaller of two
    assert third.against_first is not None
    assert third.against_first.p_holm == 1.0
    assert first.metrics["precision_covered"].value == 1.0
    assert math.isnan(second.metrics["precision_covered"].value)
    assert [row["judge"] for row in json.loads((tmp_path / "judges.json").read_text())] == [
        "llm:one/a",
        "strict",
        "again",
    ]
    assert (tmp_path / "llm_one_a" / "report.html").exists()


def test_resumed_table_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run(["grading"], DATA, judge=good, out_dir=folder_of(tmp_path, "good"), options=OPTIONS)
    resumed = Options(draws=20, resume=True)
    judges = {"good": PlainJudge(never, "good"), "strict": strict}
    found = run_judges(["grading"], DATA, judges, out_dir=tmp_path, options=resumed)
    assert found[0].metrics["accuracy"].value == 1.0


def never(question: str, bullets: object, answer: str) -> list[str]:
    raise AssertionError("asked again")


def test_one_judge_makes_no_table(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="needs two of them"):
        run_judges(["grading"], DATA, {"good": good}, out_dir=tmp_path)


def test_judge_is_measured_only_by_a_run_of_its_own_model_and_prompt(tmp_path: Path) -> None:
    judge = PlainJudge(good)
    judge.id = JudgeId("llm", "qwen-plus", "grade.v1:3fa9c1d2")
    run(["grading"], DATA, judge=judge, out_dir=tmp_path / "r1", options=OPTIONS, settings={"pack": "yes"})
    found = find_measured(tmp_path, judge.id)
    assert found is not None
    assert found.beside(C) == "right 10 times in 10"
    assert found.beside(Verdict.PARTIAL) == ""  # it never said so
    assert "no person" in found.note
    assert find_measured(tmp_path, judge.id, {"pack": "yes"}) == found
    assert find_measured(tmp_path, judge.id, {"pack": "no"}) is None
    assert find_measured(tmp_path, JudgeId("llm", "qwen-plus", "grade.v2:00000000")) is None
    assert find_measured(tmp_path / "none", judge.id) is None
