"""A small network as data: attention over the stretches of an answer that speak of a fact. numpy.

Attention-based multiple-instance learning (Ilse, Tomczak, Welling, ICML 2018), each verdict with attention of its own:
what contradicts a fact may stand elsewhere than what states it. Trained by `coach.train_attention`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.types import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

EVERYTHING = "all"
"""The set of weights that was fitted on every question; the others are named after their fold."""
FAR = -1e9


@dataclass(frozen=True, slots=True)
class Attention:
    """Weights fitted on labelled answers, of several members whose chances are averaged."""

    name: str
    features: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    weights: Mapping[str, Rows]
    """`mean`, `scale`: (features,); the rest (members, …), as `chances` uses them."""
    folds: Mapping[str, tuple[str, ...]]
    """Fold -> keys of the questions that its weights have not seen."""
    record: Mapping[str, Any]
    """What it was fitted on, and how."""
    path: Path

    def probabilities(self, bullets: Sequence[Rows]) -> NDArray[np.float64]:
        """Each bullet's (facts, stretches, features) to (bullets, verdicts); each row sums to 1."""
        import numpy as np

        facts, stretches = (max(rows.shape[axis] for rows in bullets) for axis in (0, 1))
        table = np.zeros((len(bullets), facts, stretches, len(self.features)), np.float32)
        filled = np.zeros((len(bullets), facts, stretches), bool)
        for at, rows in enumerate(bullets):
            table[at, : rows.shape[0], : rows.shape[1]] = (rows - self.weights["mean"]) / self.weights["scale"]
            filled[at, : rows.shape[0], : rows.shape[1]] = True
        return chances(self.weights, table, filled)

    def without(self, question_key: str) -> Attention:
        """The weights that were fitted without that question; the full ones if it was never used."""
        for fold, keys in self.folds.items():
            if question_key in keys:
                return replace(self, weights=_read(self.path, fold))
        return self


def chances(weights: Mapping[str, Rows], table: Rows, filled: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(bullets, facts, stretches, features), standardised, to (bullets, verdicts); `filled` is False for padding."""
    import numpy as np

    hidden = np.maximum(
        np.einsum("bfsd,mdh->mbfsh", table, weights["first"], optimize=True) + _wide(weights["first_bias"], 4), 0
    )
    hidden = np.maximum(
        np.einsum("mbfsh,mhk->mbfsk", hidden, weights["second"], optimize=True) + _wide(weights["second_bias"], 4), 0
    )
    attention = np.einsum("mbfsk,mkv->mbfsv", hidden, weights["attend"], optimize=True)
    attention = _softmax(np.where(filled[None, ..., None], attention, FAR), axis=3)
    scores = np.einsum("mbfsk,mkv->mbfsv", hidden, weights["judge"], optimize=True) + _wide(weights["judge_bias"], 4)
    per_fact = (scores * attention).sum(axis=3)
    there = filled[:, :, 0][None, ..., None]
    pooled = [
        np.where(there, per_fact, 0).sum(axis=2) / there.sum(axis=2),
        np.where(there, per_fact, FAR).max(axis=2),
        np.where(there, per_fact, -FAR).min(axis=2),
    ]
    final = np.einsum("mbk,mkv->mbv", np.concatenate(pooled, axis=-1), weights["join"], optimize=True)
    result: NDArray[np.float64] = _softmax(final + _wide(weights["join_bias"], 2), axis=-1).mean(axis=0)
    return result


def load_attention(file_name: str) -> Attention:
    """The bundled weights in `coach/fitted/<file_name>`."""
    return read_attention(Path(str(files("coach").joinpath("fitted", file_name))))


def read_attention(path: Path) -> Attention:
    """The weights of a file that `write_attention` wrote."""
    from safetensors import safe_open

    with safe_open(path, "numpy") as stored:
        about = json.loads(stored.metadata()["about"])
    folds = {fold: tuple(keys) for fold, keys in about["folds"].items()}
    verdicts = tuple(map(Verdict, about["verdicts"]))
    return Attention(
        about["name"], tuple(about["features"]), verdicts, _read(path, EVERYTHING), folds, about["record"], path
    )


def write_attention(path: Path, about: Mapping[str, Any], sets: Mapping[str, Mapping[str, Rows]]) -> None:
    """`about` holds `name`, `features`, `verdicts`, `folds`, `record`; `sets` the weights of each fold and of all."""
    import numpy as np
    from safetensors.numpy import save_file

    tensors = {
        f"{fold}.{name}": np.ascontiguousarray(value, np.float32)
        for fold, weights in sets.items()
        for name, value in weights.items()
    }
    save_file(tensors, path, {"about": json.dumps(about, ensure_ascii=False)})


def check_features(fitted: Attention, names: Sequence[str]) -> None:
    """ValueError when the code computes other features than the weights were fitted on."""
    if tuple(names) != fitted.features:
        raise ValueError(f"{fitted.name} was fitted on {list(fitted.features)}, not on {list(names)}; fit it again")


def _read(path: Path, fold: str) -> Mapping[str, Rows]:
    from safetensors import safe_open

    with safe_open(path, "numpy") as stored:
        names = [name for name in stored.keys() if name.startswith(f"{fold}.")]  # noqa: SIM118  # no mapping
        return {name.removeprefix(f"{fold}."): stored.get_tensor(name) for name in names}


def _wide(bias: Rows, axes: int) -> Rows:
    """(members, units) with axes of 1 between, to be added to (members, …, units)."""
    return bias.reshape(len(bias), *[1] * (axes - 1), -1)


def _softmax(scores: Rows, axis: int) -> Rows:
    import numpy as np

    exponents = np.exp(scores - scores.max(axis=axis, keepdims=True))
    shares: Rows = exponents / exponents.sum(axis=axis, keepdims=True)
    return shares
