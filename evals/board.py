"""What `coach eval` shows on a terminal: one table that says each figure in words. Report -> rich; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.compare import Comparison
from evals.headline import TITLES, beside, headline
from evals.judges import PAIRED, SHOWN, Line
from evals.report import Report, Suite
from evals.table import Metric
from evals.wording import MEANING, row

FLIPS_SHOWN = 5


def board(report: Report, *, full: bool = False) -> RenderableType:
    """The table; `full`: every figure by its name, as in report.json."""
    table = _grid(("", "value", "95 % interval", "n"))
    for name, suite in report.suites.items():
        _section(table, TITLES[name])
        lines = [row(metric) for metric in suite.metrics.values()] if full else headline(name, suite)
        for line in lines:
            table.add_row(f"  {line.name if full else line.meaning}", line.value, line.interval, line.n)
    parts: list[RenderableType] = [Text(report.note, style="bold"), Text(""), table]
    if grading := report.suites.get("grading"):
        parts += [*_beside(grading), *_published(grading)]
    return Group(*parts, Text(""), *_compared(report.compared))


def _grid(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=bool(place))
    return table


def _section(table: Table, title: str) -> None:
    if table.row_count:
        table.add_row()
    table.add_row(Text(title, style="bold"))


def _beside(suite: Suite) -> Iterator[RenderableType]:
    if lines := beside(suite):
        table = _grid(lines[0])
        for name, *values in lines[1:]:
            table.add_row(f"  {name}", *values)
        yield Text("")
        yield table


def _published(suite: Suite) -> Iterator[RenderableType]:
    figures = suite.details.get("published")
    if not isinstance(figures, list) or not figures:
        return
    yield Text("\npublished on other parts of this collection", style="bold")
    for line in figures:
        yield Text(f"  {line['figure']} {line['value']:.3f}  {line['by']}")


def _compared(compared: Mapping[str, Comparison]) -> Iterator[RenderableType]:
    for name, found in compared.items():
        yield Text(f"{name} against the baseline", style="bold")
        table = _grid(("", "was", "now", "95 % of the change", "p (Holm)", "could show"))
        for one in found.differences:
            table.add_row(
                f"  {one.name}",
                f"{one.was:.3f}",
                f"{one.now:.3f}",
                f"{one.low:+.3f} … {one.high:+.3f}",
                f"{one.p_holm:.3f}",
                f"{one.detectable:.3f}",
            )
        yield table
        yield Text(f"  {found.cells} cells in both runs; {len(found.flips)} verdicts flipped, all in report.html")
        for flip in found.flips[:FLIPS_SHOWN]:
            yield Text(f"    {flip.id} bullet {flip.bullet}: {flip.was} -> {flip.now} (label {flip.gold})")
        yield Text("")


def foot(report: Report, *, full: bool) -> Iterator[str]:
    """Cost, failures and the page, a line each; to be printed unwrapped, so that a path can be copied."""
    if report.speed.answers:
        yield speed_line(report)
    if report.failed:
        yield f"{len(report.failed)} failed; ask again: coach eval … --resume {report.run} --retry-failed"
    more = "" if full else " · every figure: --full"
    yield f"page: {report.run}/report.html{more}"


def speed_line(report: Report) -> str:
    """Seconds, tokens and cost of an answer."""
    speed = report.speed
    parts = [f"{speed.answers} answers", f"p50 {speed.p50_s:.2g} s, p95 {speed.p95_s:.2g} s each"]
    if speed.usage.calls + speed.usage.cached:
        parts.append(f"{speed.tokens_per_answer:,.0f} tokens each")
        known = speed.cost is not None
        parts.append(f"cost {speed.cost:.4g} in all" if known else "set price_in and price_out to see the cost")
    return " · ".join(parts)


def judges_board(lines: Sequence[Line]) -> RenderableType:
    """Several judges in one table, the interval under each value; each is compared with the first on the same cells."""
    table = _grid(("", *(line.name.removeprefix("llm:") for line in lines)))
    for column in table.columns[1:]:
        column.no_wrap, column.overflow = False, "fold"
    for figure in SHOWN:
        table.add_row(_judged(figure), *(_with_interval(line.metrics[figure]) for line in lines))
    table.add_row("answers that failed", *(str(line.failed) for line in lines))
    table.add_row("seconds an answer, p50 / p95", *(f"{x.speed.p50_s:.2g} / {x.speed.p95_s:.2g}" for x in lines))
    table.add_row("tokens an answer", *(f"{line.speed.tokens_per_answer:,.0f}" for line in lines))
    table.add_row("price of 1,000 answers", *(_price(line) for line in lines))
    table.add_row()
    table.add_row(f"{PAIRED} less {lines[0].name}'s, points", *(_change(line) for line in lines))
    table.add_row("… p (McNemar, Holm)", *(f"{x.against_first.p_holm:.2g}" if x.against_first else "" for x in lines))
    table.add_row(
        "… smallest that it could show",
        *(f"{100 * x.against_first.detectable:.1f}" if x.against_first else "" for x in lines),
    )
    return table


def _judged(figure: str) -> str:
    if figure.startswith("precision_"):
        verdict = figure.removeprefix("precision_")
        return f"'{'wrong' if verdict == 'contradicted' else verdict}' that is right"
    return {"macro_f1": "macro-F1 over the verdicts", "false_credit": "undeserved credit"}.get(figure, MEANING[figure])


def _with_interval(metric: Metric) -> str:
    line = row(metric)
    return f"{line.value}\n{line.interval.removesuffix(' %')}" if metric.n else "–"


def _price(line: Line) -> str:
    return "?" if line.speed.cost is None else f"{1000 * line.speed.cost / max(1, line.speed.answers):.3g}"


def _change(line: Line) -> str:
    found = line.against_first
    if found is None:
        return "–"
    return f"{100 * found.change:+.1f}\n{100 * found.low:+.1f} … {100 * found.high:+.1f}"
