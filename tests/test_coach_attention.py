"""The network that reads the evidence: what numpy computes is what torch trained, and padding changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coach.attention import Attention, check_features, read_attention, write_attention
from coach.types import Verdict

FEATURES = ("one", "two", "three")


def made(tmp_path: Path) -> tuple[Attention, object]:
    """An untrained network, and the same as the program reads it."""
    torch = pytest.importorskip("torch")
    from coach.train_attention import VERDICTS, Network, _arrays

    torch.manual_seed(1)
    network = Network(len(FEATURES)).eval()
    member = {name: value[None] for name, value in _arrays(network).items()}
    ends = {"mean": np.zeros(3, np.float32), "scale": np.ones(3, np.float32)}
    about = {"name": "made up", "features": FEATURES, "verdicts": VERDICTS, "folds": {}, "record": {}}
    write_attention(tmp_path / "made-up.safetensors", about, {"all": {**ends, **member}})
    return read_attention(tmp_path / "made-up.safetensors"), network


def rows(facts: int, stretches: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(size=(facts, stretches, len(FEATURES))).astype(np.float32)


@pytest.mark.slow
def test_program_computes_what_was_trained(tmp_path: Path) -> None:
    import torch

    fitted, network = made(tmp_path)
    bullet = rows(3, 5, 0)
    with torch.no_grad():
        logits = network(torch.from_numpy(bullet)[None], torch.ones(1, 3, 5, dtype=torch.bool))  # type: ignore[operator]
    assert np.allclose(fitted.probabilities([bullet]), torch.softmax(logits, -1).numpy(), atol=1e-6)


@pytest.mark.slow
def test_bullets_of_other_sizes_beside_it_change_nothing(tmp_path: Path) -> None:
    fitted, _ = made(tmp_path)
    small, large = rows(1, 2, 1), rows(4, 8, 2)
    together = fitted.probabilities([small, large])
    assert np.allclose(together[0], fitted.probabilities([small])[0], atol=1e-6)
    assert np.allclose(together[1], fitted.probabilities([large])[0], atol=1e-6)
    assert np.allclose(together.sum(axis=1), 1)
    assert set(fitted.verdicts) == set(Verdict) - {Verdict.UNGRADED}


@pytest.mark.slow
def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    fitted, _ = made(tmp_path)
    check_features(fitted, FEATURES)
    with pytest.raises(ValueError, match="fit it again"):
        check_features(replace(fitted, features=("one",)), FEATURES)
