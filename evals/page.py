"""report.html: one page that needs no network, with the figures, their plots and every graded answer.

Foreign text (answers, reasons, a judge's words) reaches the page as JSON and enters it as text nodes, never as markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from coach.types import CREDIT, Verdict
from evals.cases import AnswerCase, Label
from evals.compare import Comparison
from evals.grading import confusion_counts, coverage_curve, reliability, score_cells
from evals.headline import TITLES, beside, headline
from evals.plots import confusion_plot, coverage_plot, interval_plot, reliability_plot, score_plot
from evals.records import Cell
from evals.report import Report, Suite
from evals.table import Metric
from evals.wording import row

Said = Mapping[tuple[str, int], Cell]


def render_page(
    report: Report,
    cases: Sequence[AnswerCase] = (),
    said: Said | None = None,
    *,
    baseline: Said | None = None,
) -> str:
    """The page's HTML; `baseline` adds what an earlier run said of each cell."""
    rows = [_answer(case, said, baseline or {}) for case in cases] if said else []
    parts = {
        "title": escape(report.run),
        "identity": escape(identity(report)),
        "note": escape(report.note),
        "summary": "\n".join(_summary(report)) + _comparison(report.compared) + _failures(report),
        "tables": "\n".join(_tables(report)),
        "plots": _plots(report, cases, said, rows) if said and "grading" in report.suites else "",
        "data": json.dumps(rows, ensure_ascii=False).replace("<", "\\u003c"),
    }
    page = (files("evals") / "page.html").read_text(encoding="utf-8")
    return re.sub("@@(\\w+)@@", lambda match: parts[match[1]], page)


def identity(report: Report) -> str:
    """The run in one line: judge, model, prompt, time and tokens."""
    judge, speed = report.fingerprint.get("judge"), report.speed
    parts = [report.run]
    if isinstance(judge, Mapping):
        parts.append("judge " + " ".join(str(x) for x in judge.values() if x))
    if speed.answers:
        tokens = speed.usage.prompt_tokens + speed.usage.completion_tokens
        parts.append(f"{speed.answers} answers, p50 {speed.p50_s:.3g} s, p95 {speed.p95_s:.3g} s, {tokens:,} tokens")
    return " · ".join(parts)


def _answer(case: AnswerCase, said: Said, baseline: Said) -> dict[str, object]:
    cells = [_cell(case, label, said.get((case.id, label.bullet)), baseline) for label in case.labels]
    return {
        "id": case.id,
        "ref": case.ref,
        "question": case.question,
        "answer": case.answer,
        "kind": case.kind,
        "style": case.style,
        "cells": cells,
        "gold_score": _score([str(cell["gold"]) for cell in cells]),
        "said_score": _score([str(cell["said"]) for cell in cells]),
    }


def _cell(case: AnswerCase, label: Label, cell: Cell | None, baseline: Said) -> dict[str, object]:
    earlier = baseline.get((case.id, label.bullet))
    return {
        "bullet": case.bullets[label.bullet],
        "gold": label.verdict,
        "evidence": label.evidence,
        "doubtful": label.doubtful,
        "said": cell.verdict if cell else Verdict.UNGRADED,
        "quotes": list(cell.evidence) if cell else [],
        "reason": cell.reason if cell else "",
        "sure": cell.certainty if cell else None,
        "was": earlier.verdict if earlier else "",
        "was_reason": earlier.reason if earlier else "",
    }


def _score(verdicts: Sequence[str]) -> float | None:
    graded = [CREDIT[Verdict(v)] for v in verdicts if v != Verdict.UNGRADED]
    return sum(graded) / len(graded) if graded else None


def _table(head: Sequence[str], body: Sequence[Sequence[str]], css: str = "") -> str:
    def cells(tag: str, texts: Sequence[str]) -> str:
        kinds = ["", ' class="meaning"' if css else ' class="num"', *[' class="num"'] * (len(texts) - 2)]
        return "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for kind, text in zip(kinds, texts, strict=True))

    rows = "".join(f"<tr>{cells('td', texts)}</tr>" for texts in body)
    return f'<div class="wide"><table class="{css}"><tr>{cells("th", head)}</tr>{rows}</table></div>'


def _summary(report: Report) -> list[str]:
    """What the terminal shows: the first figures of each suite in words, and what stands beside the judge."""
    found = []
    for name, suite in report.suites.items():
        body = [(line.meaning, line.value, line.interval, line.n) for line in headline(name, suite)]
        found.append(f"<h2>{escape(TITLES[name])}</h2>" + _table(("", "value", "95 %", "n"), body))
        if lines := beside(suite):
            found.append(_table(lines[0], lines[1:]))
        found += _published(suite)
    return found


def _published(suite: Suite) -> list[str]:
    figures = suite.details.get("published")
    if not isinstance(figures, list) or not figures:
        return []
    body = [(str(line["by"]), str(line["figure"]), f"{line['value']:.3f}") for line in figures]
    return [_table(("published on other parts of this collection", "figure", "value"), body)]


def _tables(report: Report) -> list[str]:
    """One table per suite; figures without any data are left out here, and stand as null in report.json."""
    found = []
    for name, suite in report.suites.items():
        lines = [row(metric) for metric in suite.metrics.values() if metric.n]
        body = [(line.name, line.meaning, line.value, line.interval, line.n) for line in lines]
        found.append(f"<h3>{escape(name)}</h3>" + _table(("figure", "says", "value", "95 %", "n"), body, "figures"))
        found += [_group(title, table) for title, table in suite.tables.items() if title.startswith("slices")]
    return found


def _group(title: str, table: Mapping[str, Mapping[str, Metric]]) -> str:
    names = list(next(iter(table.values()), {}))
    counted = [max((m.n for m in figures.values()), default=0) for figures in table.values()]
    body = [
        (group, str(n), *(row(figures[name]).value for name in names))
        for n, (group, figures) in zip(counted, table.items(), strict=True)
    ]
    return f"<h3>{escape(title.replace('_', ' '))}</h3>" + _table(("group", "n", *names), body)


def _comparison(compared: Mapping[str, Comparison]) -> str:
    parts = []
    for suite, found in compared.items():
        body = [
            (
                d.name,
                f"{d.was:.3f}",
                f"{d.now:.3f}",
                f"{d.change:+.3f}",
                f"{d.low:+.3f} … {d.high:+.3f}",
                f"{d.p_holm:.3g}",
                f"{d.detectable:.3f}",
            )
            for d in found.differences
        ]
        head = ("figure", "baseline", "now", "change", "95 %", "p (Holm)", "could show")
        flips = f"<p>{len(found.flips)} verdicts flipped: choose “flips against the baseline” below.</p>"
        title = f"<h2>{escape(suite)} against the baseline, {found.cells} cells</h2>"
        parts.append(title + _table(head, body) + (flips if found.flips else ""))
    return "".join(parts)


def _failures(report: Report) -> str:
    if not report.failed:
        return ""
    body = [(f.id, f.variant, str(f.epoch), f.error) for f in report.failed]
    return f"<h2>{len(body)} failed</h2>" + _table(("answer", "edit", "epoch", "why"), body)


def _plots(report: Report, cases: Sequence[AnswerCase], said: Said, rows: Sequence[Mapping[str, object]]) -> str:
    cells = score_cells(cases, said)
    groups = report.suites["grading"].tables.get("slices", {})
    by_slice = {name: metrics["accuracy"] for name, metrics in groups.items()}
    scores = [(str(r["id"]), r["gold_score"], r["said_score"]) for r in rows]
    known = [(name, gold, own) for name, gold, own in scores if isinstance(gold, float) and isinstance(own, float)]
    figures = [
        ("Verdicts: label against judge", confusion_plot(confusion_counts(cells)), ""),
        ("Score of each answer", score_plot(known), ""),
        *_certainty_plots(reliability(cells), coverage_curve(cells)),
        ("Same verdict as the label, by group, with 95 % intervals", interval_plot(by_slice), "broad"),
    ]
    inner = "".join(f'<figure class="{css}"><figcaption>{t}</figcaption>{svg}</figure>' for t, svg, css in figures)
    return f'<h2>plots</h2><div class="plots">{inner}</div>'


def _certainty_plots(
    bins: Sequence[Mapping[str, float]], steps: Sequence[Mapping[str, float]]
) -> list[tuple[str, str, str]]:
    if not bins:
        return []
    return [
        ("Is its certainty right?", reliability_plot(bins), ""),
        ("How right on the surest cells?", coverage_plot(steps), ""),
    ]
