"""Fit the offline judges' weights on graded answers: `python -m coach.fit_offline GOLD.jsonl…`. For developers.

Needs scikit-learn (a development dependency). Folds hold out whole questions; the same data give the same file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from coach import evidence, judge_offline
from coach.judge_exemplars import MEANING_FILE, ExemplarJudge
from coach.judge_offline import WORDS_FILE, OfflineJudge
from coach.softmax import Fitted
from coach.types import Verdict
from index.keys import bullet_key, question_key
from index.pack import bundled_pack, open_pack
from index.types import Bullet, Direction, Question

FOLDS = 8
STRENGTH = 0.02
"""Inverse regularisation; chosen once, on the folds."""

Row = dict[str, Any]
Cell = tuple[str, tuple[float, ...], str]
"""Question key, features, gold verdict."""


def read_rows(paths: Sequence[Path]) -> list[Row]:
    """The graded answers of all files."""
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def question_of(row: Row) -> Question:
    """The question that a row was graded against, with the keys that the handbook gives it."""
    key = question_key(row["question"])
    bullets = tuple(Bullet(bullet_key(key, text), text, text, 0) for text in row["bullets"])
    return Question(row["ref"], key, Direction(1, ""), row["question"], bullets, 0)


def word_cells(rows: Sequence[Row]) -> list[Cell]:
    """Features of the word judge. Reversed claims share all words: with them, overlap would count against credit."""
    blank = Fitted("blank", judge_offline.FEATURES, tuple(Verdict), {}, (), {})
    judge = OfflineJudge({bullet for row in rows for bullet in row["bullets"]}, blank)
    cells = [
        (question.key, match.features, label["verdict"])
        for row in rows
        for question in [question_of(row)]
        for match, label in zip(judge.match(question, row["answer"]), row["labels"], strict=True)
    ]
    return [cell for cell in cells if cell[2] != Verdict.CONTRADICTED]


def meaning_cells(rows: Sequence[Row]) -> list[Cell]:
    """Features of the judge with exemplars, for questions of the bundled pack."""
    blank = Fitted("blank", evidence.FEATURES, tuple(Verdict), {}, (), {})
    judge = ExemplarJudge(open_pack(bundled_pack()), fitted=blank)
    cells: list[Cell] = []
    for row in rows:
        question = question_of(row)
        said = judge.weigh(question, row["answer"]) or {}
        for bullet, label in zip(question.bullets, row["labels"], strict=True):
            if bullet.key in said:
                cells.append((question.key, said[bullet.key].features, label["verdict"]))
    return cells


def fit(name: str, features: tuple[str, ...], cells: Sequence[Cell]) -> Fitted:
    """Weights over all cells, and without each fold's questions."""
    keys = sorted({key for key, _, _ in cells}, key=lambda key: sha256(key.encode()).hexdigest())
    verdicts, weights = _weights(cells)
    folds = []
    for number in range(FOLDS):
        held = set(keys[number::FOLDS])
        folds.append({"questions": sorted(held), "weights": _weights([c for c in cells if c[0] not in held])[1]})
    record = {
        "labels": len(cells),
        "questions": len(keys),
        "folds": FOLDS,
        "C": STRENGTH,
        "model": "softmax regression",
    }
    return Fitted(name, features, verdicts, weights, tuple(folds), record)


def _weights(cells: Sequence[Cell]) -> tuple[tuple[Verdict, ...], dict[str, Any]]:
    from sklearn.linear_model import LogisticRegression

    matrix = np.array([features for _, features, _ in cells])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit((matrix - mean) / scale, [v for _, _, v in cells])
    numbers = {"mean": mean, "scale": scale, "coef": model.coef_, "intercept": model.intercept_}
    return tuple(map(Verdict, model.classes_)), {name: np.round(value, 5).tolist() for name, value in numbers.items()}


def main(arguments: Sequence[str]) -> None:
    """Fit on the files named and write the weights beside the code."""
    rows = read_rows([Path(argument) for argument in arguments])
    fits: list[tuple[str, str, tuple[str, ...], Callable[[Sequence[Row]], list[Cell]]]] = [
        (WORDS_FILE, "words.v1", judge_offline.FEATURES, word_cells),
        (MEANING_FILE, "meaning.v1", evidence.FEATURES, meaning_cells),
    ]
    for file_name, name, features, cells in fits:
        fitted = fit(name, features, cells(rows))
        target = Path(__file__).parent / "fitted" / file_name
        target.write_text(json.dumps(asdict(fitted), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
