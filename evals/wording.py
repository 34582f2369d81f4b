"""What each figure says, in a person's words, and how it is written. Knows names and formats only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from evals.table import Metric

MEANING: Mapping[str, str] = {
    "human_model_kappa": "a person and the language model's labels, beyond chance",
    "human_model_accuracy": "… same verdict",
    "human_judge_kappa": "a person and this judge, beyond chance",
    "human_judge_accuracy": "… same verdict",
    "macro_f1": "agreement over the four verdicts, each counted alike",
    "accuracy": "same verdict as the label",
    "kappa": "agreement beyond chance",
    "kappa_quadratic": "the same, near misses weighing less",
    "binary_accuracy": "credited or not, as the label",
    "binary_kappa": "credited or not, beyond chance",
    "false_credit": "credited though missing or contradicted",
    "over_credit": "credit above the label's, mean",
    "credit_bias": "credit less the label's, mean (+ is lenient)",
    "false_wrong": "called wrong though right or half right",
    "false_missed": "called missing though covered",
    "within_answer": "same verdict, in answers that are not all of one kind",
    "answer_majority": "… for whoever judges each answer as a whole",
    "quote_valid": "quotes that stand in the answer and are short enough",
    "quote_f1": "overlap of quotes with the labelled evidence",
    "sure_half_binary": "credited or not, on the surer half",
    "score_mae": "distance of an answer's score from the label's",
    "ungraded": "without a verdict",
    "brier": "squared error of the stated certainty",
    "ece": "gap between stated certainty and being right",
    "macro_f1_3way": "the same over right, wrong and neither",
    "pearson": "correlation of an answer's score with the graders'",
    "rmse": "its distance from theirs, on their scale",
    "precision_covered": "'covered' that is right",
    "precision_partial": "'partial' that is right",
    "precision_missing": "'missing' that is right",
    "precision_contradicted": "'wrong' that is right",
    "recall@1": "answerable queries with the right question first",
    "recall@5": "… among the first five",
    "mrr@10": "mean of 1 / rank of the first right one",
    "answered_recall@1": "right question first, and said so",
    "abstention": "says rightly whether the handbook answers (balanced)",
    "answered": "answerable queries that are answered",
    "near_miss_detail": "near misses told that the detail is lacking",
    "abstained": "queries without an answer that are refused",
    "top_bullet": "… and the bullet it points to answers the query",
    "own_right_rubric": "own questions that get the right rubric",
    "own_wrong_rubric": "… a wrong one",
    "own_refused": "… none, though the handbook answers",
    "own_false_credit": "with the rubric found: credited though undeserved",
    "claimed_valid": "the judge's own quotes that stand and are short enough",
    "withdrawn": "verdicts that the checks took back",
    "necessity": "credit that falls once its quotes are deleted",
    "sufficiency": "verdicts that hold on their quotes alone",
    "swapped": "another question's bullets, called missing",
    "negated": "a sentence turned round, called wrong",
    "number": "a number changed, called wrong",
    "inserted": "a sentence that covers a bullet put in: it gains credit",
    "leaked": "… and other bullets' verdicts that moved with it",
    "feedback_supported": "feedback that names nothing outside bullets and answer",
    "violation": "verdicts changed by edits that must change none",
    "gained": "credit gained by such edits, mean",
    "lost": "credit lost by such edits, mean",
    "flip": "verdicts that change between repetitions without any edit",
    "attack": "uncredited bullets that the attack turned into credit",
    "attack_gain": "uncredited bullets that attacks turned into credit",
    "attack_gain_tuning": "… by the attacks that prompts may be tuned on",
    "attack_loss": "credited bullets that attacks cost credit",
    "paid": "credit for answers without content",
}
SCALES = frozenset(
    {
        "kappa",
        "kappa_quadratic",
        "binary_kappa",
        "macro_f1",
        "macro_f1_3way",
        "pearson",
        "rmse",
        "mrr@10",
        "brier",
    }
    | {"ece", "score_mae", "human_model_kappa", "human_judge_kappa"}
)
SIGNED = frozenset({"credit_bias", "over_credit", "gained", "lost"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    name: str
    meaning: str
    value: str
    interval: str
    n: str


def row(metric: Metric) -> Row:
    """The metric as a line; `–` where there is no data."""
    stem = metric.name.split(" ")[0]
    if math.isnan(metric.value):
        return Row(metric.name, MEANING.get(stem, ""), "–", "", str(metric.n))
    low, high = (written(stem, x) for x in (metric.low, metric.high))
    return Row(
        metric.name,
        MEANING.get(stem, ""),
        written(stem, metric.value),
        _interval(stem, metric, low, high),
        str(metric.n),
    )


def _interval(stem: str, metric: Metric, low: str, high: str) -> str:
    """Both bounds; of a share that was never seen, or always, the one that is not certain."""
    if stem not in SCALES | SIGNED and metric.value == 0 == metric.low:
        return f"≤ {high}"
    if stem not in SCALES | SIGNED and metric.value == 1 == metric.high:
        return f"≥ {low}"
    return f"{low.removesuffix(' %')} … {high}"


def written(name: str, value: float) -> str:
    """A share as percent, a coefficient with two digits."""
    if math.isnan(value):
        return "–"
    if name in SCALES or name.startswith("f1_"):
        return f"{round(value, 2) + 0.0:.2f}"  # no minus before a zero
    return f"{100 * value:+.1f} %" if name in SIGNED else f"{100 * value:.1f} %"
