"""evals.judges: judges side by side."""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from coach.types import Verdict
from evals.cases import AnswerCase, Data, Label
from evals.errors import OptionError
from evals.judges import Contender, folder_of, run_judges
from evals.judging import PlainJudge
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
    judges = {"llm:one/a": Contender(good, prices=(1.0, 2.0)), "strict": Contender(strict), "again": Contender(good)}
    (first, second, third), reports = run_judges(["grading"], DATA, judges, out_dir=tmp_path, options=OPTIONS)
    assert list(reports) == ["llm:one/a", "strict", "again"]
    assert first.speed.cost == 0  # no model was called
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


def test_judge_keeps_to_its_own_bound_of_calls_at_once(tmp_path: Path) -> None:
    threads: dict[str, set[int]] = {"alone": set(), "beside": set()}

    def judge(name: str) -> Contender:
        def seen(question: str, bullets: object, answer: str) -> list[str]:
            threads[name].add(threading.get_ident())
            time.sleep(0.01)
            return ["missing", "missing"]

        return Contender(seen, concurrency=1 if name == "alone" else None)

    judges = {name: judge(name) for name in threads}
    run_judges(["grading"], DATA, judges, out_dir=tmp_path, options=replace(OPTIONS, concurrency=4))
    assert len(threads["alone"]) == 1
    assert len(threads["beside"]) > 1


def test_resumed_table_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run(["grading"], DATA, judge=good, out_dir=folder_of(tmp_path, "good"), options=OPTIONS)
    resumed = Options(draws=20, resume=True)
    judges = {"good": Contender(PlainJudge(never, "good")), "strict": Contender(strict)}
    found, _ = run_judges(["grading"], DATA, judges, out_dir=tmp_path, options=resumed)
    assert found[0].metrics["accuracy"].value == 1.0


def never(question: str, bullets: object, answer: str) -> list[str]:
    raise AssertionError("asked again")


def test_one_judge_makes_no_table(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="needs two of them"):
        run_judges(["grading"], DATA, {"good": Contender(good)}, out_dir=tmp_path)
