"""Fit the offline judge's weights on graded answers: `python -m coach.fit_offline GOLD.jsonl…`. For developers.

Needs scikit-learn (a development dependency). Folds hold out whole questions; the same data give the same file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from coach.judge_offline import FEATURES, WORDS_FILE, OfflineJudge
from coach.softmax import Fitted
from coach.types import Verdict
from index.keys import bullet_key, question_key
from index.types import Bullet, Direction, Question

FOLDS = 8
STRENGTH = 0.3
"""Inverse regularisation; chosen once, on the folds."""


def read_rows(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The graded answers of all files."""
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def question_of(row: dict[str, Any]) -> Question:
    """The question that a row was graded against, with the keys that the handbook gives it."""
    key = question_key(row["question"])
    bullets = tuple(Bullet(bullet_key(key, text), text, text, 0) for text in row["bullets"])
    return Question(row["ref"], key, Direction(1, ""), row["question"], bullets, 0)


def fit(rows: Sequence[dict[str, Any]]) -> Fitted:
    """Weights over all rows, and without each fold's questions."""
    texts = {bullet for row in rows for bullet in row["bullets"]}
    blank = Fitted("blank", FEATURES, tuple(Verdict), {}, (), {})
    judge = OfflineJudge(texts, blank)
    cells = [
        (question.key, match.features, label["verdict"])
        for row in rows
        for question in [question_of(row)]
        for match, label in zip(judge.match(question, row["answer"]), row["labels"], strict=True)
    ]
    # Reversed claims share all the words: with them, shared words would count against credit.
    cells = [cell for cell in cells if cell[2] != Verdict.CONTRADICTED]
    keys = sorted({key for key, _, _ in cells}, key=lambda key: sha256(key.encode()).hexdigest())
    verdicts, weights = _weights(cells)
    folds = []
    for number in range(FOLDS):
        held = set(keys[number::FOLDS])
        folds.append({"questions": sorted(held), "weights": _weights([c for c in cells if c[0] not in held])[1]})
    record = {"answers": len(rows), "labels": len(cells), "questions": len(keys), "folds": FOLDS, "C": STRENGTH}
    return Fitted("words.v1", FEATURES, verdicts, weights, tuple(folds), record)


def _weights(cells: Sequence[tuple[str, tuple[float, ...], str]]) -> tuple[tuple[Verdict, ...], dict[str, Any]]:
    from sklearn.linear_model import LogisticRegression

    matrix = np.array([features for _, features, _ in cells])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit((matrix - mean) / scale, [v for _, _, v in cells])
    numbers = {"mean": mean, "scale": scale, "coef": model.coef_, "intercept": model.intercept_}
    return tuple(map(Verdict, model.classes_)), {name: np.round(value, 5).tolist() for name, value in numbers.items()}


def main(arguments: Sequence[str]) -> None:
    """Fit on the files named and write the weights beside the code."""
    fitted = fit(read_rows([Path(argument) for argument in arguments]))
    stored = {
        "name": fitted.name,
        "features": fitted.features,
        "verdicts": fitted.verdicts,
        "weights": fitted.weights,
        "folds": fitted.folds,
        "record": fitted.record,
    }
    target = Path(__file__).parent / "fitted" / WORDS_FILE
    target.write_text(json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
