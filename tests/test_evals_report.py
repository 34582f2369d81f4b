"""evals.report, page, wording and baselines: what a person reads."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from coach.types import Verdict
from evals.baselines import baselines, by_class, keywords
from evals.cases import AnswerCase, Data, Label
from evals.compare import compare_grading
from evals.errors import OptionError
from evals.grading import said_cells
from evals.page import render_page
from evals.records import Cell
from evals.report import Report
from evals.runner import Options, run
from evals.table import Metric
from evals.wording import row

C, P, M, X = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> The relay opens the valve."


def cases(n: int = 4) -> tuple[AnswerCase, ...]:
    labels = (Label(0, C, "The relay opens the valve", C), Label(1, M, "", M))
    return tuple(
        AnswerCase(f"a{i}", f"1.{i + 1}", "How?", ("relay opens", "pump"), EVIL, labels, "terse", "weak")
        for i in range(n)
    )


def report_of(folder: Path) -> Report:
    claims = [{"verdict": "covered", "evidence": ["The relay opens the valve"], "certainty": 0.9}, "contradicted"]
    return run(["grading"], Data(cases()), judge=lambda q, b, a: claims, out_dir=folder, options=Options(draws=20))


def test_page_needs_no_network_and_foreign_text_never_becomes_markup(tmp_path: Path) -> None:
    report_of(tmp_path / "r")
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"https?://|src=|@import|url\(", page.replace(EVIL, "").split('id="data">')[0]) == []
    embedded = page.split('id="data">')[1].split("</script>")[0]
    assert json.loads(embedded)[0]["answer"] == EVIL
    assert "<img" not in page
    assert "@@" not in page


def test_page_shows_cells_with_gold_verdict_quote_and_flip(tmp_path: Path) -> None:
    report = report_of(tmp_path / "r")
    said = {
        (c.id, b): Cell(b, C if b == 0 else X, ("The relay opens the valve",) * (b == 0))
        for c in cases()
        for b in (0, 1)
    }
    before = {key: Cell(key[1], M, reason="overlooked") for key in said}
    compared = {"grading": compare_grading(cases(), before, said, draws=20)}
    page = render_page(replace(report, compared=compared), cases(), said, baseline=before)
    first = json.loads(page.split('id="data">')[1].split("</script>")[0])[0]["cells"][0]
    assert (first["gold"], first["said"], first["was"], first["was_reason"]) == (
        "covered",
        "covered",
        "missing",
        "overlooked",
    )
    assert first["quotes"] == ["The relay opens the valve"]
    assert "against the baseline, 8 cells" in page


def test_page_of_a_run_without_the_grading_suite_has_its_figures_and_no_plots(tmp_path: Path) -> None:
    run(
        ["robustness"],
        Data(cases()),
        judge=lambda q, b, a: ["missing"] * 2,
        out_dir=tmp_path,
        options=Options(draws=20),
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "verdicts changed by edits that must change none" in page
    assert "<svg" not in page


def test_report_says_that_no_person_labelled(tmp_path: Path) -> None:
    report_of(tmp_path / "r")
    assert "no person has labelled" in json.loads((tmp_path / "r" / "report.json").read_text())["note"]
    assert "no person has labelled" in (tmp_path / "r" / "report.html").read_text()


def test_unknown_figure_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"no figure 'grading\.f2' in this run; there is macro_f1, accuracy"):
        report_of(tmp_path / "r").metric("grading.f2")


def test_said_cells_of_the_log_are_those_of_the_last_epoch(tmp_path: Path) -> None:
    assert said_cells([]) == {}


def test_baseline_never_learns_from_the_question_it_is_asked_about() -> None:
    own = AnswerCase("b1", "2.1", "q", ("x",), "answer", (Label(0, X),))
    others = [AnswerCase(f"o{i}", "3.1", "q", ("x",), "answer", (Label(0, P),)) for i in range(2)]
    twins = [AnswerCase(f"t{i}", "2.1", "q", ("x",), "answer", (Label(0, X),)) for i in range(5)]
    said = by_class([own, *others, *twins], lambda case: 0)
    assert said["b1", 0].verdict is P
    assert said["o0", 0].verdict is X


def test_keyword_rule_counts_the_bullet_s_words() -> None:
    case = AnswerCase("a", "1.1", "q", ("vector index search", "向量检索"), "an index of vector things 向量", ())
    labelled = AnswerCase(
        *(getattr(case, n) for n in ("id", "ref", "question", "bullets", "answer")), (Label(0, C), Label(1, C))
    )
    said = keywords([labelled])
    assert said["a", 0].verdict is C  # two of three words
    assert said["a", 1].verdict is P  # one of the pairs 向量, 量检, 检索


def test_second_reading_is_a_ceiling_only_where_every_label_has_one() -> None:
    assert baselines(cases(), draws=10, seed=0)["second reading"]["accuracy"].value == 1.0
    bare = tuple(AnswerCase("a", "1.1", "q", ("x",), "answer", (Label(0, C),)) for _ in range(1))
    assert "second reading" not in baselines(bare, draws=10, seed=0)


def test_figures_are_written_for_people() -> None:
    assert row(Metric("false_credit", 0.0833, 0.05, 0.12, 239)).value == "8.3 %"
    assert row(Metric("macro_f1", 0.651, 0.6, 0.7, 636)).interval == "0.60 … 0.70"
    assert row(Metric("kappa", math.nan, math.nan, math.nan, 0)).value == "–"
    assert (
        row(Metric("attack fake_json zh", 0.2, 0.1, 0.3, 5)).meaning
        == "uncredited bullets that the attack turned into credit"
    )
