"""One run of `coach eval`: its plan, the judge and search it measures, its bars, and the table on screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coach import wire
from coach.config import Config, JudgeChoice, choose_judge
from coach.errors import ConfigError

if TYPE_CHECKING:
    from evals.cases import Data
    from evals.report import Report
    from evals.runner import Options, Progress
    from index.types import Handbook, Search

Narrate = Callable[[str], None]
Confirm = Callable[[str], bool]

DEFAULT_SUITES = ("grading", "retrieval")
TOKENS_PER_ANSWER = 2100
"""What an answer of the bundled data took through `grade.v1`, sent and received (40 answers, docs/measurements.md)."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bounds that figures must keep: full figure name -> bound."""

    fail_under: Mapping[str, float] = field(default_factory=dict)
    fail_over: Mapping[str, float] = field(default_factory=dict)
    max_drop: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, on what, and how."""

    suites: tuple[str, ...]
    data: tuple[Path, ...]
    out_dir: Path | None
    corpus: Path | None
    baseline: Path | None
    options: Options


def parse_bars(texts: Sequence[str]) -> dict[str, float]:
    """`grading.macro_f1=0.6` -> figure and bound; ConfigError for anything else."""
    bars = {}
    for text in texts:
        figure, _, bound = text.partition("=")
        try:
            bars[figure.strip()] = float(bound)
        except ValueError:
            raise ConfigError(f"bar {text!r} is not FIGURE=NUMBER; write it as in grading.macro_f1=0.6") from None
    return bars


def broken(report: Report, bars: Bars) -> list[str]:
    """One line for each bar that the report does not keep; a figure without data keeps none."""
    from evals.bars import violations

    return violations(report, fail_under=bars.fail_under, fail_over=bars.fail_over, max_drop=bars.max_drop)


def evaluate(config: Config, plan: Plan, *, narrate: Narrate, confirm: Confirm | None = None) -> Report:
    """Carry the plan out. `confirm` is asked before a run that calls a model."""
    from evals.runner import NEED_JUDGE, planned, run

    data = wire.eval_data(plan.data)
    suites = plan.suites or _suites_for(data)
    grades = bool(NEED_JUDGE & set(suites))
    book = wire.handbook(config)
    choice = choose_judge(config)
    if grades and choice.notice:
        narrate(choice.notice)
    if grades and choice.model and confirm:
        count = planned(suites, data, plan.options)
        about = f"up to {count} answers to {choice.model!r}, about {count * TOKENS_PER_ANSWER:,} tokens"
        if not confirm(f"This asks for grades of {about}. Start?"):
            raise ConfigError("not started; add --yes to start without being asked")
    grading = wire.grading_with(config, book, choice, narrate) if grades else None
    report = run(
        suites,
        data,
        out_dir=plan.out_dir or config.home / "runs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}",
        judge=grading.judge if grading else None,
        search=_search(config, book, plan) if "retrieval" in suites else None,
        context=grading.neighbours if grading else None,
        options=plan.options,
        settings=_settings(config, book, choice),
        baseline=plan.baseline,
        on_progress=_progress() if sys.stderr.isatty() else None,
    )
    for failed in report.failed[:20]:
        narrate(f"failed: {failed.id}: {failed.error}")
    return report


def _suites_for(data: Data) -> tuple[str, ...]:
    present = {"grading": bool(data.answers), "retrieval": bool(data.queries)}
    return tuple(suite for suite in DEFAULT_SUITES if present[suite])


def _settings(config: Config, book: Handbook, choice: JudgeChoice) -> dict[str, str]:
    """What else makes a run what it is."""
    return {
        "endpoint": urlsplit(config.base_url or "https://api.openai.com").netloc if choice.model else "",
        "handbook": wire.handbook_path(config).name,
        "pack": "yes" if wire.pack(config, book) else "no",
        "embedder": config.embedder or "bundled",
    }


def _search(config: Config, book: Handbook, plan: Plan) -> Search:
    from evals.retrieval import OutOfFold

    if plan.corpus is None:
        return OutOfFold(wire.retriever(config, book))
    from evals.load import load_corpus
    from index.embedder import open_embedder
    from index.retriever import Retriever

    return Retriever.from_texts(load_corpus(plan.corpus), open_embedder(config.embedder))


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
    """The tables of a run, and how it compares with its baseline."""
    from rich.table import Table

    from coach.render import open_console
    from evals.wording import row

    console = open_console()
    for name, suite in report.suites.items():
        table = Table(title=name, title_justify="left", box=None)
        for column in ("figure", "value", "95 % interval", "n"):
            table.add_column(column, justify="left" if column == "figure" else "right", no_wrap=column != "figure")
        for metric in suite.metrics.values():
            line = row(metric)
            table.add_row(line.name, line.value, line.interval, line.n)
        console.print(table)
    for name, comparison in report.compared.items():
        table = Table(title=f"{name}, against the baseline ({comparison.cells} cells)", title_justify="left", box=None)
        for column in ("figure", "was", "now", "95 % interval of the change", "p (Holm)"):
            table.add_column(column, justify="left" if column == "figure" else "right")
        for one in comparison.differences:
            table.add_row(
                one.name, f"{one.was:.3f}", f"{one.now:.3f}", f"{one.low:+.3f} … {one.high:+.3f}", f"{one.p_holm:.3f}"
            )
        console.print(table)
        console.print(f"{len(comparison.flips)} verdicts flipped; each with both reasons in report.json")
    console.print(report.note)
    console.print(f"run: {report.run}")
