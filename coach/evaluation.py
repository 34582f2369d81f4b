"""One call of `coach eval`: its plan, the judges and the search it measures, its bars, and what it leaves behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from coach import measured, wire
from coach.config import Config, JudgeChoice, choose_judge
from coach.costs import cost
from coach.endpoint import host_of
from coach.errors import ConfigError
from coach.evalplan import Bars, Plan, check
from coach.meter import Meter
from coach.types import Narrate, Usage

if TYPE_CHECKING:
    from evals.cases import Data
    from evals.judges import Contender, Line
    from evals.report import Report
    from evals.runner import Options
    from index.types import Handbook, Search

Confirm = Callable[[str], bool]

DEFAULT_SUITES = ("grading", "retrieval")
SENT, RECEIVED = 2120, 200
"""What an answer of the bundled data took through `grade.v2` (20 answers, docs/measurements.md)."""
FAILED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Results:
    """One report per judge, by its name, and the table of several."""

    reports: Mapping[str, Report]
    table: tuple[Line, ...] = ()

    def json(self) -> list[dict[str, object]]:
        """A line per judge, and one more that compares several."""
        if not self.table:
            return [report.summary() for report in self.reports.values()]
        rows = [{**report.summary(), "judge": name} for name, report in self.reports.items()]
        return [*rows, {"schema": 1, "judges": [line.json() for line in self.table]}]


def broken(report: Report, bars: Bars) -> list[str]:
    """One line for each bar that the report does not keep; a figure without data keeps none."""
    from evals.bars import violations

    return violations(report, fail_under=bars.fail_under, fail_over=bars.fail_over, max_drop=bars.max_drop)


def evaluate(config: Config, plan: Plan, *, narrate: Narrate, confirm: Confirm | None = None) -> Results:
    """Carry the plan out. `confirm` is asked before a run that calls a model; None: start, and say what it takes."""
    from evals.runner import NEED_JUDGE

    book = wire.handbook(config)
    data = wire.eval_data(config, book, plan.data)
    plan = replace(plan, suites=plan.suites or _suites_for(data))
    check(plan)
    grades = bool(NEED_JUDGE & set(plan.suites))
    choices = {name: _choice(config, name) for name in plan.judges or (config.judge,)} if grades else {}
    for notice in dict.fromkeys(choice.notice for choice in choices.values() if choice.notice):
        narrate(notice)
    _agree(config, plan, data, choices, narrate, confirm)
    run = _Run(config, plan, book, data, narrate)
    if len(choices) > 1:
        return run.several(choices)
    name, choice = next(iter(choices.items()), ("", None))
    return Results({name: run.one(choice)})


def _choice(config: Config, name: str) -> JudgeChoice:
    return choose_judge(replace(config, judge=name))


def _suites_for(data: Data) -> tuple[str, ...]:
    present = {"grading": bool(data.answers), "retrieval": bool(data.queries)}
    return tuple(suite for suite in DEFAULT_SUITES if present[suite])


def _agree(
    config: Config,
    plan: Plan,
    data: Data,
    choices: Mapping[str, JudgeChoice],
    narrate: Narrate,
    confirm: Confirm | None,
) -> None:
    """Say what a run that calls models takes, and have it agreed to; ConfigError when it is not."""
    from evals.runner import planned

    models = [choice.model for choice in choices.values() if choice.model]
    if not models:
        return
    count = planned(plan.suites, data, plan.options)
    lines = [_offer(model, count, _prices(config, plan, model)) for model in models]
    if confirm is None:
        narrate("asking " + "; ".join(lines))
    elif not confirm(f"This asks {'; '.join(lines)}. Start?"):
        raise ConfigError("not started; add --yes to start without being asked")


def _offer(model: str, count: int, prices: tuple[float | None, float | None]) -> str:
    money = cost(Usage(count * SENT, count * RECEIVED), *prices)
    price = "set price_in and price_out, or --price, to see the cost" if money is None else f"cost about {money:.2f}"
    return f"{model!r} for up to {count} grades, about {count * (SENT + RECEIVED):,} tokens ({price})"


def _prices(config: Config, plan: Plan, model: str | None) -> tuple[float | None, float | None]:
    return plan.prices.get(model or "", (config.price_in, config.price_out))


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder, numbered where another run has begun in the same second."""
    parent.mkdir(parents=True, exist_ok=True)
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    while True:
        folder = parent / next(names)
        with suppress(FileExistsError):
            folder.mkdir()
            return folder


@dataclass(frozen=True, slots=True)
class _Run:
    """What every judge of one call shares."""

    config: Config
    plan: Plan
    book: Handbook
    data: Data
    narrate: Narrate

    def one(self, choice: JudgeChoice | None) -> Report:
        """Run the suites with one judge, or with none."""
        from evals.runner import run

        grading = self._grading(choice) if choice else None
        folder = self._folder()
        with self._kept(folder):
            report = run(
                self.plan.suites,
                self.data,
                out_dir=folder,
                judge=grading.judge if grading else None,
                search=self._search(),
                context=grading.neighbours if grading else None,
                options=self._options(choice),
                settings=self._settings(choice),
                baseline=self.plan.baseline,
                on_progress=self._meter(choice).show,
            )
        self._keep(report, choice)
        self._tell_failed(report)
        return report

    @contextmanager
    def _kept(self, folder: Path) -> Iterator[None]:
        """Say on Ctrl-C how to go on."""
        try:
            yield
        except KeyboardInterrupt:
            self.narrate(f"\nstopped; what is finished is kept. Go on with the same command and --resume {folder}")
            raise

    def several(self, choices: Mapping[str, JudgeChoice]) -> Results:
        """Run the judges one after the other on the same answers, and compare each with the first."""
        from evals.judges import run_judges

        if self.plan.baseline:
            raise ConfigError("--baseline goes with one judge; several are compared with the first of them")
        contenders = {name: self._contender(choice) for name, choice in choices.items()}
        search, folder = self._search(), self._folder()
        with self._kept(folder):
            table, reports = run_judges(
                self.plan.suites, self.data, contenders, out_dir=folder, options=self.plan.options, search=search
            )
        for name, report in reports.items():
            self._keep(report, choices[name])
            self._tell_failed(report)
        return Results(reports, table)

    def _contender(self, choice: JudgeChoice) -> Contender:
        from evals.judges import Contender

        grading, options = self._grading(choice), self._options(choice)
        return Contender(
            grading.judge,
            self._settings(choice),
            grading.neighbours,
            options.prices,
            self._meter(choice).show,
            options.concurrency,
        )

    def _grading(self, choice: JudgeChoice) -> wire.Grading:
        grading = wire.grading_with(self.config, self.book, choice, self.narrate)
        if choice.model:
            grading.search()  # now: else each of the threads would build the index that it looks neighbours up in
        return grading

    def _folder(self) -> Path:
        return self.plan.out_dir or new_folder(self.config.home / "runs", f"{datetime.now(UTC):%Y%m%d-%H%M%S}")

    def _options(self, choice: JudgeChoice | None) -> Options:
        model = choice.model if choice else None
        # Without a network to wait for, more threads than cores only get in each other's way.
        most = self.plan.options.concurrency if model else os.cpu_count() or 1
        concurrency = min(self.plan.options.concurrency, most)
        return replace(self.plan.options, prices=_prices(self.config, self.plan, model), concurrency=concurrency)

    def _meter(self, choice: JudgeChoice | None) -> Meter:
        model = choice.model if choice else None
        return Meter(self.narrate, _prices(self.config, self.plan, model), model or "")

    def _settings(self, choice: JudgeChoice | None) -> dict[str, str]:
        """What else makes a run what it is."""
        return {
            "endpoint": _endpoint(self.config, choice),
            "handbook": wire.handbook_path(self.config).name,
            "pack": "yes" if wire.pack(self.config, self.book) else "no",
            "embedder": self.config.embedder or "bundled",
            **({"reranker": self.config.reranker} if self.config.reranker else {}),
        }

    def _search(self) -> Search | None:
        if "retrieval" not in self.plan.suites:
            return None
        from evals.retrieval import OutOfFold

        if self.plan.corpus is None:
            return wire.reranked(self.config, OutOfFold(wire.retriever(self.config, self.book)))
        from evals.load import load_corpus
        from index.embedder import open_embedder
        from index.retriever import Retriever

        embedder = open_embedder(self.config.embedder, offline=self.config.offline)
        return wire.reranked(self.config, Retriever.from_texts(load_corpus(self.plan.corpus), embedder))

    def _keep(self, report: Report, choice: JudgeChoice | None) -> None:
        """Let practice show what was found about the judge."""
        judge = report.judge
        if choice is None or judge is None or report.all_failed or "grading" not in report.suites:
            return
        figures = {name: metric.json() for name, metric in report.suites["grading"].metrics.items()}
        key = measured.Key(judge, _endpoint(self.config, choice), wire.pack(self.config, self.book) is not None)
        measured.keep(self.config.home, key, figures, report.note)

    def _tell_failed(self, report: Report) -> None:
        for failed in report.failed[:FAILED_SHOWN]:
            self.narrate(f"failed: {failed.id}: {failed.error}")


def _endpoint(config: Config, choice: JudgeChoice | None) -> str:
    """The host that the judge's model is asked at; empty without a model."""
    return host_of(config.base_url) if choice is not None and choice.model else ""


def show(results: Results, *, full: bool = False) -> None:
    """The tables on the terminal."""
    from coach.render import open_console
    from evals.board import board, foot, judges_board

    console = open_console()
    if results.table:
        console.print(next(iter(results.reports.values())).note)
        console.print(judges_board(results.table))
        for name, report in results.reports.items():
            console.print(f"{name}: {report.run}/report.html", soft_wrap=True)
        return
    for report in results.reports.values():
        console.print(board(report, full=full))
        for line in foot(report, full=full):
            console.print(line, soft_wrap=True)
