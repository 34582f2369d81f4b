"""Fit the offline judges' weights on graded answers: `python -m coach.fit_offline GOLD… --training WRITTEN…`.

For developers; needs scikit-learn and torch. Folds hold out whole questions, in all files; the same data give the same
weights. The clauses of WRITTEN answers stand in the pack as sentences: each third of these answers is weighed by a pack
and an encoder that lack its clauses, or every one of them would be found word for word.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from coach import evidence, judge_offline
from coach.encoder import Encoder
from coach.judge_exemplars import MEANING_FILE, ExemplarJudge
from coach.judge_offline import WORDS_FILE, OfflineJudge
from coach.softmax import Fitted
from coach.types import Verdict
from index.keys import bullet_key, fold, question_key
from index.pack import Fact, Pack, PackQuestion, bundled_pack, make_pack, open_pack
from index.types import Bullet, Direction, Question

FOLDS = 8
STRENGTH = 0.02
"""Inverse regularisation; chosen once, on the folds."""

SAID = ("covered", "partial", "wrong")
PARTS = 3
"""Written answers are weighed in so many parts, each without its own clauses in the pack."""
GOLD_WEIGHT = 3.0
"""A cell of the gold counts as so many of the written ones, which are more alike."""

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


def meaning_cells(rows: Sequence[Row], pack: Pack, encoder: Encoder | None = None) -> list[Cell]:
    """Features of the judge with exemplars, for questions of the pack."""
    blank = Fitted("blank", evidence.FEATURES, tuple(Verdict), {}, (), {})
    judge = ExemplarJudge(pack, fitted=blank, encoder=encoder)
    cells: list[Cell] = []
    for row in rows:
        question = question_of(row)
        said = judge.weigh(question, row["answer"]) or {}
        for bullet, label in zip(question.bullets, row["labels"], strict=True):
            if bullet.key in said:
                cells.append((question.key, said[bullet.key].features, label["verdict"]))
    return cells


def written_cells(rows: Sequence[Row], pack: Pack) -> list[Cell]:
    """The same of answers whose clauses stand in the pack."""
    from coach.train_encoder import fit_encoder  # torch

    cells: list[Cell] = []
    for part in range(PARTS):
        held = rows[part::PARTS]
        rest = without_clauses(pack, [row["answer"] for row in held])
        with TemporaryDirectory() as folder:
            fit_encoder(rest, Path(folder))
            cells += meaning_cells(held, rest, Encoder(Path(folder)))
    return cells


def without_clauses(pack: Pack, answers: Sequence[str]) -> Pack:
    """`pack` without the sentences that stand in one of the answers."""
    text = "\n".join(fold(answer) for answer in answers)

    def rest(fact: Fact) -> Fact:
        kept = {kind: tuple(s for s in getattr(fact, kind) if fold(s) not in text) for kind in SAID}
        return replace(fact, covered=kept["covered"], partial=kept["partial"], wrong=kept["wrong"])

    def thinned(question: PackQuestion) -> PackQuestion:
        bullets = (replace(bullet, facts=tuple(map(rest, bullet.facts))) for bullet in question.bullets)
        return replace(question, bullets=tuple(bullets))

    questions = [thinned(question) for key in pack.keys if (question := pack.question(key))]
    return make_pack(pack.provenance, questions)


def fit(name: str, features: tuple[str, ...], gold: Sequence[Cell], written: Sequence[Cell] = ()) -> Fitted:
    """Weights over all cells, and without each fold's questions."""
    keys = sorted({key for key, _, _ in (*gold, *written)}, key=lambda key: sha256(key.encode()).hexdigest())
    verdicts, weights = _weights(gold, written)
    folds = []
    for number in range(FOLDS):
        held = set(keys[number::FOLDS])
        rest = [[cell for cell in cells if cell[0] not in held] for cells in (gold, written)]
        folds.append({"questions": sorted(held), "weights": _weights(*rest)[1]})
    record = {
        "labels": len(gold),
        "written labels": len(written),
        "questions": len(keys),
        "folds": FOLDS,
        "C": STRENGTH,
        "model": "softmax regression",
    }
    return Fitted(name, features, verdicts, weights, tuple(folds), record)


def _weights(gold: Sequence[Cell], written: Sequence[Cell]) -> tuple[tuple[Verdict, ...], dict[str, Any]]:
    from sklearn.linear_model import LogisticRegression

    cells = [*gold, *written]
    matrix = np.array([features for _, features, _ in cells])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    counts = np.array([GOLD_WEIGHT if written else 1.0] * len(gold) + [1.0] * len(written))
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit((matrix - mean) / scale, [verdict for _, _, verdict in cells], sample_weight=counts)
    numbers = {"mean": mean, "scale": scale, "coef": model.coef_, "intercept": model.intercept_}
    return tuple(map(Verdict, model.classes_)), {name: np.round(value, 5).tolist() for name, value in numbers.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the files named and write the weights beside the code."""
    parser = argparse.ArgumentParser(prog="python -m coach.fit_offline", description="Fit the offline judges.")
    parser.add_argument("gold", type=Path, nargs="+", help="graded answers")
    parser.add_argument("--training", type=Path, nargs="*", default=[], help="answers whose clauses stand in the pack")
    options = parser.parse_args(arguments)
    gold, pack = read_rows(options.gold), open_pack(bundled_pack())
    _write(WORDS_FILE, fit("words.v1", judge_offline.FEATURES, word_cells(gold)))
    written = written_cells(read_rows(options.training), pack) if options.training else []
    _write(MEANING_FILE, fit("meaning.v2", evidence.FEATURES, meaning_cells(gold, pack), written))


def _write(name: str, fitted: Fitted) -> None:
    target = Path(__file__).parent / "fitted" / name
    target.write_text(json.dumps(asdict(fitted), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
