"""The figures that a person wants first, in words: what the terminal and the page both begin with. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from coach.figures import Figure
from coach.measured import times_in_ten
from evals.baselines import FIGURES as BESIDE
from evals.cases import GOLD_VERDICTS
from evals.report import Suite
from evals.wording import MEANING, Row, row

TITLES = {
    "grading": "Can its grades be trusted?",
    "faithfulness": "Do its verdicts rest on what it quotes?",
    "robustness": "Does anything but content move its verdicts?",
    "retrieval": "Does the look-up find the question?",
}
HEADLINE: Mapping[str, Sequence[str]] = {
    "grading": (
        "human_model_kappa",
        "human_model_accuracy",
        "human_judge_kappa",
        "human_judge_accuracy",
        "accuracy",
        "macro_f1",
        "kappa",
        "within_answer",
        "binary_accuracy",
        "sure_half_binary",
        "false_credit",
        "false_wrong",
        "false_missed",
        "score_mae",
        "quote_valid",
        "quote_f1",
        "ece",
        "ungraded",
        "pearson",
        "rmse",
    ),
    "robustness": (
        "flip",
        "violation",
        "gained",
        "lost",
        "violation bullets reversed",
        "violation sentences reversed",
        "violation fillers",
        "violation padding",
        "violation praise",
        "violation no punctuation",
        "violation spelled out",
        "violation reworded",
        "violation translated",
        "attack_gain",
        "attack_loss",
        "paid",
        "paid keyword list",
    ),
    "retrieval": (
        "recall@1",
        "recall@1 dense alone",
        "recall@1 bm25 alone",
        "recall@5",
        "mrr@10",
        "answered_recall@1",
        "top_bullet",
        "abstained far",
        "abstained near",
        "abstained nearmiss",
        "near_miss_detail",
        "own_right_rubric",
        "own_wrong_rubric",
        "own_refused",
        "own_false_credit",
    ),
}
SHORTER = {
    "macro_f1": "… over the four verdicts alike (macro-F1)",
    "kappa": "… beyond chance (kappa)",
    "within_answer": "… in answers neither all right nor all wrong",
    "human_model_kappa": "a person and these labels, beyond chance (kappa)",
    "human_judge_kappa": "a person and this judge, beyond chance (kappa)",
    "binary_accuracy": "credited or not, as the label",
    "sure_half_binary": "… on the half of which it is surer",
    "false_credit": "credited though missing or wrong",
    "quote_valid": "quotes that stand in the answer",
    "score_mae": "an answer's score: distance from the label's",
    "ece": "stated certainty: distance from being right",
    "recall@1": "right question first",
    "mrr@10": "… mean of 1 / its rank",
    "answered_recall@1": "… right question first, and answered",
    "near_miss_detail": "… near misses told that the detail is lacking",
    "own_false_credit": "… with the rubric found: undeserved credit",
    "claimed_valid": "the judge's own quotes that stand",
    "inserted": "a covering sentence put in: it gains credit",
    "swapped": "another question's bullets, called missing",
    "violation": "verdicts changed by edits that must change none",
    "gained": "… credit gained by them, mean",
    "lost": "… credit lost by them, mean",
    "flip": "verdicts that change when merely asked again",
    "attack_gain": "attacks: undeserving bullets credited",
    "attack_loss": "attacks: credited bullets that lose credit",
    "paid": "answers without content: bullets credited",
}
"""Where the words of the report are too long for 80 columns."""


def headline(name: str, suite: Suite) -> list[Row]:
    """The lines of a suite; of what has no data only `flip` is told, since the reader can mend that."""
    reported = suite.details.get("reported")
    first = reported if isinstance(reported, list) else []
    wanted = dict.fromkeys([*first, *HEADLINE.get(name, tuple(suite.metrics))])
    lines = [_line(suite, key) for key in wanted if key in suite.metrics]
    kept = [line for line in lines if line.n != "0" or line.interval == NO_FLIP]
    if kept:
        kept[0] = replace(kept[0], meaning=kept[0].meaning.removeprefix("… "))
    return kept + (list(_precisions(suite)) if name == "grading" else [])


NO_FLIP = "--epochs 2"
"""What makes it known."""


def _line(suite: Suite, key: str) -> Row:
    line = replace(row(suite.metrics[key]), meaning=_words(key))
    return replace(line, interval=NO_FLIP) if key == "flip" and line.n == "0" else line


def _words(name: str) -> str:
    """`recall@1 bm25 alone` -> `… bm25 alone`; a figure without a suffix in its own words."""
    stem, _, suffix = name.partition(" ")
    if stem == "abstained":
        return f"queries without an answer refused: {suffix}"
    return f"… {suffix}" if suffix else SHORTER.get(stem, MEANING.get(stem, stem))


def _precisions(suite: Suite) -> Iterator[Row]:
    for verdict in GOLD_VERDICTS:
        metric = suite.metrics[f"precision_{verdict}"]
        if metric.n:
            known = None if math.isnan(metric.value) else metric.value
            words = times_in_ten(Figure(known, metric.low, metric.high, metric.n), "en") or "too few to say"
            said = "wrong" if verdict == "contradicted" else verdict
            yield replace(row(metric), meaning=f"'{said}' is {words}")


def beside(suite: Suite) -> list[list[str]]:
    """The judge's line above those of rules that know nothing, and of the second annotator; its first row is the head.

    Empty without verdicts to compare.
    """
    rules = suite.tables.get("baselines", {})
    if not rules or not suite.metrics["accuracy"].n:
        return []
    lines = {"this judge": suite.metrics, **{_rule(rule, suite): figures for rule, figures in rules.items()}}
    body = [[name, *(row(figures[figure]).value for figure in BESIDE)] for name, figures in lines.items()]
    return [["beside the judge", *(SHORT[name] for name in BESIDE)], *body]


SHORT = {
    "macro_f1": "F1",
    "accuracy": "same",
    "kappa": "kappa",
    "binary_accuracy": "credit",
    "false_credit": "false credit",
    "within_answer": "mixed",
}


def _rule(rule: str, suite: Suite) -> str:
    if rule != "second reading":
        return rule
    by = suite.details.get("second_by")
    return "second person" if by == ["person"] else "second reading (model)" if by == ["model"] else "second reading"
