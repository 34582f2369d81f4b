"""One run of `coach eval`: its plan, the judge and search it measures, its bars, and the table on screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from coach import wire
from coach.config import Config, choose_judge
from coach.errors import ConfigError

if TYPE_CHECKING:
    from evals.cases import Data
    from evals.report import Report
    from evals.runner import Progress
    from index.types import Search

Narrate = Callable[[str], None]
Confirm = Callable[[str], bool]

DEFAULT_SUITES = ("grading", "retrieval")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bound that a figure must keep."""

    figure: str
    bound: float
    under: bool
    """True: the figure must not lie under the bound; False: not over it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, on what, and how."""

    suites: tuple[str, ...]
    data: tuple[Path, ...]
    out_dir: Path | None
    corpus: Path | None
    bars: tuple[Bar, ...]
    epochs: int
    concurrency: int
    limit: int | None
    quick: bool
    resume: bool
    retry_failed: bool


def parse_bars(fail_under: Sequence[str], fail_over: Sequence[str]) -> tuple[Bar, ...]:
    """`grading.macro_f1=0.6` -> Bar; ConfigError for anything else."""
    bars = []
    for text, under in [*((t, True) for t in fail_under), *((t, False) for t in fail_over)]:
        figure, _, bound = text.partition("=")
        try:
            bars.append(Bar(figure.strip(), float(bound), under))
        except ValueError:
            raise ConfigError(f"bar {text!r} is not FIGURE=NUMBER; write it as in grading.macro_f1=0.6") from None
    return tuple(bars)


def broken(report: Report, bars: Sequence[Bar]) -> list[str]:
    """One line for each bar that the report does not keep; a figure that is not known keeps none."""
    lines = []
    for bar in bars:
        value = report.metric(bar.figure).value
        kept = value >= bar.bound if bar.under else value <= bar.bound
        if not kept:
            lines.append(f"{bar.figure} is {value:.4g}, {'under' if bar.under else 'over'} {bar.bound:g}")
    return lines


def evaluate(config: Config, plan: Plan, *, narrate: Narrate, confirm: Confirm | None = None) -> Report:
    """Carry the plan out. `confirm` is asked before a run that calls a model."""
    from evals.runner import Options, run

    data = wire.eval_data(plan.data)
    suites = plan.suites or _suites_for(data)
    grades = any(suite != "retrieval" for suite in suites)
    choice = choose_judge(config)
    if grades and choice.notice:
        narrate(choice.notice)
    if grades and choice.model and confirm and not confirm(_estimate(data, choice.model, plan)):
        raise ConfigError("not started; add --yes to start without being asked")
    report = run(
        suites,
        data,
        out_dir=plan.out_dir or config.home / "runs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}",
        judge=wire.judge(config, choice, narrate) if grades else None,
        search=_search(config, plan) if "retrieval" in suites else None,
        options=Options(
            epochs=plan.epochs,
            concurrency=plan.concurrency,
            limit=plan.limit,
            quick=plan.quick,
            resume=plan.resume,
            retry_failed=plan.retry_failed,
        ),
        settings={"endpoint": _host(config) if choice.model else "", "handbook": wire.handbook_path(config).name},
        on_progress=_progress() if sys.stderr.isatty() else None,
    )
    for failed in report.failed[:20]:
        narrate(f"failed: {failed.id}: {failed.error}")
    return report


def _suites_for(data: Data) -> tuple[str, ...]:
    present = {"grading": bool(data.answers), "retrieval": bool(data.queries)}
    return tuple(suite for suite in DEFAULT_SUITES if present[suite])


def _search(config: Config, plan: Plan) -> Search:
    if plan.corpus is None:
        return wire.retriever(config, wire.handbook(config))
    from evals.load import load_corpus
    from index.embedder import open_embedder
    from index.retriever import Retriever

    return Retriever.from_texts(load_corpus(plan.corpus), open_embedder(config.embedder))


def _host(config: Config) -> str:
    from urllib.parse import urlsplit

    return urlsplit(config.base_url or "https://api.openai.com").netloc


def _estimate(data: Data, model: str, plan: Plan) -> str:
    answers = len(data.limited(plan.limit, quick=plan.quick).answers)
    return f"{answers * plan.epochs} or more calls of {model!r}, about 2,500 tokens each. Start?"


def _progress() -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        left = "" if progress.left_s is None else f", {progress.left_s:.0f} s left"
        tokens = progress.usage.prompt_tokens + progress.usage.completion_tokens
        ending = "\n" if progress.done == progress.total else ""
        sys.stderr.write(
            f"\r{progress.done}/{progress.total} answers, {progress.failed} failed, {tokens:,} tokens{left}   {ending}"
        )

    return show


def show(report: Report) -> None:
    """The table of a run."""
    from rich.table import Table

    from coach.render import open_console

    console = open_console()
    for name, suite in report.suites.items():
        table = Table(title=name, title_justify="left", box=None)
        for column, justify in (("figure", "left"), ("value", "right"), ("95 % interval", "right"), ("n", "right")):
            table.add_column(column, justify="right" if justify == "right" else "left")
        for key, metric in suite.metrics.items():
            interval = f"{metric.low:.3f} – {metric.high:.3f}"
            table.add_row(key, f"{metric.value:.3f}", interval, str(metric.n))
        console.print(table)
    console.print("Agreement with a language model's labels: no person has labelled these answers.")
    console.print(f"run: {report.run}")
