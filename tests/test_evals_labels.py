"""evals.labels, labelling, people: a person's blind labels, and what they say of the data and of the judge."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.cli import app
from coach.types import Verdict
from evals.cases import AnswerCase, Data, Label
from evals.labelling import Sitting, numbered, outcome
from evals.labels import LabelFile, PersonLabel, sample, with_person
from evals.load import bundled_paths, load_data
from evals.people import person_metrics
from evals.records import Cell
from evals.runner import Options, run

C, M, X = Verdict.COVERED, Verdict.MISSING, Verdict.CONTRADICTED
TEXT = "The relay opens the valve. The pump stands still, until the relay closes."
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def cases(n: int = 4) -> tuple[AnswerCase, ...]:
    labels = (Label(0, C, "The relay opens the valve"), Label(1, M))
    return tuple(
        AnswerCase(f"a{i}", f"1.{i}", f"How {i}?", ("relay **opens**", "pump runs"), TEXT, labels) for i in range(n)
    )


def sit(lines: list[str], folder: Path, n: int = 2) -> tuple[Sitting, list[str]]:
    """A sitting over the bullets of `n` answers, with the lines that a person types, and what was shown."""
    shown: list[str] = []
    typed = iter(lines)
    sitting = Sitting(
        [(case, bullet) for case in cases(n) for bullet in (0, 1)],
        LabelFile(folder / "labels.jsonl"),
        "en",
        lambda prompt: next(typed, None),
        shown.append,
        lambda: NOW,
    )
    sitting.hold()
    sitting.kept.close()
    return sitting, shown


def test_labels_are_kept_as_they_are_given_and_the_next_sitting_goes_on(tmp_path: Path) -> None:
    first, _ = sit(["c 1", "m", "w", "stands still", "q"], tmp_path)
    assert "3 of 4 labelled" in next(outcome(first, Data(cases(2))))
    second, shown = sit(["s"], tmp_path)
    assert any("4/4" in line for line in shown)
    assert not any("1/4" in line for line in shown)
    assert [(s.id, s.bullet, s.verdict, s.evidence) for s in second.kept.known().values()] == [
        ("a0", 0, C, "The relay opens the valve"),
        ("a0", 1, M, ""),
        ("a1", 0, X, "stands still"),
        ("a1", 1, None, ""),
    ]
    assert second.finished()


def test_sitting_shows_neither_label_nor_kind_before_the_end(tmp_path: Path) -> None:
    _, shown = sit(["c 1", "m"], tmp_path)
    told = "\n".join(shown[2:])  # after the rules
    assert not {"covered", "missing", "kind", "evidence"} & set(told.split())
    assert "relay opens" in told  # the bullet without its marks


def test_words_that_do_not_stand_in_the_answer_are_asked_for_again(tmp_path: Path) -> None:
    sitting, shown = sit(["c 9", "c the moon is round", "x", "c 2-3", "b", "m", "q"], tmp_path)
    assert "'9' does not stand in the answer" in shown
    assert "'the moon is round' does not stand in the answer" in shown
    assert any(line.startswith("'x': type c, p, m or w") for line in shown)
    assert sitting.kept.known()["a0", 0].verdict is M  # taken back with b


def test_clauses_are_numbered_where_they_begin() -> None:
    assert numbered("一开始烧水，水开了下面。") == "[1] 一开始烧水，[2] 水开了下面。"


def test_sample_is_the_same_in_every_sitting_and_knows_no_verdict() -> None:
    data = load_data(bundled_paths()).answers
    chosen = sample(data)
    assert len(chosen) == 60
    assert chosen == sample(data)
    assert len({case.id for case, _ in chosen}) == 30
    flipped = [replace(case, labels=tuple(replace(s, verdict=M) for s in case.labels)) for case in data]
    assert [(c.id, b) for c, b in chosen] == [(c.id, b) for c, b in sample(flipped)]


def test_person_against_labels_and_judge_by_hand() -> None:
    labels = {(f"a{i}", b): PersonLabel(f"a{i}", b, v) for i in range(4) for b, v in ((0, C), (1, C if i == 0 else M))}
    data = with_person(Data(cases()), labels)
    said = {key: Cell(key[1], label.verdict or M) for key, label in labels.items()}  # as the person
    found = person_metrics(data.answers, said, draws=20, seed=0)
    assert found["human_model_accuracy"].value == 7 / 8
    assert found["human_model_kappa"].value == pytest.approx((7 / 8 - 1 / 2) / (1 / 2))  # chance: 5/8·4/8 + 3/8·4/8
    assert found["human_judge_kappa"].value == 1.0
    assert person_metrics(cases(), said, draws=20, seed=0) == {}


def test_report_begins_with_the_person_and_says_so(tmp_path: Path) -> None:
    data = with_person(Data(cases()), {("a0", 0): PersonLabel("a0", 0, C), ("a0", 1): PersonLabel("a0", 1, None)})
    report = run(["grading"], data, judge=lambda q, b, a: ["missing"] * 2, out_dir=tmp_path, options=Options(draws=20))
    assert next(iter(report.suites["grading"].metrics)) == "human_model_kappa"
    assert report.metric("grading.human_model_accuracy").n == 1
    assert "a person labelled 1 of these bullets" in report.note


def test_command_labels_from_a_pipe_and_eval_shows_it_first(tmp_path: Path) -> None:
    row = {"id": "a", "ref": "1.1", "question": "How?", "bullets": ["relay opens", "pump"], "answer": TEXT}
    marked = [{"bullet": 0, "verdict": "covered", "evidence": "The relay opens"}, {"bullet": 1, "verdict": "missing"}]
    data = tmp_path / "gold.jsonl"
    data.write_text(json.dumps({**row, "labels": marked}), encoding="utf-8")
    refused = CliRunner().invoke(app, ["label", "--data", str(data), "--no-input"])
    assert refused.exit_code == 2
    done = CliRunner().invoke(app, ["label", "--data", str(data), "--json", "--lang", "en"], input="c 1\nw 2\n")
    assert done.exit_code == 0, done.output
    out = json.loads(done.stdout)
    assert (out["labelled"], out["of"], out["human_model_accuracy"]["value"]) == (2, 2, 0.5)
    shown = CliRunner().invoke(
        app, ["eval", "grading", "--data", str(data), "--judge", "offline", "--out", str(tmp_path / "r")]
    )
    assert shown.exit_code == 0, shown.output
    table = shown.stdout.splitlines()
    assert "a person labelled 2" in table[0]
    first = table[next(i for i, line in enumerate(table) if "trusted?" in line) + 1]
    assert first.strip().startswith("a person and these labels")
