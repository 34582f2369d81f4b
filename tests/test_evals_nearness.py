"""evals.nearness on a made-up handbook, and on a run of the bundled data."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.types import Verdict
from evals.cases import AnswerCase
from evals.nearness import main, nearest, without_nearest
from evals.records import lines
from evals.table import Scored
from index.handbook import parse_handbook
from index.packing import build_pack
from tests.test_index_pack import BOOK, RAW


def test_nearness_of_a_cell_is_that_of_its_own_bullet_and_nearest_clause() -> None:
    book = parse_handbook(BOOK, "weather")
    pack = build_pack(book, RAW).pack
    case = AnswerCase("a", "1.1", "Why does it rain?", ("Clouds cool down", "Drops grow"), "zzz, drops covered 1!", ())
    near = nearest([case], book, pack)
    assert near["a", 1] == 1.0  # the pack says "drops covered 1"
    # "clouds covered 0" folds to 14 trigrams with "covered" and "scovered" in them, far from all of them.
    assert 0 < near["a", 0] < 0.6


def test_nearest_cells_are_left_out_by_share_and_ties_by_name() -> None:
    cells = [Scored(f"a{n}", "1.1", 0, Verdict.COVERED, Verdict.COVERED) for n in range(10)]
    near = {(f"a{n}", 0): 0.5 if n in (3, 7) else 0.1 for n in range(10)}
    assert [cell.answer for cell in without_nearest(cells, near, 0.1)] == [f"a{n}" for n in (7, 0, 1, 2, 4, 5, 6, 8, 9)]


def test_command_prints_the_distribution_and_both_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "holds no graded cells" in capsys.readouterr().err
    cell = {"id": "nobody", "bullet": 0, "verdict": "covered", "evidence": [], "certainty": None, "epoch": 0}
    (tmp_path / "cells.jsonl").write_text(lines([cell]), encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "percentiles of 636 cells: {50: " in out
    assert "binary_accuracy  0.000" in out  # nobody spoke of the bundled answers
    assert "without the nearest 5%" in out
