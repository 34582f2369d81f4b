"""What a judge's error makes of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.measured import FILE
from coach.noise import bundled_confusion, credit_error, noise_of
from coach.types import JudgeId, Verdict

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
ROOT = Path(__file__).parents[1]
LLM = JudgeId("llm", "m", "grade.v1:1")


def test_error_is_the_root_mean_square_of_the_credit() -> None:
    # Off by 0, 1 and -0.5: sqrt((0 + 1 + 0.25) / 3); the ungraded bullet is no error of credit.
    confusion = {COVERED: {COVERED: 1, UNGRADED: 5}, MISSING: {COVERED: 1}, PARTIAL: {MISSING: 1}}
    assert credit_error(confusion) == pytest.approx((1.25 / 3) ** 0.5)


def test_more_bullets_make_the_bound_narrower() -> None:
    noise = noise_of(JudgeId("offline"), Path("absent"))
    assert noise.measured
    assert noise.of_change(40) == pytest.approx(noise.of_change(10) / 2)


def test_bundled_confusion_has_every_label() -> None:
    assert set(bundled_confusion()) == {COVERED, PARTIAL, MISSING, WRONG}


def test_pages_tell_the_errors_of_the_judge_that_ships() -> None:
    noise = noise_of(JudgeId("offline"), Path("absent"))
    memory = (ROOT / "docs" / "memory.md").read_text(encoding="utf-8")
    assert f"the credit of one bullet is off by {noise.bullet:.2f}" in memory
    assert f"twelve bullets have to change by {100 * noise.of_change(12):.0f} points" in memory
    prepared = next(row for row in json.loads((ROOT / "coach" / FILE).read_text(encoding="utf-8")) if row["pack"])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{100 * prepared['figures']['false_credit']['value']:.0f} % of the bullets that deserve nothing" in readme


def test_run_beside_another_judge_counts_too(tmp_path: Path) -> None:
    run = {
        "fingerprint": {"judge": {"kind": "llm", "model": "m", "prompt": "grade.v1:1"}},
        "details": {"grading": {"confusion": {"covered": {"missing": 1}}}},
    }
    folder = tmp_path / "20260301-120000" / "llm_m"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(run))
    assert (noise_of(LLM, tmp_path).bullet, noise_of(LLM, tmp_path).measured) == (1.0, True)


def test_run_of_the_same_judge_is_what_counts(tmp_path: Path) -> None:
    assert noise_of(LLM, tmp_path).measured is False
    fingerprint = {"judge": {"kind": "llm", "model": "m", "prompt": "grade.v1:1"}}
    details = {"grading": {"confusion": {"covered": {"covered": 3, "missing": 1}}}}
    for name, content in {
        "a": json.dumps({"fingerprint": fingerprint, "details": details}),
        "b": "{cut",
        "c": "{}",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(content)
    assert noise_of(LLM, tmp_path).bullet == 0.5
    assert noise_of(JudgeId("llm", "other", "p"), tmp_path).measured is False
