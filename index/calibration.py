"""How sure a ranking is: fitted weights and thresholds, kept as data with the record of their fitting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, Literal

import numpy as np

from index.fuse import FEATURES, Evidence, Scores, features

SIGNS = (
    "top", "lead", "field", "question", "entry", "told", "entry_bm25", "added_bm25",
    "covered", "known", "amount", "agreed", "length", "bias",
)  # fmt: skip
"""What `signs` measures of a ranking as a whole; `bias` is 1."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """A probability from the signs, and where it says yes."""

    weights: Mapping[str, float]
    threshold: float

    def chance(self, measured: Mapping[str, float]) -> float:
        """In (0, 1)."""
        return 1 / (1 + exp(-max(-30.0, min(30.0, sum(w * measured[name] for name, w in self.weights.items())))))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a ranking is worth."""

    answered: float
    """Probability that the first question treats the query."""
    abstained: bool
    detail: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that was fitted on queries."""

    weights: Mapping[str, float]
    """Of `index.fuse.FEATURES`; a softmax of the scores is each question's chance, given that one is right."""
    answered: Logistic
    detail: Logistic

    def judge(self, scores: Scores, evidence: Evidence) -> Outcome:
        """Whether the ranking answers at all, and whether the detail asked for is there."""
        measured = signs(scores, evidence)
        answered, detail = self.answered.chance(measured), self.detail.chance(measured)
        abstained = answered < self.answered.threshold
        return Outcome(answered, abstained, abstained or detail >= self.detail.threshold)


def signs(scores: Scores, evidence: Evidence) -> dict[str, float]:
    """Measures of a whole ranking, by name, in the order of SIGNS."""
    first, *others = np.argsort(-scores, kind="stable")[:6].tolist()
    table = dict(zip(FEATURES, features(evidence)[:, first].tolist(), strict=True))
    second = scores[others[0]] if others else 0.0
    field = float(scores[others].mean()) if others else 0.0
    agreed = float(evidence.bm25[first] >= evidence.bm25.max()) + float(
        evidence.cosines[:, first].max() >= evidence.cosines.max()
    )
    return {
        "top": float(scores[first]),
        "lead": float(scores[first] - second),
        "field": float(scores[first]) - field,
        "question": table["asked"],
        "entry": table["entry"],
        "told": table["told"],
        "entry_bm25": table["entry_bm25"],
        "added_bm25": max(table["variant_bm25"], table["saying_bm25"]),
        "covered": float(evidence.covered[first]),
        "known": evidence.known,
        "amount": evidence.amount,
        "agreed": agreed / 2,
        "length": evidence.length,
        "bias": 1.0,
    }


def softmax(values: Scores) -> Scores:
    """Shares that sum to 1."""
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


@cache
def _stored() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("index").joinpath("ranking.json").read_text(encoding="utf-8"))
    return loaded


def load_parameters(kind: Literal["plain", "pack"], query_id: str | None = None) -> Parameters:
    """The shipped parameters for an index without or with a pack.

    With `query_id`: those fitted without that query and its questions, for figures on the queries of the fitting; a
    query that had no part in it gets the shipped ones.
    """
    record = _stored()[kind]
    fold = None if query_id is None else record["fold_of"].get(query_id)
    return parameters_from(record["all"] if fold is None else record["folds"][fold])


def parameters_from(raw: Mapping[str, Any]) -> Parameters:
    """The reverse of `dataclasses.asdict`."""
    return Parameters(raw["weights"], Logistic(**raw["answered"]), Logistic(**raw["detail"]))
