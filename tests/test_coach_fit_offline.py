"""The fitting of the offline judge: nothing that was fitted on a question is used on it, no clause finds itself."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from coach import fit_offline
from coach.attention import read_attention
from coach.fit_offline import (
    THIN,
    Weighed,
    fit_attention,
    fit_words,
    question_of,
    read_rows,
    thinned,
)
from coach.types import Verdict
from index.pack import Fact, Pack, bundled_pack, open_pack

TRAINING = Path(fit_offline.__file__).parents[1] / "evals" / "data" / "training.jsonl"


def cells(questions: range, seed: int) -> list[Weighed]:
    """Covered where the first feature of the one stretch that speaks of it is high; the second is noise."""
    rng = random.Random(seed)
    return [
        (
            f"q{number}",
            np.array([[[value := rng.random(), rng.random()]]], np.float32),
            "covered" if value > 0.5 else "missing",
        )
        for number in questions
        for _ in range(4)
    ]


@pytest.mark.slow
def test_fold_of_a_question_is_fitted_without_its_cells_in_either_file(tmp_path: Path) -> None:
    gold, written = cells(range(16), 1), cells(range(24), 2)
    fit_attention(tmp_path / "made-up.safetensors", ("signal", "noise"), gold, written)
    fitted = read_attention(tmp_path / "made-up.safetensors")
    held = next(set(keys) for keys in fitted.folds.values() if "q3" in keys)
    rest = [[cell for cell in some if cell[0] not in held] for some in (gold, written)]
    fit_attention(tmp_path / "rest.safetensors", ("signal", "noise"), *rest)
    other = read_attention(tmp_path / "rest.safetensors")
    probe = [np.array([[[0.9, 0.5]]], np.float32)]
    assert np.allclose(fitted.without("q3").probabilities(probe), other.probabilities(probe), atol=1e-6)
    assert sorted(key for keys in fitted.folds.values() for key in keys) == sorted(f"q{n}" for n in range(24))
    assert fitted.record["cells"] == 64
    assert fitted.record["written cells"] == 96
    covered = fitted.verdicts.index(Verdict.COVERED)
    low = [np.array([[[0.1, 0.5]]], np.float32)]
    assert fitted.probabilities(probe)[0, covered] > 0.6 > 0.4 > fitted.probabilities(low)[0, covered]


@pytest.mark.slow
def test_word_judges_fold_is_fitted_without_its_cells() -> None:
    rows = [(key, tuple(map(float, table[0, 0])), verdict) for key, table, verdict in cells(range(16), 3)]
    fitted = fit_words(rows)
    fold = next(fold for fold in fitted.folds if "q3" in fold["questions"])
    rest = [row for row in rows if row[0] not in fold["questions"]]
    assert fold["weights"] == fit_words(rest).weights


def test_no_training_answer_is_made_of_sentences_of_the_pack() -> None:
    pack = open_pack(bundled_pack())
    long = 12
    for row in read_rows([TRAINING])[::20]:
        question = pack.question(question_of(row).key)
        assert question is not None
        facts = [fact for bullet in question.bullets for fact in bullet.facts]
        said = {s for fact in facts for s in (*fact.covered, *fact.partial, *fact.wrong) if len(s) > long}
        assert not [sentence for sentence in said if sentence in row["answer"]], row["id"]


def test_written_answers_speak_of_every_bullet_of_the_handbook() -> None:
    rows = read_rows([TRAINING])
    assert len({row["ref"] for row in rows}) == 83
    assert all([label["bullet"] for label in row["labels"]] == list(range(len(row["bullets"]))) for row in rows)
    assert all(label["evidence"] in row["answer"] for row in rows for label in row["labels"])
    assert sum(len(row["labels"]) for row in rows) == 3100


def facts(of: Pack) -> list[Fact]:
    questions = [question for key in of.keys if (question := of.question(key))]
    return [fact for question in questions for bullet in question.bullets for fact in bullet.facts]


def test_thinned_pack_keeps_the_first_sentences_of_each_kind() -> None:
    bundled = open_pack(bundled_pack())
    thin = thinned(bundled)
    sizes = {kind: max(len(getattr(fact, kind)) for fact in facts(thin)) for kind in THIN}
    assert sizes == dict(THIN)
    assert facts(thin)[0].covered == facts(bundled)[0].covered[: THIN["covered"]]
