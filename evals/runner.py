"""A run of `coach eval`: tasks to a bounded pool, every finished one to the disk at once, the report from the disk.

    from evals.load import bundled_paths, load_data
    from evals.runner import Options, run

    report = run(["grading"], load_data(bundled_paths()), judge=my_function, out_dir=Path("runs/mine"))
    report.metric("grading.macro_f1").value

The caller hands in the judge and the search; nothing is constructed here, and no network or model is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from coach.pool import finished
from coach.types import Judge, Usage
from evals.cases import AnswerCase, Data
from evals.compare import Comparison, Earlier, Said, compare_grading, compare_retrieval, load_earlier
from evals.errors import OptionError
from evals.faithfulness import CELLS, gold_tasks, quote_tasks
from evals.grading import said_cells
from evals.judging import Context, Plain, as_judge, looked_up_once, record_of
from evals.ownquestions import own_tasks
from evals.page import render_page
from evals.records import Record, Task
from evals.report import Report, build_report
from evals.retrieval import rank
from evals.robustness import robustness_tasks
from evals.store import RunFolder
from index.types import Search

SUITES = ("grading", "faithfulness", "robustness", "retrieval")
NEED_JUDGE = frozenset({"grading", "faithfulness", "robustness"})


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is carried out; what changes no verdict (`concurrency`, `prices`, …) is not in its fingerprint."""

    epochs: int = 1
    """Repetitions of every answer as it stands: what the judge's own noise is."""
    concurrency: int = 8
    limit: int | None = None
    quick: bool = False
    """40 answers, evenly over kinds and questions."""
    resume: bool = False
    retry_failed: bool = False
    """Ask again for the records that failed; implies `resume`."""
    seed: int = 0
    draws: int = 2000
    prices: tuple[float | None, float | None] = (None, None)
    """Of a million tokens sent, and received; None = cost is not known."""

    def fingerprint(self) -> dict[str, object]:
        """The part that makes two runs different runs."""
        own = {"concurrency", "resume", "retry_failed", "prices"}
        return {key: value for key, value in asdict(self).items() if key not in own}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    failed: int
    usage: Usage
    elapsed_s: float

    @property
    def left_s(self) -> float | None:
        """Expected seconds to the end; None before the first result."""
        return self.elapsed_s / self.done * (self.total - self.done) if self.done else None


OnProgress = Callable[[Progress], None]


def run(
    suites: Sequence[str],
    data: Data,
    *,
    out_dir: Path,
    judge: Judge | Plain | None = None,
    search: Search | None = None,
    context: Context | None = None,
    options: Options | None = None,
    settings: Mapping[str, str] | None = None,
    baseline: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Report:
    """Run `suites` over `data`, leave report.json, report.html, cells.jsonl and rankings.jsonl in `out_dir`.

    `context`: the neighbouring questions that practice shows this judge; without it the judge sees none.
    `settings`: what else makes the run what it is and belongs to its fingerprint (endpoint host, handbook, pack).
    `baseline`: the folder of an earlier run to compare with, on the cells that both hold: see `Report.compared`.
    A judge that cannot be asked leaves failed records, not an exception: see `Report.failed`, `Report.all_failed`.
    OptionError for an unknown suite or a missing judge or search; ResumeError when the folder holds another run.
    Ctrl-C leaves what is finished on disk and goes through.
    """
    options = options or Options()
    wanted = _checked(suites, judge, search)
    # Before the run: a wrong folder must not come to light after a paid one.
    earlier = load_earlier(baseline) if baseline else None
    data = data.limited(options.limit, quick=options.quick)
    asked = as_judge(judge) if judge is not None else None
    print_of = _fingerprint(wanted, data, asked, options, settings or {})
    folder = RunFolder.open(out_dir, print_of, resume=options.resume or options.retry_failed)
    try:
        if search is not None and "retrieval" in wanted:
            _rank(data, search, folder)
        if asked is not None and NEED_JUDGE & set(wanted):
            work = partial(record_of, judge=asked, context=looked_up_once(context) if context else None)
            _grade(first_wave(wanted, data.answers, options), work, folder, options, on_progress)
            later = second_wave(wanted, data.answers, folder.records(), options)
            if search is not None and "retrieval" in wanted:
                later += own_tasks(data, folder.rankings(), search)
            _grade(later, work, folder, options, on_progress)
    finally:
        folder.close()
    return _report(wanted, data, folder, print_of, options, earlier)


def _report(
    suites: Sequence[str],
    data: Data,
    folder: RunFolder,
    print_of: Mapping[str, object],
    options: Options,
    earlier: Earlier | None,
) -> Report:
    """The report of what the folder holds, written into it."""
    said = said_cells(list(folder.records().values()))
    report = build_report(
        str(folder.path),
        suites,
        data,
        folder.records(),
        folder.rankings(),
        print_of,
        draws=options.draws,
        seed=options.seed,
        prices=options.prices,
    )
    if earlier:
        report = replace(report, compared=_compared(suites, data, said, folder, options, earlier))
    cases = data.answers if "grading" in suites else ()
    folder.finish(report.json(), render_page(report, cases, said, baseline=earlier.said if earlier else None))
    return report


def _compared(
    suites: Sequence[str], data: Data, said: Said, folder: RunFolder, options: Options, earlier: Earlier
) -> dict[str, Comparison]:
    draws, seed = options.draws, options.seed
    found = {}
    if "grading" in suites:
        found["grading"] = compare_grading(data.answers, earlier.said, said, draws=draws, seed=seed)
    if "retrieval" in suites:
        ranked = folder.rankings()
        found["retrieval"] = compare_retrieval(data.queries, earlier.rankings, ranked, draws=draws, seed=seed)
    return found


def _checked(suites: Sequence[str], judge: object, search: object) -> tuple[str, ...]:
    if unknown := [name for name in suites if name not in SUITES]:
        raise OptionError(f"unknown suite {unknown[0]!r}; there are {', '.join(SUITES)}")
    wanted = tuple(name for name in SUITES if name in suites)
    if judge is None and (needy := [name for name in wanted if name in NEED_JUDGE]):
        raise OptionError(f"suite {needy[0]!r} needs a judge; name one")
    if search is None and "retrieval" in wanted:
        raise OptionError("suite 'retrieval' needs a search; name a handbook or a corpus")
    return wanted


def _fingerprint(
    suites: Sequence[str], data: Data, judge: Judge | None, options: Options, settings: Mapping[str, str]
) -> dict[str, object]:
    return {
        "suites": list(suites),
        "data": data.digest,
        "judge": asdict(judge.id) if judge else None,
        **options.fingerprint(),
        **settings,
    }


def first_wave(suites: Sequence[str], cases: Sequence[AnswerCase], options: Options) -> list[Task]:
    """Every answer as it stands, once per epoch (each suite compares with it), and the edits known beforehand."""
    tasks = [Task(case, epoch=epoch) for epoch in range(options.epochs) for case in cases]
    if "faithfulness" in suites:
        tasks += gold_tasks(cases, seed=options.seed)
    if "robustness" in suites:
        tasks += robustness_tasks(cases, seed=options.seed)
    return tasks


def second_wave(
    suites: Sequence[str], cases: Sequence[AnswerCase], records: Mapping[str, Record], options: Options
) -> list[Task]:
    """Edits that depend on what was said of the answer as it stands."""
    return quote_tasks(cases, records.values(), seed=options.seed) if "faithfulness" in suites else []


def planned(suites: Sequence[str], data: Data, options: Options | None = None) -> int:
    """How many answers a run would have graded at most, gated ones included: for an estimate before a paid run."""
    options = options or Options()
    if not NEED_JUDGE & set(suites):
        return 0
    cases = data.limited(options.limit, quick=options.quick).answers
    own = len(data.queries) // 10 if "retrieval" in suites else 0  # about as many get a wrong rubric
    return len(first_wave(suites, cases, options)) + (2 * CELLS if "faithfulness" in suites else 0) + own


def _grade(
    tasks: Sequence[Task],
    work: Callable[[Task], Record],
    folder: RunFolder,
    options: Options,
    on_progress: OnProgress | None,
) -> None:
    """Grade what the folder doesn't hold yet; each record is on disk before the next progress call."""
    known = folder.records()
    kept = {key for key, record in known.items() if not (options.retry_failed and record.failed)}
    missing = [task for task in tasks if task.key not in kept]
    done = [known[task.key] for task in tasks if task.key in kept]
    progress = _Counter(len(tasks), done, on_progress)
    for record in finished(work, missing, concurrency=options.concurrency):
        folder.add(record)
        progress.tell(record)


class _Counter:
    """Adds records up for whoever watches."""

    def __init__(self, total: int, done: Sequence[Record], on_progress: OnProgress | None) -> None:
        self.total, self.done, self.on_progress = total, len(done), on_progress
        self.failed, self.usage, self.fresh = sum(r.failed for r in done), Usage(), 0
        self.started = time.monotonic()

    def tell(self, record: Record) -> None:
        """Count the record and say so."""
        self.done, self.fresh = self.done + 1, self.fresh + 1
        self.failed += record.failed
        self.usage += record.usage
        if self.on_progress:
            elapsed_s = time.monotonic() - self.started
            self.on_progress(Progress(self.done, self.total, self.failed, self.usage, elapsed_s))


def _rank(data: Data, search: Search, folder: RunFolder) -> None:
    known = folder.rankings()
    for case in data.queries:
        if case.id not in known:
            folder.add_ranking(rank(case, search))
