"""A fitted classifier as data: softmax over standardised features, with one set of weights per held-out fold. numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from coach.types import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights fitted on labelled answers."""

    name: str
    features: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    weights: Mapping[str, Any]
    """`mean`, `scale`: (features,); `coef`: (verdicts, features); `intercept`: (verdicts,)."""
    folds: tuple[Mapping[str, Any], ...]
    """Weights fitted without the questions whose keys stand under `questions`."""
    record: Mapping[str, Any]
    """What it was fitted on, when and how."""

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(bullets, features) to (bullets, verdicts); each row sums to 1."""
        import numpy as np

        weights = {name: np.asarray(self.weights[name]) for name in ("mean", "scale", "coef", "intercept")}
        scores = ((rows - weights["mean"]) / weights["scale"]) @ weights["coef"].T + weights["intercept"]
        exponents: NDArray[np.float64] = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
        return chances

    def without(self, question_key: str) -> Fitted:
        """The weights that were fitted without that question; the full ones if it was never used."""
        for fold in self.folds:
            if question_key in fold["questions"]:
                return replace(self, weights=fold["weights"])
        return self


def load_fitted(file_name: str) -> Fitted:
    """The bundled weights in `coach/fitted/<file_name>`."""
    stored = json.loads(files("coach").joinpath("fitted", file_name).read_text(encoding="utf-8"))
    return Fitted(
        stored["name"],
        tuple(stored["features"]),
        tuple(Verdict(verdict) for verdict in stored["verdicts"]),
        stored["weights"],
        tuple(stored["folds"]),
        stored["record"],
    )


def check_features(fitted: Fitted, names: Sequence[str]) -> None:
    """ValueError when the code computes other features than the weights were fitted on."""
    if tuple(names) != fitted.features:
        raise ValueError(f"{fitted.name} was fitted on {list(fitted.features)}, not on {list(names)}; fit it again")
