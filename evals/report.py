"""The report of a run: its figures, what failed, and its forms as JSON and as a table of plain text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import quantiles

from coach.costs import cost
from coach.types import JudgeId, Usage
from evals.baselines import as_json, baselines
from evals.cases import Data
from evals.compare import Comparison
from evals.errors import OptionError
from evals.faithfulness import faithfulness_metrics
from evals.grading import confusion_counts, coverage_curve, reliability, said_cells, score_cells, slices
from evals.metrics import grading_metrics
from evals.ownquestions import own_metrics
from evals.people import labelled, person_metrics
from evals.published import PUBLISHED, REPORTED, collection_of
from evals.records import Record
from evals.retrieval import RankingRecord, retrieval_metrics
from evals.robustness import robustness_metrics
from evals.scores import score_metrics
from evals.table import Metric
from evals.topbullet import top_bullet

BY_MODEL = "Agreement with a language model's labels; no person has labelled these answers."
BY_PERSON = "Agreement with labels given by people."
BY_BOTH = "Agreement with labels given in part by people, in part by a language model."
AFTER_CHECK = ("quote_valid", "quote_f1")
"""Of the quotes that the check left: they belong to faithfulness too, beside the judge's own."""
Json = dict[str, object]
SLICE_DRAWS = 500  # some forty groups: the second digit of their intervals is enough


@dataclass(frozen=True, slots=True)
class Suite:
    """The figures of one suite, and what else its page shows."""

    metrics: Mapping[str, Metric]
    tables: Mapping[str, Mapping[str, Mapping[str, Metric]]] = field(default_factory=dict)
    """`slices` and `baselines`: name -> figure -> metric."""
    details: Json = field(default_factory=dict)
    """What else there is, ready for JSON: confusion, curves."""

    def json(self) -> Json:
        """Tables and details, as in report.json."""
        return {**self.details, **{name: as_json(table) for name, table in self.tables.items()}}


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer that has no verdict, or not on all bullets."""

    id: str
    variant: str
    epoch: int
    error: str


@dataclass(frozen=True, slots=True)
class Speed:
    """What the answers as they stand cost."""

    p50_s: float
    p95_s: float
    usage: Usage
    answers: int
    price_in: float | None = None
    """Price of a million tokens sent; None = not known."""
    price_out: float | None = None

    @property
    def cost(self) -> float | None:
        """Of all these answers, in the currency of the prices; 0 where no model was called, None without prices."""
        return 0.0 if not self.usage.calls + self.usage.cached else cost(self.usage, self.price_in, self.price_out)

    @property
    def tokens_per_answer(self) -> float:
        """Sent and received; 0 for a judge that calls no model."""
        return (self.usage.prompt_tokens + self.usage.completion_tokens) / max(1, self.answers)

    def json(self) -> Json:
        """As in report.json; seconds that are not known are null."""
        return {
            "p50_s": _known(self.p50_s),
            "p95_s": _known(self.p95_s),
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "calls": self.usage.calls,
            "cached": self.usage.cached,
            "answers": self.answers,
            "tokens_per_answer": self.tokens_per_answer,
            "cost": self.cost,
            "cost_per_answer": None if self.cost is None else self.cost / max(1, self.answers),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run."""

    run: str
    """Its folder."""
    fingerprint: Mapping[str, object]
    suites: Mapping[str, Suite]
    failed: tuple[Failed, ...]
    speed: Speed
    all_failed: bool
    """No answer at all got a verdict."""
    note: str
    """Who labelled; belongs beside every headline."""
    compared: Mapping[str, Comparison] = field(default_factory=dict)
    """Suite -> how it differs from the baseline; empty without one."""

    @property
    def judge(self) -> JudgeId | None:
        """Who was measured; None when the run needed no judge."""
        found = self.fingerprint.get("judge")
        return JudgeId(**found) if isinstance(found, dict) else None

    def metric(self, name: str) -> Metric:
        """A figure by its full name, as in `grading.macro_f1`; OptionError when the run has none of that name."""
        suite, _, figure = name.partition(".")
        metrics = self.suites[suite].metrics if suite in self.suites else {}
        if figure not in metrics:
            known = ", ".join(metrics) or ", ".join(self.suites)
            raise OptionError(f"no figure {name!r} in this run; there is {known}")
        return metrics[figure]

    def summary(self) -> Json:
        """What `coach eval --json` prints."""
        figures = {
            name: {key: metric.json() for key, metric in suite.metrics.items()} for name, suite in self.suites.items()
        }
        return {"schema": 1, "run": self.run, "suites": figures}

    def json(self) -> Json:
        """What report.json holds: the summary with details, failures, speed and fingerprint."""
        return {
            **self.summary(),
            "note": self.note,
            "details": {name: suite.json() for name, suite in self.suites.items()},
            "failed": [{"id": f.id, "variant": f.variant, "epoch": f.epoch, "error": f.error} for f in self.failed],
            "speed": self.speed.json(),
            "fingerprint": dict(self.fingerprint),
            "baseline": {name: comparison.json() for name, comparison in self.compared.items()},
        }


def build_report(
    run: str,
    suites: Sequence[str],
    data: Data,
    records: Mapping[str, Record],
    rankings: Mapping[str, RankingRecord],
    fingerprint: Mapping[str, object],
    *,
    draws: int,
    seed: int,
    prices: tuple[float | None, float | None] = (None, None),
) -> Report:
    """The report from what the run's logs hold."""
    kept = list(records.values())
    built: dict[str, Suite] = {}
    if "grading" in suites:
        built["grading"] = _grading_suite(data, kept, draws, seed)
    if "faithfulness" in suites:
        checked = grading_metrics(score_cells(data.answers, said_cells(kept)), AFTER_CHECK, draws=draws, seed=seed)
        built["faithfulness"] = Suite(checked | faithfulness_metrics(data.answers, kept, draws=draws, seed=seed))
    if "robustness" in suites:
        built["robustness"] = Suite(robustness_metrics(data.answers, kept, draws=draws, seed=seed))
    if "retrieval" in suites:
        found = retrieval_metrics(data.queries, rankings, draws=draws, seed=seed)
        found |= top_bullet(data.queries, rankings, draws=draws, seed=seed)
        built["retrieval"] = Suite(found | own_metrics(data, rankings, kept, draws=draws, seed=seed))
    none_asked = bool(kept) and all(r.error for r in kept)
    failed = tuple(Failed(r.case, r.variant, r.epoch, r.error or "a bullet stayed ungraded") for r in kept if r.failed)
    return Report(run, fingerprint, built, failed, _speed(kept, prices), none_asked, note_on(data))


def note_on(data: Data) -> str:
    """Who labelled the answers; a query's relevant questions are a language model's as well."""
    by = {case.labelled_by for case in data.answers} or {"model"}
    if by == {"model"} and (count := labelled(data.answers)):
        return f"Agreement with a language model's labels; a person labelled {count} of these bullets, blind."
    return BY_BOTH if len(by) > 1 else BY_PERSON if by == {"person"} else BY_MODEL


def _grading_suite(data: Data, records: Sequence[Record], draws: int, seed: int) -> Suite:
    said = said_cells(records)
    cells = score_cells(data.answers, said)
    fewer, collection = min(draws, SLICE_DRAWS), collection_of(data.answers)
    tables = {
        "slices": slices(data.answers, said, draws=fewer, seed=seed),
        "slices_without_doubtful": slices(data.answers, said, draws=fewer, seed=seed, doubtful=False),
        "baselines": baselines(data.answers, draws=fewer, seed=seed),
    }
    details: Json = {
        "confusion": confusion_counts(cells),
        "reliability": reliability(cells),
        "coverage": coverage_curve(cells),
        "published": [asdict(figure) for figure in PUBLISHED.get(collection, ())],
        "reported": list(REPORTED.get(collection, ())),
        "second_by": sorted({case.second_by for case in data.answers}),
    }
    metrics = person_metrics(data.answers, said, draws=draws, seed=seed)
    metrics |= grading_metrics(cells, draws=draws, seed=seed)
    metrics |= score_metrics(data.answers, said, draws=draws, seed=seed)
    return Suite(metrics, tables, details)


def _speed(records: Sequence[Record], prices: tuple[float | None, float | None]) -> Speed:
    plain = [r for r in records if r.suite == "grading" and not r.variant and not r.error]
    usage = sum((r.usage for r in plain), Usage())
    took = sorted(r.took_s for r in plain)
    if len(took) < 2:
        one = took[0] if took else math.nan
        return Speed(one, one, usage, len(plain), *prices)
    cuts = quantiles(took, n=20, method="inclusive")
    return Speed(cuts[9], cuts[18], usage, len(plain), *prices)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
