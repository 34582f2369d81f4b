"""Public collections of graded answers in the form of `evals.load`, so that the grader stands beside published figures.

A reference answer's sentences become the bullets. A collection with scores is reported by Pearson's r and RMSE, Beetle
by macro-F1 over its three classes, the physics items by kappa: what their papers use. The collections stay where they
are; each has its own licence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.errors import DataError, OptionError
from evals.perturb import sentences
from evals.records import lines, write_whole

Row = Mapping[str, object]
MIN_BULLET = 4  # letters; a shorter sentence is a list number or a stray mark

BEETLE = {
    "correct": "covered",
    "partially_correct_incomplete": "partial",
    "contradictory": "contradicted",
    "irrelevant": "missing",
    "non_domain": "missing",
}


@dataclass(frozen=True, slots=True)
class Format:
    """One collection: its main file, and how a row becomes a graded answer (None: left out)."""

    file: str
    convert: Callable[[Row, Mapping[str, Row]], dict[str, object] | None]
    questions: str = ""
    """A second file with the questions, by `question_id`."""
    needs: tuple[str, ...] = ("id", "question_id", "question", "student_answer")


def import_answers(name: str, source: Path) -> list[dict[str, object]]:
    """The rows of a collection in `source`, its folder or main file, in the form that `evals.load` reads.

    OptionError for an unknown format; DataError when a file or a field is absent.
    """
    if name not in FORMATS:
        raise OptionError(f"unknown format {name!r}; there are {', '.join(FORMATS)}")
    form = FORMATS[name]
    main = source / form.file if source.is_dir() else source
    known = _rows(main.parent / form.questions, ("question_id",)) if form.questions else []
    questions = {str(row["question_id"]): row for row in known}
    found = [form.convert(row, questions) for row in _rows(main, form.needs)]
    return [{**row, "labelled_by": "person"} for row in found if row]


def write_answers(rows: Sequence[Row], out: Path) -> None:
    """Write the rows as JSON lines, in one step."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, lines(rows))
    except OSError as exc:
        raise DataError(f"{out} cannot be written ({exc.strerror}); name another file with --out") from exc


def _rows(path: Path, needs: Sequence[str]) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise DataError(f"{path} cannot be read ({exc.strerror}); name the collection's folder or file") from exc
    found, faults = [], []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            row = json.loads(line) if line.strip() else None
        except json.JSONDecodeError as exc:
            faults.append(f"{path}:{number}: not JSON ({exc.msg})")
            continue
        if row is not None and (absent := [name for name in needs if name not in row]):
            faults.append(f"{path}:{number}: lacks {', '.join(absent)}")
        elif row is not None:
            found.append(row)
    if faults or not found:
        raise DataError(f"{path} is not in this format ({len(faults)} faults)", faults[:20])
    return found


def _bullets(reference: object) -> list[str]:
    pieces = [piece.strip() for piece in sentences(str(reference))]
    kept = [piece for piece in pieces if sum(c.isalnum() for c in piece) >= MIN_BULLET]
    return kept or [str(reference).strip() or "?"]


def _scored(row: Row, kind: str, reference: object, score: object, scale: float) -> dict[str, object]:
    return {
        "id": f"{kind}-{row['id']}",
        "ref": f"{kind}-{row['question_id']}",
        "question": row["question"],
        "bullets": _bullets(reference),
        "answer": row["student_answer"],
        "kind": kind,
        "labels": [],
        "score": float(str(score)) / scale,
        "scale": scale,
    }


def _mohler(row: Row, questions: Mapping[str, Row]) -> dict[str, object] | None:
    # The authors leave ordering and selection questions out of the 2,273 published answers.
    if row.get("ignored_by_authors"):
        return None
    return _scored(row, "mohler", row["reference_answer"], row["score_avg"], 5.0)


def _saf(row: Row, questions: Mapping[str, Row]) -> dict[str, object]:
    return _scored(row, "saf", row["reference_answer"], row["score_norm"], 1.0)


def _zh_ads(row: Row, questions: Mapping[str, Row]) -> dict[str, object]:
    references = row["reference_answers"]
    assert isinstance(references, list)
    return _scored(row, "zh_ads", references[0], row["score"], 10.0)


def _beetle(row: Row, questions: Mapping[str, Row]) -> dict[str, object]:
    return {
        "id": f"beetle-{row['id']}",
        "ref": f"beetle-{row['question_id']}",
        "question": row["question"],
        "bullets": [row["reference_answer"]],
        "answer": row["student_answer"],
        "kind": "beetle",
        "labels": [{"bullet": 0, "verdict": BEETLE[str(row["label_5way"])]}],
    }


def _physics(row: Row, questions: Mapping[str, Row]) -> dict[str, object]:
    question = questions[str(row["question_id"])]
    first, second = row["human1_items"], row["human2_items"]
    assert isinstance(first, list)
    assert isinstance(second, list)
    said = ("missing", "covered")
    pairs = enumerate(zip(first, second, strict=True))
    labels = [{"bullet": i, "verdict": said[a], "second": said[b]} for i, (a, b) in pairs]
    return {
        "id": f"physics-{row['id']}",
        "ref": f"physics-{row['question_id']}",
        "question": question["question"],
        "bullets": question["rubric_items"],
        "answer": row["student_answer"],
        "kind": "physics",
        "labels": labels,
        "second_by": "person",
    }


FORMATS: Mapping[str, Format] = {
    "mohler": Format("answers.jsonl", _mohler),
    "saf": Format("english_train.jsonl", _saf),
    "beetle": Format("train.jsonl", _beetle, needs=("id", "question_id", "question", "student_answer", "label_5way")),
    "zh_ads": Format("train.jsonl", _zh_ads),
    "physics": Format(
        "answers.jsonl", _physics, "questions.jsonl", ("id", "question_id", "student_answer", "human1_items")
    ),
}
