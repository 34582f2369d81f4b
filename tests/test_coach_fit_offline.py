"""The fitting of the offline judge: nothing that was fitted on a question is used on it, no clause finds itself."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from coach import fit_offline
from coach.fit_offline import PARTS, Cell, fit, question_of, read_rows, without_clauses
from index.pack import PackQuestion, bundled_pack, open_pack

TRAINING = Path(fit_offline.__file__).parents[1] / "evals" / "data" / "training.jsonl"


def cells(questions: range, seed: int) -> list[Cell]:
    """Covered where the first feature is high; the second is noise."""
    rng = random.Random(seed)
    return [
        (f"q{number}", (value := rng.random(), rng.random()), "covered" if value > 0.5 else "missing")
        for number in questions
        for _ in range(4)
    ]


@pytest.mark.slow
def test_fold_of_a_question_is_fitted_without_its_cells_in_either_file() -> None:
    gold, written = cells(range(16), 1), cells(range(24), 2)
    fitted = fit("made up", ("signal", "noise"), gold, written)
    fold = next(fold for fold in fitted.folds if "q3" in fold["questions"])
    held = set(fold["questions"])
    rest = [[cell for cell in some if cell[0] not in held] for some in (gold, written)]
    assert fold["weights"] == fit("rest", ("signal", "noise"), *rest).weights
    assert sorted(key for fold in fitted.folds for key in fold["questions"]) == sorted(f"q{n}" for n in range(24))
    assert fitted.record["labels"] == 64
    assert fitted.record["written labels"] == 96


def test_no_sentence_of_a_pack_stands_in_the_answers_it_is_thinned_by() -> None:
    rows = read_rows([TRAINING])[::PARTS]
    pack = open_pack(bundled_pack())
    row = rows[0]
    question = question_of(row)
    thinner = without_clauses(pack, [row["answer"]])
    before, after = pack.question(question.key), thinner.question(question.key)
    assert before is not None
    assert after is not None

    def said(prepared: PackQuestion) -> set[str]:
        return {s for b in prepared.bullets for f in b.facts for s in (*f.covered, *f.partial, *f.wrong)}

    dropped = said(before) - said(after)
    assert dropped
    assert all(sentence in row["answer"] for sentence in dropped)
    assert said(after)


def test_written_answers_speak_of_every_bullet_of_the_handbook() -> None:
    rows = read_rows([TRAINING])
    assert len({row["ref"] for row in rows}) == 83
    assert all([label["bullet"] for label in row["labels"]] == list(range(len(row["bullets"]))) for row in rows)
    assert all(label["evidence"] in row["answer"] for row in rows for label in row["labels"])
    assert sum(len(row["labels"]) for row in rows) == 1860
