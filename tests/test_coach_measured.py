"""coach.measured: what stands beside a verdict about the judge that gave it."""

from __future__ import annotations

from pathlib import Path

from coach.figures import Figure
from coach.measured import FILE, Key, find, keep, times_in_ten
from coach.types import JudgeId, Verdict

QWEN = Key(JudgeId("llm", "qwen-plus", "grade.v1:3fa9c1d2"), "localhost:11434")


def figures(precision: float | None = 0.7, n: int = 40) -> dict[str, dict[str, object]]:
    known = {"value": precision, "low": 0.5, "high": 0.9, "n": n}
    return {"precision_contradicted": known, "binary_accuracy": {**known, "n": 2 * n}, "false_credit": known}


def test_judge_is_known_by_its_own_model_prompt_endpoint_and_pack_only(tmp_path: Path) -> None:
    assert find(tmp_path, QWEN) is None
    assert keep(tmp_path, QWEN, figures(), "who labelled")
    found = find(tmp_path, QWEN)
    assert found is not None
    assert found.precision[Verdict.CONTRADICTED] == Figure(0.7, 0.5, 0.9, 40)
    assert found.note == "who labelled"
    for other in (
        Key(JudgeId("llm", "qwen-max", "grade.v1:3fa9c1d2"), "localhost:11434"),
        Key(JudgeId("llm", "qwen-plus", "grade.v2:00000000"), "localhost:11434"),
        Key(QWEN.judge, "api.example"),
        Key(QWEN.judge, "localhost:11434", pack=True),
    ):
        assert find(tmp_path, other) is None


def test_verdict_below_eight_in_ten_asks_to_be_checked_in_both_languages() -> None:
    assert times_in_ten(Figure(0.7, 0.5, 0.9, 40), "en") == "right 7 times in 10: check this"
    assert times_in_ten(Figure(0.7, 0.5, 0.9, 40), "zh") == "10 次对 7 次，请核对"
    assert times_in_ten(Figure(0.84, 0.8, 0.9, 40), "en") == "right 8 times in 10"


def test_share_of_a_handful_of_verdicts_is_not_told() -> None:
    assert times_in_ten(Figure(0.5, 0.1, 0.9, 9), "en") == ""
    assert times_in_ten(Figure(None, None, None, 0), "en") == ""


def test_shorter_run_does_not_displace_a_longer_one_but_an_equal_one_does(tmp_path: Path) -> None:
    keep(tmp_path, QWEN, figures(0.7, 40), "")
    assert not keep(tmp_path, QWEN, figures(0.9, 10), "")
    assert keep(tmp_path, QWEN, figures(0.6, 40), "")
    found = find(tmp_path, QWEN)
    assert found is not None
    assert found.precision[Verdict.CONTRADICTED].value == 0.6


def test_damaged_file_costs_nothing_but_the_figures(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[{", encoding="utf-8")
    assert find(tmp_path, QWEN) is None
    assert keep(tmp_path, QWEN, figures(), "")
    assert find(tmp_path, QWEN) is not None
