"""Several judges on the same answers: a run each by `evals.runner`, and one paired table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from coach.types import Judge
from evals.cases import Data
from evals.compare import Difference, compare_grading, load_said
from evals.errors import OptionError
from evals.intervals import holm
from evals.judging import Context, Plain
from evals.records import write_whole
from evals.report import Report, Speed
from evals.runner import Options, Progress, run
from evals.table import Metric
from index.types import Search

SHOWN = (
    "macro_f1",
    "accuracy",
    "false_credit",
    "precision_covered",
    "precision_partial",
    "precision_missing",
    "precision_contradicted",
)
PAIRED = "accuracy"


@dataclass(frozen=True, slots=True)
class Line:
    """One judge in the table."""

    name: str
    metrics: Mapping[str, Metric]
    speed: Speed
    failed: int
    against_first: Difference | None
    """Accuracy against the first judge's, on the same cells, Holm over the judges; None for the first."""

    def json(self) -> dict[str, object]:
        """As in judges.json."""
        return {
            "judge": self.name,
            "metrics": {name: metric.json() for name, metric in self.metrics.items()},
            "speed": self.speed.json(),
            "failed": self.failed,
            "against_first": asdict(self.against_first) if self.against_first else None,
        }


@dataclass(frozen=True, slots=True)
class Contender:
    """A judge, and what a run with it needs besides: see `evals.runner.run`."""

    judge: Judge | Plain
    settings: Mapping[str, str] = field(default_factory=dict)
    context: Context | None = None
    prices: tuple[float | None, float | None] = (None, None)
    on_progress: Callable[[Progress], None] | None = None
    concurrency: int | None = None
    """None: that of the options."""


def run_judges(
    suites: Sequence[str],
    data: Data,
    judges: Mapping[str, Contender],
    *,
    out_dir: Path,
    options: Options | None = None,
    search: Search | None = None,
) -> tuple[tuple[Line, ...], dict[str, Report]]:
    """Run the judges one after the other, each in a folder of `out_dir`, and compare each with the first.

    judges.json holds the table. OptionError unless grading is asked for and there are two judges. A resumed call goes
    on with the judges that have begun and starts the others.
    """
    if len(judges) < 2 or "grading" not in suites:
        raise OptionError(f"a table of judges needs two of them and the suite grading, not {', '.join(judges)}")
    options = options or Options()
    reports = {
        name: run(
            suites,
            data,
            judge=one.judge,
            search=search,
            context=one.context,
            out_dir=folder_of(out_dir, name),
            options=_own(options, one, folder_of(out_dir, name)),
            settings=one.settings,
            on_progress=one.on_progress,
        )
        for name, one in judges.items()
    }
    found = _lines(reports, data.limited(options.limit, quick=options.quick), out_dir, options)
    write_whole(
        out_dir / "judges.json", json.dumps([line.json() for line in found], ensure_ascii=False, indent=1) + "\n"
    )
    return found, reports


def folder_of(out_dir: Path, name: str) -> Path:
    """The judge's own folder: its name, with what no folder is called replaced."""
    return out_dir / re.sub(r"[^\w.-]+", "_", name)


def _own(options: Options, one: Contender, folder: Path) -> Options:
    """The options of this judge's run; a run that has not begun is not resumed."""
    own = replace(options, prices=one.prices, concurrency=one.concurrency or options.concurrency)
    begun = (folder / "fingerprint.json").exists()
    return own if begun else replace(own, resume=False, retry_failed=False)


def _lines(reports: Mapping[str, Report], data: Data, out_dir: Path, options: Options) -> tuple[Line, ...]:
    names = list(reports)
    said = {name: load_said(folder_of(out_dir, name)) for name in names}
    paired = [
        compare_grading(
            data.answers, said[names[0]], said[name], names=(PAIRED,), draws=options.draws, seed=options.seed
        )
        for name in names[1:]
    ]
    differences = [comparison.differences[0] for comparison in paired]
    adjusted = [replace(d, p_holm=p) for d, p in zip(differences, holm([d.p for d in differences]), strict=True)]
    return tuple(
        Line(
            name,
            {figure: reports[name].metric(f"grading.{figure}") for figure in SHOWN},
            reports[name].speed,
            len(reports[name].failed),
            against,
        )
        for name, against in zip(names, [None, *adjusted], strict=True)
    )
