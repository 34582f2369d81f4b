"""Published figures of the collections that `coach import` reads, to stand beside the judge's own. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.cases import AnswerCase


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure."""

    figure: str
    """As this program calls it."""
    value: float
    by: str
    """Which system, where it was published."""


PUBLISHED: dict[str, tuple[Published, ...]] = {
    "mohler": (
        Published("pearson", 0.592, "alignment, embeddings and length, Sultan et al. 2016"),
        Published("rmse", 0.887, "Sultan et al. 2016"),
        Published("pearson", 0.537, "FastText, Metzler 2019"),
        Published("rmse", 0.956, "FastText, Metzler 2019"),
        Published("pearson", 0.480, "bag of words with SVMRank, Mohler et al. 2011"),
        Published("rmse", 1.042, "bag of words with SVMRank, Mohler et al. 2011"),
        Published("pearson", 0.318, "cosine of BERT, Gaddipati et al. 2020 (arXiv 2009.01303)"),
        Published("rmse", 1.057, "cosine of BERT, Gaddipati et al. 2020"),
        Published("pearson", 0.597, "one grader against the other (computed)"),
    ),
    "beetle": (
        Published(
            "macro_f1_3way",
            0.709,
            "a tuned language model, unseen questions (other middle class)",
        ),
    ),
    "physics": (Published("kappa", 0.835, "one rater against the other (computed)"),),
    "saf": (Published("pearson", 0.472, "share of the reference's words, unseen questions (computed)"),),
    "zh_ads": (Published("pearson", 0.411, "share of the reference's words, all answers (computed)"),),
}
"""Collection -> figures. Other splits of the same collection: the training half is what most copies hold."""
REPORTED: dict[str, tuple[str, ...]] = {
    "mohler": ("pearson", "rmse"),
    "saf": ("pearson", "rmse"),
    "zh_ads": ("pearson", "rmse"),
    "beetle": ("macro_f1_3way",),
    "physics": ("kappa",),
}
"""Collection -> the figures that its papers use."""


def collection_of(cases: Sequence[AnswerCase]) -> str:
    """The collection that all the answers come from; empty when there is no such one."""
    kinds = {case.kind for case in cases}
    name = kinds.pop() if len(kinds) == 1 else ""
    return name if name in PUBLISHED else ""
