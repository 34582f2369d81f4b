"""Several judges on the same answers: a run each by `evals.runner`, and one paired table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from coach.types import Judge
from evals.cases import Data
from evals.compare import Difference, compare_grading, load_said
from evals.errors import OptionError
from evals.intervals import holm
from evals.judging import Plain
from evals.records import write_whole
from evals.report import Report, Speed
from evals.runner import Options, Progress, run
from evals.table import Metric

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

    @property
    def tokens_per_answer(self) -> float:
        """Tokens sent and received for one answer; 0 for a judge that calls no model."""
        usage = self.speed.usage
        return (usage.prompt_tokens + usage.completion_tokens) / max(1, self.speed.answers)


def run_judges(
    suites: Sequence[str],
    data: Data,
    judges: Mapping[str, Judge | Plain],
    *,
    out_dir: Path,
    options: Options | None = None,
    settings: Mapping[str, Mapping[str, str]] | None = None,
    on_progress: Callable[[str, Progress], None] | None = None,
) -> tuple[Line, ...]:
    """Run the judges one after the other, each in a folder of `out_dir`, and compare each with the first.

    `settings`: by judge, as in `evals.runner.run`. judges.json holds the table. OptionError unless grading is asked
    for and there are two judges. A resumed call goes on with the judges that have begun and starts the others.
    """
    if len(judges) < 2 or "grading" not in suites:
        raise OptionError(f"a table of judges needs two of them and the suite grading, not {', '.join(judges)}")
    options = options or Options()
    reports = {
        name: run(
            suites,
            data,
            judge=judge,
            out_dir=folder_of(out_dir, name),
            options=_begun(options, folder_of(out_dir, name)),
            settings=(settings or {}).get(name),
            on_progress=(lambda progress, name=name: on_progress(name, progress)) if on_progress else None,  # type: ignore[misc]
        )
        for name, judge in judges.items()
    }
    found = _lines(reports, data.limited(options.limit, quick=options.quick), out_dir, options)
    write_whole(
        out_dir / "judges.json", json.dumps([_json(line) for line in found], ensure_ascii=False, indent=1) + "\n"
    )
    return found


def folder_of(out_dir: Path, name: str) -> Path:
    """The judge's own folder: its name, with what no folder is called replaced."""
    return out_dir / re.sub(r"[^\w.-]+", "_", name)


def _begun(options: Options, folder: Path) -> Options:
    begun = (folder / "fingerprint.json").exists()
    return options if begun else replace(options, resume=False, retry_failed=False)


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


def _json(line: Line) -> dict[str, object]:
    return {
        "judge": line.name,
        "metrics": {name: metric.json() for name, metric in line.metrics.items()},
        "speed": line.speed.json(),
        "tokens_per_answer": line.tokens_per_answer,
        "failed": line.failed,
        "against_first": asdict(line.against_first) if line.against_first else None,
    }
