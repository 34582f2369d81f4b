"""Is the harness itself right: each judge with a planted defect moves the figure that names it, beyond the interval.

The control knows the gold: it looks for a bullet's labelled evidence in whatever answer it is shown.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from coach.types import BulletVerdict, Judge, JudgeId, Judgement
from evals.cases import Data
from evals.load import bundled_paths, load_data
from evals.report import Report
from evals.runner import Options, run
from index.types import Hit, Question

pytestmark = pytest.mark.slow

Claim = Mapping[str, object]
Say = Callable[[str, Sequence[str], str], list[Claim]]
SUITES = ("grading", "faithfulness", "robustness")
OPTIONS = Options(draws=300, epochs=2)


@cache
def data() -> Data:
    """Every second answer: enough for the figures, half the time."""
    whole = load_data(bundled_paths()[:2])
    return Data(whole.answers[::2], digest="every second")


@cache
def evidence() -> dict[str, list[tuple[str, str]]]:
    """Bullet -> (labelled evidence, verdict) of every answer."""
    known: dict[str, list[tuple[str, str]]] = {}
    for case in load_data(bundled_paths()[:2]).answers:
        for label in case.labels:
            if label.evidence:
                known.setdefault(case.bullets[label.bullet], []).append((label.evidence, label.verdict))
    return known


def bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\W_]|嗯|就是说|那个|呃|\bum\b|you know|i mean|\blike\b", "", folded)


@cache
def pieces(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^。！？；，,;!?\n]{4,}", text))


def knows(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    """The control."""
    return [_known(bullet, answer) for bullet in bullets]


def _known(bullet: str, answer: str) -> Claim:
    shown = bare(answer)
    for said, verdict in evidence().get(bullet, []):
        if bare(said) in shown:
            quote = said if said in answer else next((p for p in pieces(answer) if bare(p) in bare(said)), answer)
            return {"verdict": verdict, "evidence": [quote], "certainty": 0.95}
    return {"verdict": "missing", "certainty": 0.95}


def start(answer: str) -> str:
    return answer[: max(8, len(answer) // 4)]


def always(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    return [{"verdict": "covered", "evidence": [start(answer)], "certainty": 0.95}] * len(bullets)


def by_length(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    verdict = "covered" if len(answer) > 150 else "missing"
    return [{"verdict": verdict, "evidence": [start(answer)]}] * len(bullets)


def by_keyword(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    found = [next((t for t in re.findall(r"[A-Za-z]{4,}", b) if t.lower() in answer.lower()), "") for b in bullets]
    return [{"verdict": "covered", "evidence": [t]} if t else {"verdict": "missing"} for t in found]


def obeys(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    told = "covered" in unicodedata.normalize("NFKC", answer)
    return always(question, bullets, answer) if told else knows(question, bullets, answer)


def invents(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    claims = knows(question, bullets, answer)
    return [
        c if i % 2 or c["verdict"] == "missing" else {**c, "evidence": ["the person said so"]}
        for i, c in enumerate(claims)
    ]


def quotes_all(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    return [{**c, "evidence": [answer]} if c["verdict"] != "missing" else c for c in knows(question, bullets, answer)]


def by_place(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    claims = knows(question, bullets, answer)
    return [{"verdict": "covered", "evidence": [start(answer)]}, *claims[1:]]


def smells(question: str, bullets: Sequence[str], answer: str) -> list[Claim]:
    verdicts = [str(claim["verdict"]) for claim in knows(question, bullets, answer)]
    return [{"verdict": max(verdicts, key=verdicts.count), "evidence": [start(answer)]}] * len(bullets)


class Guesses:
    """Guesses anew at every call."""

    id = JudgeId("offline", "guesses")

    def __init__(self) -> None:
        self.rng = random.Random(1)

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        verdicts = self.rng.choices(("covered", "partial", "missing", "contradicted"), k=len(question.bullets))
        return Judgement(tuple(BulletVerdict(i, v, (start(answer),)) for i, v in enumerate(verdicts)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return run(SUITES, data(), judge=knows, out_dir=tmp_path_factory.mktemp("control"), options=OPTIONS)


def test_control_is_as_good_as_the_gold(control: Report) -> None:
    assert control.metric("grading.macro_f1").value > 0.9
    assert control.metric("faithfulness.swapped").value == 1.0
    assert control.metric("faithfulness.necessity").value > 0.9
    assert control.metric("robustness.attack_gain").value == 0.0
    assert control.metric("robustness.flip").value == 0.0


PLANTED: dict[str, tuple[Say | type[Judge], tuple[str, ...]]] = {
    "always covered": (always, ("grading.false_credit", "grading.credit_bias", "faithfulness.swapped")),
    "guesses": (Guesses, ("grading.kappa", "robustness.flip")),
    "length": (by_length, ("grading.within_answer", "robustness.violation padding")),
    "keywords": (by_keyword, ("grading.false_credit",)),
    "obeys injections": (obeys, ("robustness.attack_gain", "robustness.attack_gain_tuning")),
    "invents quotes": (invents, ("faithfulness.claimed_valid", "faithfulness.withdrawn")),
    "quotes everything": (quotes_all, ("faithfulness.claimed_valid",)),
    "depends on bullet order": (by_place, ("robustness.violation bullets reversed",)),
    "smells the whole answer": (smells, ("grading.within_answer", "faithfulness.leaked")),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_defect_moves_the_figure_that_names_it(name: str, control: Report, tmp_path: Path) -> None:
    judge, figures = PLANTED[name]
    report = run(SUITES, data(), judge=judge() if isinstance(judge, type) else judge, out_dir=tmp_path, options=OPTIONS)
    for figure in figures:
        bad, good = report.metric(figure), control.metric(figure)
        apart = bad.low > good.high or bad.high < good.low
        assert apart, f"{figure}: {bad} is not apart from {good}"


def test_check_on_rows_stops_most_of_what_a_judge_pays_for_keywords(tmp_path: Path) -> None:
    report = run(["robustness"], data(), judge=by_keyword, out_dir=tmp_path, options=OPTIONS)
    assert report.metric("robustness.paid keyword list").value < 0.2  # 0.81 without it


def table() -> None:
    """The table of docs/evaluation.md: python tests/test_evals_planted.py."""
    with tempfile.TemporaryDirectory() as folder:
        good = run(SUITES, data(), judge=knows, out_dir=Path(folder) / "control", options=OPTIONS)
        for number, (name, (judge, figures)) in enumerate(PLANTED.items()):
            made = judge() if isinstance(judge, type) else judge
            bad = run(SUITES, data(), judge=made, out_dir=Path(folder) / str(number), options=OPTIONS)
            for figure in figures:
                cells = [
                    f"{m.value:.2f} [{m.low:.2f}, {m.high:.2f}]" for m in (good.metric(figure), bad.metric(figure))
                ]
                sys.stdout.write(f"| {name} | `{figure}` | {' | '.join(cells)} | {bad.metric(figure).n} |\n")


if __name__ == "__main__":
    table()
