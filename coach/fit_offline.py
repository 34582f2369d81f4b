"""Fit the offline judges' weights on graded answers: `python -m coach.fit_offline GOLD… --training WRITTEN…`.

For developers; needs scikit-learn and torch; half an hour on two cores. Folds hold out whole questions, in all files;
the same data give the same weights. No clause of these answers was put into the pack: it would find itself there.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach import evidence, judge_offline
from coach.attention import EVERYTHING, write_attention
from coach.encoder import Encoder, open_encoder
from coach.exemplars import Exemplars, prepare
from coach.judge_exemplars import ATTENTION_FILE, spoken
from coach.judge_offline import WORDS_FILE, OfflineJudge
from coach.softmax import Fitted
from coach.types import Verdict
from index.keys import bullet_key, question_key
from index.pack import Fact, Pack, PackQuestion, bundled_pack, make_pack, open_pack
from index.types import Bullet, Direction, Question

FOLDS = 8
STRENGTH = 0.02
"""Inverse regularisation; chosen once, on the folds."""

GOLD_WEIGHT = 4.0
"""A cell of the gold counts as so many of the written ones, which are more alike."""

THIN: Mapping[str, int] = {"covered": 8, "partial": 3, "wrong": 6, "touched": 0}
"""Sentences that `coach enrich` writes for a fact, about."""
FOREIGN = 160
"""Characters of another answer that interrupt one."""
_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？!?\n]+|$)")

Row = dict[str, Any]
Rows = NDArray[np.float32]
Cell = tuple[str, tuple[float, ...], str]
"""Question key, features, gold verdict."""
Weighed = tuple[str, Rows, str]
"""Question key, (facts, stretches, features), gold verdict."""


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


def weighed(rows: Sequence[Row], pack: Pack, encoder: Encoder) -> list[Weighed]:
    """What the answers say, for questions of the pack; labels on which a second reading disagrees are left out."""
    prepared: dict[str, Exemplars | None] = {}
    cells: list[Weighed] = []
    for row in rows:
        question = question_of(row)
        if question.key not in prepared:
            found = pack.question(question.key)
            prepared[question.key] = prepare(found, encoder) if found else None
        exemplars = prepared[question.key]
        said = evidence.weigh(spoken(row["answer"]), exemplars, encoder) if exemplars else {}
        for bullet, label in zip(question.bullets, row["labels"], strict=True):
            if bullet.key in said and label.get("second", label["verdict"]) == label["verdict"]:
                cells.append((question.key, said[bullet.key].features, label["verdict"]))
    return cells


def thinned(pack: Pack) -> Pack:
    """`pack` with no more sentences than `THIN`: the network must read a handbook's own pack too."""

    def rest(fact: Fact) -> Fact:
        kept: dict[str, Any] = {kind: getattr(fact, kind)[:most] for kind, most in THIN.items()}
        return replace(fact, **kept)

    def all_of(question: PackQuestion) -> PackQuestion:
        bullets = (replace(bullet, facts=tuple(map(rest, bullet.facts))) for bullet in question.bullets)
        return replace(question, bullets=tuple(bullets))

    return make_pack(pack.provenance, [all_of(question) for key in pack.keys if (question := pack.question(key))])


def interrupted(rows: Sequence[Row]) -> list[Row]:
    """Each answer with a sentence or two from another direction's before, inside or behind it: its verdicts stay.

    So the network learns that padding, praise and words to the grader change nothing.
    """
    rng = random.Random(0)
    result = []
    for row in rows:
        others = [other for other in rows if other["ref"].split(".")[0] != row["ref"].split(".")[0]]
        foreign = "".join(_SENTENCE.findall(rng.choice(others)["answer"])[:2])[:FOREIGN]
        pieces = _SENTENCE.findall(row["answer"])
        at = rng.choice((0, len(pieces) // 2, len(pieces)))
        result.append({**row, "answer": "\n".join(("".join(pieces[:at]), foreign, "".join(pieces[at:]))).strip()})
    return result


def fit_words(cells: Sequence[Cell]) -> Fitted:
    """Softmax weights over all cells, and without each fold's questions."""
    held = _folds([key for key, _, _ in cells])
    verdicts, weights = _softmax_weights(cells)
    rest = {name: _softmax_weights([cell for cell in cells if cell[0] not in keys])[1] for name, keys in held.items()}
    folds = tuple({"questions": list(held[name]), "weights": rest[name]} for name in held)
    record = {"labels": len(cells), "folds": FOLDS, "C": STRENGTH, "model": "softmax regression"}
    return Fitted("words.v1", judge_offline.FEATURES, verdicts, weights, folds, record)


def _folds(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Fold -> the questions that it holds out; by hash, so that more questions move few."""
    shuffled = sorted(set(keys), key=lambda key: sha256(key.encode()).hexdigest())
    return {f"fold{number}": tuple(sorted(shuffled[number::FOLDS])) for number in range(FOLDS)}


def _softmax_weights(cells: Sequence[Cell]) -> tuple[tuple[Verdict, ...], dict[str, Any]]:
    from sklearn.linear_model import LogisticRegression

    matrix = np.array([features for _, features, _ in cells])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit((matrix - mean) / scale, [verdict for _, _, verdict in cells])
    numbers = {"mean": mean, "scale": scale, "coef": model.coef_, "intercept": model.intercept_}
    return tuple(map(Verdict, model.classes_)), {name: np.round(value, 5).tolist() for name, value in numbers.items()}


def fit_attention(target: Path, features: tuple[str, ...], gold: Sequence[Weighed], written: Sequence[Weighed]) -> None:
    """Write the network's weights over all cells, and without each fold's questions, to `target`."""
    from coach.train_attention import MEMBERS, VERDICTS, fit_weights  # torch

    cells = [(*cell, GOLD_WEIGHT) for cell in gold] + [(*cell, 1.0) for cell in written]
    held = _folds([key for key, *_ in cells])
    sets = {}
    for name, keys in {EVERYTHING: (), **held}.items():
        rest = [cell for cell in cells if cell[0] not in keys]
        sets[name] = fit_weights([c[1] for c in rest], [c[2] for c in rest], [c[3] for c in rest])
    record = {"cells": len(gold), "written cells": len(written), "questions": len({key for key, *_ in cells})}
    record |= {"folds": FOLDS, "members": MEMBERS}
    about = {"name": target.name.removesuffix(".safetensors"), "features": features, "verdicts": VERDICTS}
    write_attention(target, {**about, "folds": held, "record": record}, sets)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the files named and write the weights beside the code."""
    parser = argparse.ArgumentParser(prog="python -m coach.fit_offline", description="Fit the offline judges.")
    parser.add_argument("gold", type=Path, nargs="+", help="graded answers")
    parser.add_argument("--training", type=Path, nargs="*", default=[], help="answers written to fit on")
    options = parser.parse_args(arguments)
    gold, pack = read_rows(options.gold), open_pack(bundled_pack())
    fitted = Path(__file__).parent / "fitted"
    words = json.dumps(asdict(fit_words(word_cells(gold))), ensure_ascii=False)
    (fitted / WORDS_FILE).write_text(words + "\n", encoding="utf-8")
    encoder = open_encoder()
    files = (gold, read_rows(options.training))
    packs = (pack, thinned(pack))
    cells = [[cell for one in packs for cell in weighed([*rows, *interrupted(rows)], one, encoder)] for rows in files]
    fit_attention(fitted / ATTENTION_FILE, evidence.FEATURES, *cells)


if __name__ == "__main__":
    main()
